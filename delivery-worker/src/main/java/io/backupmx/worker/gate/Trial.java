package io.backupmx.worker.gate;

import java.time.Duration;
import java.time.Instant;

/**
 * The one mail now and then that a throttled route is tried with.
 *
 * @param interval the wait after the next trial, should it fail
 * @param going whether one is out
 * @param next when the next is due; while one is out, when it is given up for lost, as the worker that had it may be gone
 */
record Trial(Duration interval, boolean going, Instant next) {

    static Trial first(Instant now, Duration interval) {
        return new Trial(interval, false, now.plus(interval));
    }

    /** @param patience longer than any wait: whoever waits longer had the clock set back */
    boolean isDue(Instant now, Duration patience) {
        return !now.isBefore(next) || next.isAfter(now.plus(patience));
    }

    Trial started(Instant now, Duration patience) {
        return new Trial(interval, true, now.plus(patience));
    }

    /** It was deferred. */
    Trial failed(Instant now, Duration max) {
        Duration doubled = interval.multipliedBy(2);
        return new Trial(doubled.compareTo(max) < 0 ? doubled : max, false, now.plus(interval));
    }

    /** An operator wants it now; the one that is out goes on. */
    Trial flushed(Instant now, Duration first) {
        return going ? new Trial(first, true, next) : new Trial(first, false, now);
    }

    /** It ended otherwise, but not in a delivery. */
    Trial ended(Instant now) {
        return new Trial(interval, false, now.plus(interval));
    }
}
