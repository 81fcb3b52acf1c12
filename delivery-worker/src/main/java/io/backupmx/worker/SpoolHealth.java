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
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final String SILENT = "the broker does not answer";

    private final SpoolAdmin spool;
    private final Periodic periodic;
    private final long patienceNanos;
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile Optional<String> trouble = Optional.of(SILENT);
    private volatile long asked = System.nanoTime();

    public SpoolHealth(SpoolAdmin spool) {
        this(spool, INTERVAL, PATIENCE);
    }

    SpoolHealth(SpoolAdmin spool, Duration interval, Duration patience) {
        this.spool = spool;
        this.periodic = new Periodic("spool-health", interval, this::ask);
        this.patienceNanos = patience.toNanos();
    }

    public void start() {
        periodic.start();
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
        return System.nanoTime() - asked < patienceNanos ? trouble : Optional.of(SILENT);
    }

    @Override
    public void close() {
        periodic.close();
    }

    private void ask() {
        asked = System.nanoTime();
        try {
            spool.ping();
            trouble = Optional.empty();
            answered.countDown();
        } catch (SpoolException e) {
            // The feeds log it.
            trouble = Optional.of(e.kind() == SpoolException.Kind.REFUSED ? String.valueOf(e.getMessage()) : SILENT);
        }
    }
}
