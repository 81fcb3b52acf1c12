package io.backupmx.worker.cluster;

import io.backupmx.route.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * Routes that somebody wished to be tried while their keeper was not known: it may be this worker soon. The latest, and for a while.
 * Thread-safe.
 */
final class Wished {

    static final Duration WHILE = Duration.ofMinutes(1);

    /** As many as are called for in that time. */
    private static final int MAX = 1000;

    private final SequencedMap<Route, Instant> routes = new LinkedHashMap<>();

    synchronized void add(Route route, Instant now) {
        routes.remove(route); // it is the latest
        routes.put(route, now);
        if (routes.size() > MAX) {
            var _ = routes.pollFirstEntry();
        }
    }

    /** Those that are {@code ours}, and still wished for: whoever asks has them tried. */
    synchronized List<Route> take(Predicate<Route> ours, Instant now) {
        routes.values().removeIf(at -> at.plus(WHILE).isBefore(now));
        List<Route> taken = new ArrayList<>(routes.keySet());
        taken.removeIf(ours.negate());
        taken.forEach(routes::remove);
        return taken;
    }
}
