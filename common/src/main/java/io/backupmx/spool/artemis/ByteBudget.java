package io.backupmx.spool.artemis;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes handed to the broker and not yet answered for, bounded. */
final class ByteBudget {

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    ByteBudget(long limit) {
        this.limit = limit;
    }

    /** Takes {@code bytes} if they fit. One mail larger than the whole budget fits when it is alone. */
    boolean tryTake(long bytes) {
        while (true) {
            long before = used.get();
            if (before > 0 && before + bytes > limit) {
                return false;
            }
            if (used.compareAndSet(before, before + bytes)) {
                return true;
            }
        }
    }

    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
