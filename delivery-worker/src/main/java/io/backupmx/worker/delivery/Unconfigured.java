package io.backupmx.worker.delivery;

import io.backupmx.route.Route;
import io.backupmx.spool.SpoolReader;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** Routes that have mail but are in no configuration any more, for as long as they have. Safe from any thread. */
final class Unconfigured {

    /** One with mail is named more often than that; see {@link SpoolReader#watch}. */
    private static final long FORGET_MILLIS = SpoolReader.SWEEP.multipliedBy(3).toMillis();

    private record Seen(Instant first, long lastMillis) {}

    private final InstantSource clock;
    private final Map<Route, Seen> seen = new LinkedHashMap<>();

    Unconfigured(InstantSource clock) {
        this.clock = clock;
    }

    /** @return whether that is news */
    synchronized boolean seen(Route route) {
        forget();
        Instant now = clock.instant();
        Seen before = seen.get(route);
        var _ = seen.put(route, new Seen(before == null ? now : before.first(), now.toEpochMilli()));
        return before == null;
    }

    /** Since when each is known to have mail. */
    synchronized Map<Route, Instant> routes() {
        forget();
        Map<Route, Instant> since = new LinkedHashMap<>();
        seen.forEach((route, one) -> since.put(route, one.first()));
        return since;
    }

    private void forget() {
        long now = clock.millis();
        seen.values().removeIf(one -> Math.abs(now - one.lastMillis()) > FORGET_MILLIS);
    }
}
