package io.backupmx.ingress.session;

import java.util.concurrent.atomic.AtomicLong;

/** What contents in flight may take of the heap, or of the disk, all sessions together. Thread-safe. */
final class ContentBudget {

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

    void giveBack(long bytes) {
        usedBytes.addAndGet(-bytes);
    }

    long usedBytes() {
        return usedBytes.get();
    }
}
