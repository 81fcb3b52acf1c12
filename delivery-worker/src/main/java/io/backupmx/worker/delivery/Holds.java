package io.backupmx.worker.delivery;

import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The domains that the configuration holds: routes that nobody reads, and since when. What they hold no more is {@link Moves}'. Safe
 * from any thread.
 */
final class Holds {

    private final RelayTables tables;
    private final InstantSource clock;
    private final Map<Route.Hold, Instant> held = new LinkedHashMap<>();

    /** @param clock for people */
    Holds(RelayTables tables, InstantSource clock) {
        this.tables = tables;
        this.clock = clock;
        configure();
    }

    /** Those that deliver. */
    static Set<Route> without(Collection<Route> routes) {
        return routes.stream()
                .filter(route -> !(route instanceof Route.Hold))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The tables are others. */
    synchronized void configure() {
        Set<Route.Hold> now = tables.holds().keySet();
        held.keySet().retainAll(now);
        now.forEach(hold -> held.putIfAbsent(hold, clock.instant()));
    }

    synchronized boolean isHeld(Route route) {
        return route instanceof Route.Hold hold && held.containsKey(hold);
    }

    synchronized List<RouteStatus> statuses() {
        Map<Route.Hold, String> reasons = tables.holds();
        List<RouteStatus> statuses = new ArrayList<>();
        held.forEach((hold, since) -> statuses.add(new RouteStatus(
                hold,
                RouteStatus.State.HELD,
                since,
                reasons.getOrDefault(hold, "it was held until now"),
                0,
                0,
                false,
                Optional.empty())));
        return statuses;
    }
}
