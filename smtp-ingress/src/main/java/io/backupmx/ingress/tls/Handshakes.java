package io.backupmx.ingress.tls;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Who computes handshakes: signing takes a millisecond or several, which is not an event loop's. As many wait as may have
 * sessions, and none whose client is gone. Thread-safe.
 */
final class Handshakes implements AutoCloseable {

    private static final Duration IDLE_THREAD = Duration.ofSeconds(30);

    private final ThreadPoolExecutor threads;

    /** @param maxWaiting beyond it a handshake fails */
    Handshakes(int parallel, int maxWaiting) {
        threads = new ThreadPoolExecutor(
                parallel,
                parallel,
                IDLE_THREAD.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(maxWaiting),
                Thread.ofPlatform().daemon().name("tls-handshake-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    HandshakeTasks ofOneConnection() {
        return new HandshakeTasks(threads);
    }

    int waiting() {
        return threads.getQueue().size();
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
