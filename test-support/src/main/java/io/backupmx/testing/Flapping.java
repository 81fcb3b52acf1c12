package io.backupmx.testing;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes a primary down and up again, over and over, as a host that crashes and reboots does. */
public final class Flapping implements AutoCloseable {

    private final ScriptedPrimary primary;
    private final Duration up;
    private final Duration down;
    private final AtomicInteger outages = new AtomicInteger();
    private final CountDownLatch enough = new CountDownLatch(1);
    private final Thread thread;

    private Flapping(ScriptedPrimary primary, Duration up, Duration down) {
        this.primary = primary;
        this.up = up;
        this.down = down;
        this.thread = Thread.ofVirtual().name("flapping-" + primary.port()).start(this::run);
    }

    /** Begins with {@code up}. */
    public static Flapping of(ScriptedPrimary primary, Duration up, Duration down) {
        return new Flapping(primary, up, down);
    }

    private void run() {
        try {
            primary.start();
            while (!enough.await(up.toNanos(), TimeUnit.NANOSECONDS)) {
                primary.stop();
                outages.incrementAndGet();
                TimeUnit.NANOSECONDS.sleep(down.toNanos()); // also the last one: else nobody might notice it
                primary.start();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** How often it went down so far. */
    public int outages() {
        return outages.get();
    }

    /** Leaves the primary up for good, when an outage that has begun is over. */
    @Override
    public void close() {
        enough.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a primary was to come up", e);
        }
    }
}
