package io.backupmx.spool.artemis;

import io.backupmx.spool.SharedTable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;

/**
 * A table on the broker (docs/adr/0018): one connection at a time, made anew when it ends. Of each connection, values of a
 * key are heard in the order the broker took them. What was put over a connection that broke may still arrive there.
 */
final class ArtemisTable implements SharedTable {

    /** The longest a put may take; a broker that needs more has lost its connection. */
    private static final Duration PATIENCE = Duration.ofMillis(Links.CALL_TIMEOUT_MILLIS);

    private static final Duration LEAVE = Duration.ofSeconds(1);
    private static final Duration TELL = Duration.ofSeconds(1);

    private final Links links;
    private final TableQueues queues;
    private final Duration putTimeout;
    private @Nullable Thread thread;
    private volatile @Nullable TableConnection connection;
    private volatile boolean closed;

    ArtemisTable(Links links, String name, Duration storeTimeout) {
        this.links = links;
        this.queues = new TableQueues(name);
        this.putTimeout = storeTimeout.compareTo(PATIENCE) < 0 ? storeTimeout : PATIENCE;
    }

    @Override
    public synchronized void start(Listener listener) {
        if (thread != null || closed) {
            throw new IllegalStateException("started or closed before");
        }
        thread = Thread.ofVirtual().name("table").start(() -> run(listener));
    }

    private void run(Listener listener) {
        Backoff backoff = new Backoff();
        boolean goOn = true;
        while (goOn && !closed) {
            Throwable why = connect(listener);
            goOn = !closed && backoff.pause(why);
        }
    }

    /** Returns what ended it. */
    private Throwable connect(Listener listener) {
        TableConnection current;
        try {
            current = new TableConnection(links.table(), queues, putTimeout, listener);
        } catch (ActiveMQException | RuntimeException | Error e) {
            return e;
        }
        try {
            current.open();
            connection = current;
            if (closed) {
                current.fail(new ActiveMQException("closed"));
                return new ActiveMQException("closed");
            }
            return current.run();
        } catch (ActiveMQException | RuntimeException | Error e) {
            current.fail(e);
            return e;
        } finally {
            connection = null;
        }
    }

    @Override
    public CompletionStage<Void> put(String key, byte[] value) {
        if (value.length > MAX_VALUE_BYTES || key.length() > MAX_KEY_CHARS) {
            throw new IllegalArgumentException("too long: key %d, value %d".formatted(key.length(), value.length));
        }
        TableConnection current = connection;
        return current == null
                ? CompletableFuture.failedStage(Failures.unavailable("the broker is away"))
                : current.put(key, value.clone());
    }

    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
        }
        TableConnection current = connection;
        try {
            if (current != null) {
                current.close(LEAVE);
            } else if (running != null) {
                running.interrupt(); // waits for a broker
            }
            boolean told = current != null && current.isTelling();
            if (running != null && !told && !Thread.currentThread().equals(running) && !running.join(TELL)) {
                running.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
