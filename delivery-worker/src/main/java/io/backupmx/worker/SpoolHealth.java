package io.backupmx.worker;

import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether the spool answers: asked every second, so that whoever wants to know need not wait for a broker that hangs. */
public final class SpoolHealth implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** A broker that has not answered for so long counts as away, though the connection may stand. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final String SILENT = "the broker does not answer";

    private final SpoolAdmin spool;
    private final Thread thread;
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile boolean well;
    private volatile long asked = System.nanoTime();

    public SpoolHealth(SpoolAdmin spool) {
        this.spool = spool;
        this.thread = Thread.ofVirtual().name("spool-health").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Waits for the first answer, not for longer than {@code limit}; whether there was one. */
    public boolean awaitAnswer(Duration limit) {
        try {
            return answered.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What is wrong, in a few words; empty when the spool answers. */
    public Optional<String> problem() {
        return well && System.nanoTime() - asked < PATIENCE_NANOS ? Optional.empty() : Optional.of(SILENT);
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            asked = System.nanoTime();
            try {
                spool.ping();
                well = true;
                answered.countDown();
            } catch (SpoolException e) {
                well = false; // the feeds log it
            }
            try {
                Thread.sleep(INTERVAL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
