package io.backupmx.worker.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Routes that are down, have been probed for {@link #PATIENCE} and are in no configuration of ours. One that is new to the
 * other workers has us configured by then, too, and one that is in none any more has no mail that anybody would bring: it is
 * looked at once in that time. Safe from any thread.
 */
final class Strangers {

    static final Duration PATIENCE = Duration.ofMinutes(15);

    private final Map<KeptRoute, Instant> leftAlone = new ConcurrentHashMap<>();

    /** Whether a route that has been probed since {@code began} has been for long enough. */
    static boolean isLong(Instant began, Instant now) {
        return Duration.between(began, now).abs().compareTo(PATIENCE) >= 0;
    }

    /** Nobody looks at it; returns until when. */
    Instant leaveAlone(KeptRoute route, Instant now) {
        Instant until = now.plus(PATIENCE);
        leftAlone.put(route, until);
        return until;
    }

    void forget(KeptRoute route) {
        leftAlone.remove(route);
    }

    /** All of these are due. */
    void flush(Predicate<KeptRoute> these) {
        leftAlone.replaceAll((route, until) -> these.test(route) ? Instant.EPOCH : until);
    }

    /** Hands over those that are to be looked at now, and forgets them. */
    void due(Instant now, Consumer<KeptRoute> look) {
        leftAlone.forEach((route, until) -> {
            boolean over = !now.isBefore(until) || until.isAfter(now.plus(PATIENCE)); // the clock was set back
            if (over && leftAlone.remove(route, until)) {
                look.accept(route);
            }
        });
    }
}
