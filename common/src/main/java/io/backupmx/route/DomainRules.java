package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What each domain says of one thing about its mail.
 *
 * @param said by domain
 * @param domains all that are ours by name
 * @param taking all domains whose subdomains are ours, whatever they say of this
 */
record DomainRules<T>(Map<Domain, T> said, Set<Domain> domains, RelayDomains taking) {

    DomainRules {
        said = Map.copyOf(said);
        domains = Set.copyOf(domains);
    }

    /** A subdomain does as the nearest domain above it that takes subdomains. */
    Optional<T> of(Domain domain) {
        if (said.isEmpty() || domains.contains(domain)) {
            return Optional.ofNullable(said.get(domain));
        }
        return taking.nearestAbove(domain).flatMap(above -> Optional.ofNullable(said.get(above)));
    }

    /** Each word once. */
    Set<T> all() {
        return Set.copyOf(said.values());
    }
}
