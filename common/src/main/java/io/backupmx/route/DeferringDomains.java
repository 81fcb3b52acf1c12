package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Set;

/**
 * The domains whose senders come again while the primary is up.
 *
 * @param domains those that say so
 * @param subdomains those of them whose subdomains do likewise, unless they are domains of their own
 */
record DeferringDomains(Set<Domain> domains, RelayDomains subdomains) {

    DeferringDomains {
        domains = Set.copyOf(domains);
    }

    boolean contain(Domain domain) {
        return domains.contains(domain) || subdomains.coversAsSubdomain(domain);
    }

    boolean isEmpty() {
        return domains.isEmpty();
    }
}
