package io.backupmx.route;

import io.backupmx.config.UnknownRecipients;
import io.backupmx.smtp.Domain;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which domains' recipients others than the tables know.
 *
 * @param subdomains those of the domains whose sources know the recipients of their subdomains, too
 */
record AskedSources(Map<Domain, Asked> byDomain, RelayDomains subdomains) {

    static final AskedSources NONE = new AskedSources(Map.of(), RelayDomains.none());

    /** Who is asked about a domain's recipients, in this order. */
    record Asked(List<String> names, UnknownRecipients unknown) {
        Asked {
            names = List.copyOf(names);
        }
    }

    AskedSources {
        byDomain = Map.copyOf(byDomain);
    }

    Optional<Asked> of(Domain domain) {
        return Optional.ofNullable(byDomain.get(domain))
                .or(() -> domain.parent().flatMap(this::ofSubdomainsOf));
    }

    private Optional<Asked> ofSubdomainsOf(Domain parent) {
        return Optional.ofNullable(byDomain.get(parent))
                .filter(_ -> subdomains.coversSubdomains(parent))
                .or(() -> parent.parent().flatMap(this::ofSubdomainsOf));
    }
}
