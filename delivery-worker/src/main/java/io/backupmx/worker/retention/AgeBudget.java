package io.backupmx.worker.retention;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much mail may go for its age: a clock that jumps must not empty the failed queue at once. For one thread. */
final class AgeBudget {

    static final int MAX_IN_A_WINDOW = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(AgeBudget.class);
    private static final Duration WINDOW = Duration.ofHours(1);

    private final LongSupplier nanoTime;
    private long windowStart;
    private int taken;
    private boolean told;

    /** @param nanoTime monotonic, for the clock is what is mistrusted */
    AgeBudget(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.windowStart = nanoTime.getAsLong();
    }

    /** Whether one more may go; counts it. */
    boolean take() {
        long now = nanoTime.getAsLong();
        if (now - windowStart >= WINDOW.toNanos()) {
            windowStart = now;
            taken = 0;
            told = false;
        }
        if (taken < MAX_IN_A_WINDOW) {
            taken++;
            return true;
        }
        if (!told) {
            told = true;
            LOG.atWarn()
                    .addKeyValue("deleted", taken)
                    .addKeyValue("within", WINDOW)
                    .log("much failed mail is older than failed.retention: the rest goes later; is the clock right?");
        }
        return false;
    }
}
