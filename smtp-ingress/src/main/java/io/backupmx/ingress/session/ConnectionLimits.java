package io.backupmx.ingress.session;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts open sessions, in all and of each client address, so that nobody gets more than their share. Thread-safe. */
final class ConnectionLimits {

    enum Admission {
        ADMITTED,
        TOO_MANY,
        TOO_MANY_FROM_ADDRESS
    }

    private final int max;
    private final int maxPerAddress;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<String, Integer> openByAddress = new ConcurrentHashMap<>();

    ConnectionLimits(int max, int maxPerAddress) {
        this.max = max;
        this.maxPerAddress = maxPerAddress;
    }

    /** Who is {@link Admission#ADMITTED} must {@link #leave}, once. */
    Admission enter(String address) {
        if (open.incrementAndGet() > max) {
            open.decrementAndGet();
            return Admission.TOO_MANY;
        }
        if (openByAddress.merge(address, 1, Integer::sum) > maxPerAddress) {
            leave(address);
            return Admission.TOO_MANY_FROM_ADDRESS;
        }
        return Admission.ADMITTED;
    }

    void leave(String address) {
        openByAddress.computeIfPresent(address, (_, count) -> count > 1 ? count - 1 : null);
        open.decrementAndGet();
    }

    int open() {
        return open.get();
    }
}
