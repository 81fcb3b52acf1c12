package io.backupmx.route;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.TlsLevel;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What connections are to be. A host that several domains have in common is connected to in one way, the strictest that any of them
 * wants: connections to it are for the mail of all, and whether it is there is found out for all of them at once.
 *
 * @param usual where nobody says anything
 * @param hops of hosts that the configuration names
 * @param domains of domains whose MX records are followed; each for its subdomains, too
 */
public record TlsLevels(TlsLevel usual, Map<NextHop, TlsLevel> hops, Map<Domain, TlsLevel> domains) {

    public TlsLevels {
        hops = Map.copyOf(hops);
        domains = Map.copyOf(domains);
    }

    /** The same for all. */
    public static TlsLevels everywhere(TlsLevel level) {
        return new TlsLevels(level, Map.of(), Map.of());
    }

    public TlsLevel of(NextHop hop) {
        return hops.getOrDefault(hop, usual);
    }

    /** Of a domain whose mail goes by its MX records. */
    public TlsLevel of(Domain domain) {
        for (Optional<Domain> at = Optional.of(domain);
                at.isPresent();
                at = at.get().parent()) {
            TlsLevel said = domains.get(at.get());
            if (said != null) {
                return said;
            }
        }
        return usual;
    }

    /** Whether {@link TlsLevel#looksAtPeer} is so of all hosts of {@code route}; of mail exchangers and of held mail nobody can say. */
    public boolean lookAtPeers(Route route) {
        return switch (route) {
            case Route.Hosts(List<NextHop> hops) -> hops.stream().allMatch(hop -> !hop.byMx() && of(hop).looksAtPeer());
            case Route.Discard _ -> true; // there is nobody
            case Route.ByMx _, Route.Hold _ -> false;
        };
    }

    /** Whether anybody's connections depend on what the DNS has validated. */
    public boolean needsDnssec() {
        return usual.isDane()
                || hops.values().stream().anyMatch(TlsLevel::isDane)
                || domains.values().stream().anyMatch(TlsLevel::isDane);
    }
}
