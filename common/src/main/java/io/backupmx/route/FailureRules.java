package io.backupmx.route;

import io.backupmx.config.Failures;
import io.backupmx.smtp.Domain;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What each domain says of its mail that failed.
 *
 * @param said by domain
 * @param domains all that are ours by name
 * @param taking all domains whose subdomains are ours, whatever they say of this
 */
record FailureRules(Map<Domain, Failures> said, Set<Domain> domains, RelayDomains taking) {

    FailureRules {
        said = Map.copyOf(said);
        domains = Set.copyOf(domains);
    }

    /** A subdomain does as the nearest domain above it that takes subdomains. */
    Optional<Failures> of(Domain domain) {
        if (said.isEmpty() || domains.contains(domain)) {
            return Optional.ofNullable(said.get(domain));
        }
        return taking.nearestAbove(domain).map(said::get);
    }
}
