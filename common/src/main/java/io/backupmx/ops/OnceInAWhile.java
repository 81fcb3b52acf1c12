package io.backupmx.ops;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Something that is told when it happens, and then not again for a while, however often it happens. Thread-safe. */
public final class OnceInAWhile {

    private final long whileNanos;
    private final LongSupplier nanoTime;
    private final AtomicLong quietUntil;

    /** @param nanoTime as {@link System#nanoTime} */
    public OnceInAWhile(Duration aWhile, LongSupplier nanoTime) {
        this.whileNanos = aWhile.toNanos();
        this.nanoTime = nanoTime;
        this.quietUntil = new AtomicLong(nanoTime.getAsLong());
    }

    /** Whether to tell it now; who is told yes does. */
    public boolean isDue() {
        long now = nanoTime.getAsLong();
        long until = quietUntil.get();
        return now - until >= 0 && quietUntil.compareAndSet(until, now + whileNanos);
    }
}
