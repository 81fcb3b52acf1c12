package io.backupmx.spool.artemis;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * When the mail of a retry queue is due, though wall clocks jump. A mail says by the wall clock when it is due; the wait
 * for that is measured by the clock that does not jump, so nothing changes it once it has begun; and it is never longer
 * than the queue's delay. Mail that seems to have been deferred in the future tells of a clock that was set back since:
 * then the mail before it, whose wait was bounded, tells when this one is due, else each would wait the whole delay behind
 * the other. {@link #flush} from any thread, all else from one.
 */
final class DelayClock {

    /** How late a mail may be for that to be counted: what rests longer is just as due. */
    private static final Duration LONGEST_AGO = Duration.ofDays(366);

    private final Duration delay;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private volatile Instant flushedAt = Instant.MIN;
    private Instant previousNotBefore = Instant.MAX;
    private long previousDueNanos;

    /** @param nanoTime as {@link System#nanoTime} */
    DelayClock(Duration delay, InstantSource clock, LongSupplier nanoTime) {
        this.delay = delay;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /**
     * @param at by the wall clock, for people and for {@link DelayClock#flush}
     * @param nanos by the clock that does not jump
     */
    record Due(Instant at, long nanos) {}

    /** When the mail is due that is the head now; to be asked once for each, in the queue's order. */
    Due dueOf(Optional<Instant> notBefore) {
        Instant now = clock.instant();
        long nowNanos = nanoTime.getAsLong();
        Instant latest = now.plus(delay);
        Instant claimed = notBefore.orElse(latest);
        long waitNanos = nanosBetween(now, claimed.isAfter(latest) ? latest : claimed);
        if (claimed.isAfter(latest) && !claimed.isBefore(previousNotBefore)) {
            waitNanos = Math.min(waitNanos, previousDueNanos + nanosBetween(previousNotBefore, claimed) - nowNanos);
        }
        previousNotBefore = claimed;
        previousDueNanos = nowNanos + waitNanos;
        return new Due(now.plusNanos(waitNanos), previousDueNanos);
    }

    /** All mail deferred until now is due. */
    void flush() {
        flushedAt = clock.instant();
    }

    /** A flush that lies in the future was before the clock was set back, and counts no more. */
    boolean isDue(Due due) {
        Instant flushed = flushedAt;
        return waitNanos(due) <= 0
                || (!flushed.isAfter(clock.instant()) && !due.at().minus(delay).isAfter(flushed));
    }

    long waitNanos(Due due) {
        return due.nanos() - nanoTime.getAsLong();
    }

    private static long nanosBetween(Instant from, Instant to) {
        Duration between = Duration.between(from, to);
        if (between.abs().compareTo(LONGEST_AGO) > 0) {
            return between.isNegative() ? -LONGEST_AGO.toNanos() : LONGEST_AGO.toNanos();
        }
        return between.toNanos();
    }
}
