package io.backupmx.ingress.protocol;

import io.backupmx.smtp.Domain;
import java.util.Optional;

/**
 * Whose mail ETRN wants to have (RFC 1985 §5).
 *
 * @param subdomains whether that of its subdomains, too
 */
public record EtrnNode(Domain domain, boolean subdomains) {

    /** Empty also for the names of queues ({@code #name}), which are nobody's business but ours. */
    static Optional<EtrnNode> parse(String argument) {
        boolean subdomains = argument.startsWith("@");
        return Domain.parse(subdomains ? argument.substring(1) : argument)
                .filter(domain -> !domain.isAddressLiteral())
                .map(domain -> new EtrnNode(domain, subdomains));
    }

    /** Whether mail of {@code other} is meant. */
    public boolean covers(Domain other) {
        return other.equals(domain) || (subdomains && other.name().endsWith("." + domain.name()));
    }

    /** As it is said. */
    @Override
    public String toString() {
        return (subdomains ? "@" : "") + domain;
    }
}
