package io.backupmx.testing;

import java.time.Duration;

/** A moment by which something must have happened, on the monotonic clock. */
public final class Deadline {

    private final long atNanos;

    private Deadline(long atNanos) {
        this.atNanos = atNanos;
    }

    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** What is left; zero, never negative, once it is over. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, atNanos - System.nanoTime()));
    }

    public boolean isOver() {
        return atNanos - System.nanoTime() <= 0;
    }
}
