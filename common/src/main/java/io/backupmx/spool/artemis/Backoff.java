package io.backupmx.spool.artemis;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Waits between attempts to reach the broker: 100 ms doubling to 2 s, the first failure of a row logged. */
final class Backoff {

    private static final Logger LOG = LoggerFactory.getLogger(Backoff.class);
    private static final long FIRST_MILLIS = 100;
    private static final long LAST_MILLIS = 2000;

    /** What lasted this long had succeeded, so the next failure is the first of a row again. */
    private static final long SUCCESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Level level;
    private long nextMillis = FIRST_MILLIS;
    private long pausedNanos = System.nanoTime();

    Backoff() {
        this(Level.WARN);
    }

    private Backoff(Level level) {
        this.level = level;
    }

    /** For one of many that lose the same connection: another says so. */
    static Backoff quiet() {
        return new Backoff(Level.DEBUG);
    }

    /** Waits; false when interrupted, that is when it is time to stop. */
    boolean pause(Throwable why) {
        if (System.nanoTime() - pausedNanos > SUCCESS_NANOS) {
            nextMillis = FIRST_MILLIS;
        }
        if (nextMillis == FIRST_MILLIS) {
            LOG.atLevel(level)
                    .addKeyValue("cause", why.toString())
                    .log((Failures.isRefused(why) ? Failures.REFUSED : "broker not reachable") + ", trying on");
        }
        try {
            Thread.sleep(nextMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        nextMillis = Math.min(LAST_MILLIS, 2 * nextMillis);
        pausedNanos = System.nanoTime();
        return true;
    }
}
