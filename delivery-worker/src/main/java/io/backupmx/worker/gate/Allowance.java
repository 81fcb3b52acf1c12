package io.backupmx.worker.gate;

import java.time.Duration;
import java.time.Instant;

/**
 * How many connections at once a next hop lets us have, as far as we know. After an outage one, and twice as many with each
 * delivery, up to {@code target}: all, or as many as were alive when it refused one more. From there one more after each
 * {@code step}, up to {@code max}.
 */
record Allowance(int base, int target, Instant since, int max, Duration step) {

    static Allowance full(Instant now, int max, Duration step) {
        return new Allowance(max, max, now, max, step);
    }

    /** One connection was refused while {@code alive} others were well. */
    Allowance refusedBeside(int alive, Instant now) {
        int known = Math.clamp(alive, 1, max);
        return new Allowance(known, known, now, max, step);
    }

    /** The route was down: a greeting is no proof yet that it takes mail. */
    static Allowance afterOutage(int target, Instant now, int max, Duration step) {
        return new Allowance(1, Math.clamp(target, 1, max), now, max, step);
    }

    Allowance delivered(Instant now) {
        return base == target ? this : new Allowance(Math.min(2 * base, target), target, now, max, step);
    }

    int at(Instant now) {
        if (base < target || base >= max) {
            return base;
        }
        long steps = Math.max(0, Duration.between(since, now).dividedBy(step));
        return Math.toIntExact(Math.min(max, base + steps));
    }
}
