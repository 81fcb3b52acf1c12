package io.backupmx.worker.delivery;

import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The domains that the configuration holds: routes that nobody reads, whose mail goes on once they are held no more. Safe from any
 * thread.
 */
final class Holds {

    /**
     * Mail on the queue of a domain that is not held may mean that another process has read a newer configuration: this one then
     * does so, too, within that time.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration FORGOTTEN = PATIENCE.multipliedBy(3);

    private final RelayTables tables;
    private final Function<Route.Hold, Onward> make;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Map<Route.Hold, Instant> held = new LinkedHashMap<>();
    private final Map<Route.Hold, Onward> lifted = new HashMap<>();
    private final Map<Route.Hold, Long> firstNamed = new HashMap<>();
    private long lastTurn;
    private boolean stopped;

    /**
     * @param clock for people
     * @param make what takes a domain's mail on
     */
    Holds(RelayTables tables, Function<Route.Hold, Onward> make, InstantSource clock, LongSupplier nanoTime) {
        this.tables = tables;
        this.make = make;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.lastTurn = nanoTime.getAsLong();
        configure();
    }

    /** Those that deliver. */
    static Set<Route> without(Collection<Route> routes) {
        return routes.stream()
                .filter(route -> !(route instanceof Route.Hold))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The tables are others. What they hold no more goes on at once. */
    synchronized void configure() {
        Set<Route.Hold> now = tables.holds().keySet();
        List<Route.Hold> over =
                held.keySet().stream().filter(hold -> !now.contains(hold)).toList();
        over.forEach(held::remove);
        now.forEach(hold -> held.putIfAbsent(hold, clock.instant()));
        over.stream()
                .filter(_ -> !stopped)
                .filter(hold -> Redirection.usual(hold, tables).isPresent())
                .forEach(hold -> goOn(hold).hurry());
    }

    private Onward goOn(Route.Hold hold) {
        firstNamed.remove(hold);
        Onward onward = lifted.computeIfAbsent(hold, make);
        onward.mailWaits();
        return onward;
    }

    /** @return whether what is on its queue is seen to; else its domain has no route any more */
    synchronized boolean mailWaits(Route.Hold hold) {
        if (stopped || held.containsKey(hold) || tables.holds().containsKey(hold)) {
            return true;
        } else if (Redirection.usual(hold, tables).isEmpty()) {
            return false;
        }
        long now = nanoTime.getAsLong();
        long first = firstNamed.computeIfAbsent(hold, _ -> now);
        if (lifted.containsKey(hold) || now - first >= PATIENCE.toNanos()) {
            var _ = goOn(hold);
        }
        return true;
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

    /** To be called about once a second. */
    synchronized void tick() {
        long now = nanoTime.getAsLong();
        if (now - lastTurn >= PATIENCE.toNanos()) {
            lastTurn = now;
            lifted.values().forEach(Onward::nextTurn);
        }
        lifted.values().forEach(Onward::tick);
        lifted.values().removeIf(one -> {
            boolean over = one.isIdle();
            if (over) {
                one.close(Duration.ZERO);
            }
            return over;
        });
        firstNamed.values().removeIf(first -> now - first > FORGOTTEN.toNanos());
    }

    /** Nothing goes on any more. */
    synchronized void stop() {
        stopped = true;
        lifted.values().forEach(Onward::stop);
    }

    /** What has to be closed at the end, each of which may block for {@code grace}. */
    synchronized List<Runnable> closings(Duration grace) {
        return lifted.values().stream()
                .<Runnable>map(one -> () -> one.close(grace))
                .toList();
    }
}
