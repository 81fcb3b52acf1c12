package io.backupmx.worker.gate;

import java.time.Duration;
import java.time.Instant;

/**
 * How many connections at once an UP next hop lets us have, as far as we know: as many as were alive when it refused one
 * more, and one more after each step of time, up to all.
 *
 * @param base as many as it let us have at {@code since}
 */
record Allowance(int base, Instant since) {

    Allowance {
        if (base < 1) {
            throw new IllegalArgumentException("a route that is up has a connection");
        }
    }

    /** One connection more was refused, or ended, while {@code alive} others were well. */
    Allowance refusedBeside(int alive, Instant now, int max, Duration step) {
        return new Allowance(Math.clamp(alive, 1, at(now, max, step)), now);
    }

    /** A clock that was set back takes nothing away. */
    int at(Instant now, int max, Duration step) {
        if (base >= max) {
            return max; // as nearly always; asked several times a mail, and the division is a long one
        }
        long steps = Math.max(0, Duration.between(since, now).dividedBy(step));
        return Math.toIntExact(Math.min(max, base + steps));
    }
}
