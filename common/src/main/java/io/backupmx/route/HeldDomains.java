package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The domains whose mail is kept, and not delivered, for as long as the configuration says so.
 *
 * @param said those that are held, and why; empty: nobody has said why
 * @param domains all that are ours by name
 * @param taking all domains whose subdomains are ours, whatever they say of this
 */
record HeldDomains(Map<Domain, String> said, Set<Domain> domains, RelayDomains taking) {

    HeldDomains {
        said = Collections.unmodifiableMap(new LinkedHashMap<>(said));
        domains = Set.copyOf(domains);
    }

    /** Where the mail of {@code domain} is kept. A subdomain is held with the nearest domain above it that takes subdomains. */
    Optional<Route.Hold> hold(Domain domain) {
        if (said.isEmpty()) {
            return Optional.empty();
        }
        Optional<Domain> who = domains.contains(domain) ? Optional.of(domain) : taking.nearestAbove(domain);
        return who.filter(said::containsKey).map(Route.Hold::new);
    }

    /** The same, for mail that would go {@code usual}. */
    Route insteadOf(Route usual, Domain domain) {
        return hold(domain).<Route>map(hold -> hold).orElse(usual);
    }

    /** Each with a sentence for people. */
    Map<Route.Hold, String> routes() {
        Map<Route.Hold, String> routes = new LinkedHashMap<>();
        said.forEach((domain, why) -> routes.put(
                new Route.Hold(domain), domain + " is held by the configuration" + (why.isEmpty() ? "" : ": " + why)));
        return routes;
    }
}
