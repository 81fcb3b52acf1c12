package io.backupmx.route;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.TlsLevel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who wants which TLS of which host: of all domains whose mail may come there, single addresses and subdomains included. */
final class TlsSurvey {

    private final TlsLevel usual;
    private final Map<Domain, TlsLevel> said;
    private final Map<NextHop, TlsLevel> hops = new LinkedHashMap<>();
    private final Map<Domain, Set<NextHop>> hopsOfSaid = new LinkedHashMap<>();

    /**
     * @param usual what a domain wants that says nothing
     * @param domains all that are configured
     * @param said by those that say something
     */
    TlsSurvey(TlsLevel usual, Set<Domain> domains, Map<Domain, TlsLevel> said, RouteLookup lookup) {
        this.usual = usual;
        this.said = said;
        lookup.lines(domains).forEach(line -> use(line.about().flatMap(this::who), line.route()));
    }

    /** The one whose word holds for {@code domain}; empty: nobody has said one. */
    private Optional<Domain> who(Domain domain) {
        Optional<Domain> at = Optional.of(domain);
        while (at.isPresent() && !said.containsKey(at.get())) {
            at = at.get().parent();
        }
        return at;
    }

    private void use(Optional<Domain> who, Route route) {
        TlsLevel level = who.map(domain -> said.getOrDefault(domain, usual)).orElse(usual);
        for (NextHop hop : route.nextHops()) {
            hops.merge(hop, level, TlsLevel::and);
            who.ifPresent(domain -> hopsOfSaid
                    .computeIfAbsent(domain, _ -> new LinkedHashSet<>())
                    .add(hop));
        }
    }

    TlsLevels levels() {
        return new TlsLevels(usual, hops, said);
    }

    /** Domains that get more than they want, for the hosts they have in common with others. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        hopsOfSaid.forEach((domain, of) -> {
            TlsLevel wanted = said.getOrDefault(domain, usual);
            List<String> more = of.stream()
                    .filter(hop -> hops.get(hop) != wanted)
                    .map(hop -> hop + " (" + text(hops.getOrDefault(hop, usual)) + ")")
                    .toList();
            if (!more.isEmpty()) {
                warnings.add("domains." + domain + ".tls: " + text(wanted) + " is not all that is demanded of "
                        + String.join(", ", more)
                        + ": other domains have that host, too, and the strictest of them counts");
            }
        });
        return warnings;
    }

    private static String text(TlsLevel level) {
        return level.name().toLowerCase(Locale.ROOT);
    }
}
