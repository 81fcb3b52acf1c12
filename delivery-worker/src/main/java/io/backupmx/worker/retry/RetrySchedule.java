package io.backupmx.worker.retry;

import java.time.Duration;

/**
 * When a recipient that was deferred is tried again, and when it is given up (RFC 5321 §4.5.4.1). Outages of a route are
 * none of its business: they burn no attempts.
 */
public final class RetrySchedule {

    /** What follows a deferral. */
    public sealed interface Next {

        /** Another try, {@code delay} from now. */
        record Retry(Duration delay) implements Next {}

        /** No further try: the recipient has had its time. */
        record Expired(Duration maxLifetime) implements Next {}
    }

    private final Duration delay;
    private final Duration maxLifetime;

    public RetrySchedule(Duration delay, Duration maxLifetime) {
        this.delay = delay;
        this.maxLifetime = maxLifetime;
    }

    /**
     * @param attempt how many attempts have been deferred, this one included; at least 1
     * @param age since arrival. A recipient is given up at the first deferral at or beyond {@code maxLifetime}, never
     *     before it, so the last try may come one delay later
     */
    public Next nextAfter(int attempt, Duration age) {
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt " + attempt + " has not been made");
        }
        return age.compareTo(maxLifetime) >= 0 ? new Next.Expired(maxLifetime) : new Next.Retry(delay);
    }
}
