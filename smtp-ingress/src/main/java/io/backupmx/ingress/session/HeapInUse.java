package io.backupmx.ingress.session;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Whether more of the heap is in use than leaves room for new clients: by what a collection of its old part has left, for before
 * that nobody knows what of it is garbage. Thread-safe.
 */
final class HeapInUse {

    /** While it is too much nobody comes, and so nothing may bring about the collection that would show that it no longer is. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(20);

    private final int maxPercent;
    private final IntSupplier leftPercent;
    private final Runnable collect;
    private final LongSupplier nanoTime;
    private final AtomicBoolean tooMuch = new AtomicBoolean();
    private final AtomicLong collectedNanos;

    /**
     * @param leftPercent what the latest collection has left
     * @param collect brings one about, and returns when it is done
     * @param nanoTime as {@link System#nanoTime}
     */
    HeapInUse(int maxPercent, IntSupplier leftPercent, Runnable collect, LongSupplier nanoTime) {
        this.maxPercent = maxPercent;
        this.leftPercent = leftPercent;
        this.collect = collect;
        this.nanoTime = nanoTime;
        this.collectedNanos = new AtomicLong(nanoTime.getAsLong());
    }

    static HeapInUse ofThisProcess(int maxPercent) {
        List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported()) // not the young
                .toList();
        return new HeapInUse(
                maxPercent,
                () -> pools.stream().mapToInt(HeapInUse::leftPercent).max().orElse(0),
                System::gc,
                System::nanoTime);
    }

    /** Cheap: what {@link #look} has found. */
    boolean isTooMuch() {
        return tooMuch.get();
    }

    /** To be called now and then, by one at a time. May take as long as a collection of the heap. */
    void look() {
        boolean over = leftPercent.getAsInt() > maxPercent;
        if (over && tooMuch.get() && nanoTime.getAsLong() - collectedNanos.get() >= LOOK_AGAIN.toNanos()) {
            collect.run();
            collectedNanos.set(nanoTime.getAsLong());
            over = leftPercent.getAsInt() > maxPercent;
        }
        tooMuch.set(over);
    }

    private static int leftPercent(MemoryPoolMXBean pool) {
        MemoryUsage left = pool.getCollectionUsage();
        return left == null || left.getMax() <= 0 ? 0 : (int) (100 * left.getUsed() / left.getMax());
    }
}
