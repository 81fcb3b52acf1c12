package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which lines of the transport table mail for our domains can come to: their routes get queues, and those of them that we
 * do not understand are problems. Lines about other people's domains are not ours to judge.
 */
final class RouteSurvey {

    private final Set<Domain> domains;
    private final RelayDomains relayDomains;
    private final Map<Domain, Route> primaries;
    private final Set<Route> routes = new LinkedHashSet<>();
    private final Set<Domain> withoutRoute = new LinkedHashSet<>();
    private final Map<TransportTable.Entry, String> notUnderstood = new LinkedHashMap<>();
    private final Map<TransportTable.Entry, String> discarded = new LinkedHashMap<>();

    /** @param elsewhere whether mail for domains that nobody has configured may come, too */
    RouteSurvey(
            Set<Domain> domains,
            RelayDomains relayDomains,
            Map<Domain, Route> primaries,
            TransportTable transport,
            boolean elsewhere) {
        this.domains = domains;
        this.relayDomains = relayDomains;
        this.primaries = primaries;
        for (Domain domain : domains) {
            Optional<TransportTable.Entry> entry = transport.find(domain);
            if (primaries.containsKey(domain)) {
                routes.add(primaries.get(domain));
            } else if (entry.isPresent()) {
                use(entry.get());
            } else {
                withoutRoute.add(domain);
            }
        }
        transport.entries().stream().filter(this::isAboutUs).forEach(this::use);
        // Further up than our domains somebody else's line may stand, which we need not understand: then subdomains
        // that
        // have no line of their own have no route.
        relayDomains.listed().stream()
                .filter(relayDomains::coversSubdomains)
                .flatMap(domain -> transport.findForSubdomains(domain).stream())
                .filter(entry -> entry.reading() instanceof RouteReading.Understood)
                .forEach(this::use);
        if (elsewhere) {
            transport.entries().stream()
                    .filter(entry -> entry.reading() instanceof RouteReading.Understood)
                    .forEach(this::use);
            routes.add(new Route.ByMx());
        }
    }

    /** Every route that mail can be stored for. */
    Set<Route> routes() {
        return Collections.unmodifiableSet(routes);
    }

    /** Domains that nothing gives a route to. */
    Set<Domain> withoutRoute() {
        return Collections.unmodifiableSet(withoutRoute);
    }

    /** Entry → what to write instead. */
    Map<TransportTable.Entry, String> notUnderstood() {
        return Collections.unmodifiableMap(notUnderstood);
    }

    /** Entry → whose mail it throws away; but for single addresses, where nobody can have meant less. */
    Map<TransportTable.Entry, String> discarded() {
        return Collections.unmodifiableMap(discarded);
    }

    private void use(TransportTable.Entry entry) {
        switch (entry.reading()) {
            case RouteReading.Understood understood -> {
                routes.add(understood.route());
                if (understood.route() instanceof Route.Discard) {
                    whole(entry.key()).ifPresent(what -> discarded.put(entry, what));
                }
            }
            case RouteReading.Answers _ -> {} // needs no queue
            case RouteReading.NotUnderstood no -> notUnderstood.put(entry, no.why());
        }
    }

    private static Optional<String> whole(TransportTable.Key key) {
        return switch (key) {
            case TransportTable.Key.Address _ -> Optional.empty();
            case TransportTable.Key.Exactly(Domain domain) -> Optional.of(domain.toString());
            case TransportTable.Key.Below(Domain domain) -> Optional.of("subdomains of " + domain);
            case TransportTable.Key.Anything _ -> Optional.of("domains without a line of their own");
        };
    }

    private boolean isAboutUs(TransportTable.Entry entry) {
        return switch (entry.key()) {
            case TransportTable.Key.Address key ->
                domains.contains(key.address().domain())
                        || relayDomains.coversAsSubdomain(key.address().domain());
            case TransportTable.Key.Exactly key ->
                !primaries.containsKey(key.domain())
                        && (domains.contains(key.domain()) || relayDomains.coversAsSubdomain(key.domain()));
            case TransportTable.Key.Below key ->
                relayDomains.coversSubdomains(key.domain()) || relayDomains.coversAsSubdomain(key.domain());
            case TransportTable.Key.Anything _ -> false;
        };
    }
}
