package io.backupmx.worker.gate;

import java.time.Duration;
import java.time.Instant;

/**
 * How many connections at once a next hop lets us have, as far as we know: as many as were alive when it refused one more,
 * then one more after each {@code step}, up to {@code max}.
 */
record Allowance(int base, Instant since, int max, Duration step) {

    static Allowance full(Instant now, int max, Duration step) {
        return new Allowance(max, now, max, step);
    }

    /** One connection was refused while {@code alive} others were well. */
    Allowance refusedBeside(int alive, Instant now) {
        return new Allowance(Math.clamp(alive, 1, max), now, max, step);
    }

    int at(Instant now) {
        if (base >= max) {
            return max;
        }
        long steps = Math.max(0, Duration.between(since, now).dividedBy(step));
        return Math.toIntExact(Math.min(max, base + steps));
    }
}
