package io.backupmx.ingress.session;

import java.util.concurrent.atomic.AtomicLong;

/** What contents in flight may take of the heap, or of the disk, all sessions together. Thread-safe. */
final class ContentBudget {

    /** One read of a socket. */
    private static final long SPARE_BYTES = 32 << 10;

    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    ContentBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Whether there was room; what was reserved must be given back. */
    boolean reserve(long bytes) {
        if (usedBytes.addAndGet(bytes) > maxBytes) {
            usedBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** Whether even one read of a socket may find no room any more. */
    boolean isUsedUp() {
        return usedBytes.get() > maxBytes - SPARE_BYTES;
    }

    void giveBack(long bytes) {
        usedBytes.addAndGet(-bytes);
    }

    long usedBytes() {
        return usedBytes.get();
    }
}
