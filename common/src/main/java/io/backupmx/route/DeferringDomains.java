package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Set;

/**
 * The domains whose senders come again while the primary is up.
 *
 * @param domains those that say so
 * @param withSubdomains those of them whose subdomains do likewise
 * @param taking all domains whose subdomains are ours, whatever they say of this
 */
record DeferringDomains(Set<Domain> domains, Set<Domain> withSubdomains, RelayDomains taking) {

    DeferringDomains {
        domains = Set.copyOf(domains);
        withSubdomains = Set.copyOf(withSubdomains);
    }

    /** Whether {@code domain} does, which is ours as a subdomain: as the nearest of those above it whose subdomains are. */
    boolean containAsSubdomain(Domain domain) {
        return taking.nearestAbove(domain).filter(withSubdomains::contains).isPresent();
    }

    boolean isEmpty() {
        return domains.isEmpty();
    }
}
