package io.backupmx.worker.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mail grows old one by one. When a great deal of a route's mail has had its time all at once, the clock is more likely wrong
 * than the mail: then none is given up until an operator has looked, or the hour is over. All workers together
 * count: a route that takes no mail is looked after by its keeper alone, else each has its part. Safe from any thread.
 */
final class ExpiryGuard {

    static final int MAX_IN_A_WINDOW = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(ExpiryGuard.class);
    private static final Duration WINDOW = Duration.ofHours(1);

    private final String nextHop;
    private final InstantSource clock;
    private final IntSupplier workers;
    private Instant windowStart = Instant.EPOCH;
    private int expired;
    private boolean stopped;

    /** @param workers how many there are, this one included */
    ExpiryGuard(String nextHop, InstantSource clock, IntSupplier workers) {
        this.nextHop = nextHop;
        this.clock = clock;
        this.workers = workers;
    }

    /** Whether one more mail may be given up now, while others may do so as well; counts it. */
    boolean mayExpire() {
        return mayExpire(MAX_IN_A_WINDOW / Math.clamp(workers.getAsInt(), 1, MAX_IN_A_WINDOW));
    }

    /** The same while nobody else gives up any. */
    boolean mayExpireAlone() {
        return mayExpire(MAX_IN_A_WINDOW);
    }

    private synchronized boolean mayExpire(int max) {
        Instant now = clock.instant();
        if (Duration.between(windowStart, now).abs().compareTo(WINDOW) >= 0) {
            windowStart = now;
            expired = 0;
            stopped = false;
        }
        if (expired < max) {
            expired++;
            return true;
        }
        if (!stopped) {
            stopped = true;
            LOG.atError()
                    .addKeyValue("next_hop", nextHop)
                    .addKeyValue("expired", expired)
                    .addKeyValue("within", WINDOW)
                    .log("too much mail has had its time at once: is the clock right? No more is given up for now");
        }
        return false;
    }

    synchronized boolean isStopped() {
        return stopped && Duration.between(windowStart, clock.instant()).abs().compareTo(WINDOW) < 0;
    }
}
