package io.backupmx.worker.delivery;

import java.time.Duration;
import java.util.List;

/** Ends many things at once: one that waits for a broker that does not answer must not make the others wait their turn. */
final class Together {

    private Together() {}

    /** Returns when all of {@code closings} have, or {@code limit} is over; what is still going on then goes on alone. */
    static void close(List<Runnable> closings, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        List<Thread> threads = closings.stream()
                .map(closing -> Thread.ofVirtual().name("closing").start(closing))
                .toList();
        for (Thread thread : threads) {
            boolean _ = thread.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
    }
}
