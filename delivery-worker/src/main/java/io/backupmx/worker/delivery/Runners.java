package io.backupmx.worker.delivery;

import io.backupmx.route.Route;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The routes at work. Those that are configured take mail; one that no longer is ends what it has in hand, and waits for its
 * return. Safe from any thread; changed by one at a time.
 */
final class Runners {

    private final Function<Route, RouteRunner> make;
    private volatile Map<Route, RouteRunner> configured = Map.of();
    private volatile Map<Route, RouteRunner> all = Map.of();

    Runners(Function<Route, RouteRunner> make) {
        this.make = make;
    }

    /** From now on these are the routes that take mail, in this order. @return whether one came that was not known */
    synchronized boolean configure(Set<Route> routes) {
        Map<Route, RouteRunner> known = new LinkedHashMap<>(all);
        Map<Route, RouteRunner> now = new LinkedHashMap<>();
        for (Route route : routes) {
            now.put(route, known.computeIfAbsent(route, make));
        }
        Map<Route, RouteRunner> before = configured;
        boolean more = known.size() > all.size();
        all = known;
        configured = now;
        before.forEach((route, runner) -> {
            if (!now.containsKey(route)) {
                runner.stop();
            }
        });
        now.forEach((route, runner) -> {
            if (!before.containsKey(route)) {
                runner.resume();
            }
        });
        return more;
    }

    /**
     * Forgets those that are not configured any more, have nothing going on, and no mail that {@code hasMail} would know of:
     * else they would become ever more, for as long as the process lives. One that comes back begins anew.
     */
    synchronized void forget(Predicate<Route> hasMail) {
        if (all.size() == configured.size()) {
            return;
        }
        Map<Route, RouteRunner> known = new LinkedHashMap<>(all);
        all.forEach((route, runner) -> {
            if (!configured.containsKey(route)
                    && runner.isStill()
                    && !runner.isExpiryStopped()
                    && !hasMail.test(route)) {
                known.remove(route);
                runner.forget();
            }
        });
        all = known;
    }

    boolean isConfigured(Route route) {
        return configured.containsKey(route);
    }

    Optional<RouteRunner> configured(Route route) {
        return Optional.ofNullable(configured.get(route));
    }

    /** Configured or not. */
    Optional<RouteRunner> find(Route route) {
        return Optional.ofNullable(all.get(route));
    }

    /** In the order of the configuration. */
    List<RouteRunner> configured() {
        return List.copyOf(configured.values());
    }

    /** Configured or not. */
    Collection<RouteRunner> all() {
        return all.values();
    }
}
