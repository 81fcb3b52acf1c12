package io.backupmx.worker.delivery;

import io.backupmx.route.Route;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Routes that are in no configuration any more, for as long as they have mail or may have. Measured in time that the spool has been
 * heard: what passes while it says nothing does not count, for then nobody knows. Safe from any thread.
 */
final class Unconfigured {

    private record Seen(Instant first, long firstHeard, long lastHeard, boolean isTold) {}

    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final long sweepNanos;
    private final Map<Route, Seen> seen = new LinkedHashMap<>();
    private final Map<Route, Long> gone = new HashMap<>();
    private long heardNanos;
    private long lastNanos;

    /**
     * @param clock for people; what it says may jump, so nothing is measured by it
     * @param sweep as {@link SpoolReader#sweep}: a route with mail is named more often than that
     */
    Unconfigured(InstantSource clock, LongSupplier nanoTime, Duration sweep) {
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.sweepNanos = sweep.toNanos();
        this.lastNanos = nanoTime.getAsLong();
    }

    /** They have just left the configuration; whether they have mail the spool has still to say. */
    synchronized void gone(Collection<Route> routes) {
        routes.forEach(route -> gone.put(route, heardNanos));
    }

    /**
     * The spool has named routes that have mail, maybe none; these of them are in no configuration.
     *
     * @return those that are news: none that was named for the first time within a sweep, for its mail may be about to move
     */
    synchronized List<Route> heard(Collection<Route> routes) {
        long now = nanoTime.getAsLong();
        long since = now - lastNanos;
        lastNanos = now;
        heardNanos += since <= sweepNanos ? since : 0;
        List<Route> news = new ArrayList<>();
        for (Route route : routes) {
            Seen before = seen.getOrDefault(route, new Seen(clock.instant(), heardNanos, heardNanos, false));
            boolean lasts = heardNanos - before.firstHeard() >= sweepNanos;
            if (lasts && !before.isTold()) {
                news.add(route);
            }
            seen.put(route, new Seen(before.first(), before.firstHeard(), heardNanos, lasts));
        }
        seen.values().removeIf(one -> heardNanos - one.lastHeard() > 3 * sweepNanos);
        gone.values()
                .removeIf(then -> heardNanos - then > 2 * sweepNanos); // the spool has named it by now, if it has any
        return news;
    }

    /** Its mail has moved, all of it. Who names it once more may have looked before that. */
    synchronized void emptied(Route route) {
        seen.remove(route);
    }

    /** Since when each is known to have mail. */
    synchronized Map<Route, Instant> routes() {
        Map<Route, Instant> since = new LinkedHashMap<>();
        seen.forEach((route, one) -> since.put(route, one.first()));
        return since;
    }

    /** Whether {@code route} has mail, or nobody can say yet that it has none. */
    synchronized boolean mayHaveMail(Route route) {
        return seen.containsKey(route) || gone.containsKey(route);
    }
}
