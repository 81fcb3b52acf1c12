package io.backupmx.spool.artemis;

import io.backupmx.cluster.ClusterBus;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;

/**
 * The workers' common ground on the broker (docs/adr/0008): one connection at a time, made anew when it ends.
 *
 * <p>What is fenced: of the workers that believe to hold a lock at most one can publish under it, as the broker closes a
 * worker's session before it passes the lock on. A holder that runs knows of its loss before the next acquires: without a
 * sign of the broker for 4.5 s it gives up, while the broker waits 6 s. What is not: what a worker does outside the broker
 * that was stopped as a whole (SIGSTOP, a sleeping machine) and has just woken up; until it has heard, some 25 to 130 ms later, it
 * goes on where it was. What others must not believe from such a one needs the epoch in it.
 */
final class ArtemisCluster implements ClusterBus {

    private static final long LEAVE_MILLIS = 3500;
    private static final long TELL_MILLIS = 1000;

    private final Links links;
    private final String self;
    private @Nullable Thread thread;
    private @Nullable ClusterDispatch dispatch;
    private volatile @Nullable ClusterConnection connection;

    /** When this worker competes for each lock again, by {@link System#nanoTime}. */
    private volatile @Nullable AtomicLongArray rests;

    private volatile boolean closed;

    ArtemisCluster(Links links, String self) {
        this.links = links;
        this.self = self;
    }

    @Override
    public String self() {
        return self;
    }

    @Override
    public synchronized void start(int locks, Member member) {
        if (thread != null || closed) {
            throw new IllegalStateException("started or closed before");
        }
        ClusterDispatch told = new ClusterDispatch(member);
        AtomicLongArray until = new AtomicLongArray(locks);
        for (int i = 0; i < locks; i++) {
            until.set(i, System.nanoTime());
        }
        rests = until;
        dispatch = told;
        told.start();
        thread = Thread.ofVirtual().name("cluster-bus").start(() -> run(until, told));
    }

    private void run(AtomicLongArray until, ClusterDispatch told) {
        Backoff backoff = new Backoff();
        while (!closed) {
            try {
                told.awaitEventsTold();
                connect(until, told);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (ActiveMQException | RuntimeException | Error e) {
                if (closed || !backoff.pause(e)) {
                    return;
                }
            }
        }
    }

    private void connect(AtomicLongArray until, ClusterDispatch told) throws ActiveMQException, InterruptedException {
        ClusterConnection current = new ClusterConnection(links.cluster(), self, until, told);
        connection = current;
        try {
            if (!closed) {
                current.run(self);
            }
            current.close();
        } catch (ActiveMQException | InterruptedException | RuntimeException | Error e) {
            current.fail(e);
            throw e;
        } finally {
            connection = null;
        }
    }

    @Override
    public void broadcast(String message) {
        send(ClusterQueues.ALL, message);
    }

    @Override
    public void send(String worker, String message) {
        ClusterConnection current = connection;
        if (current != null) {
            current.talk().say(worker, message);
        }
    }

    @Override
    public CompletionStage<Void> publish(int lock, String key, String value) {
        ClusterConnection current = connection;
        return current == null
                ? CompletableFuture.failedStage(Failures.unavailable("the broker is away"))
                : current.locks().publish(lock, key, value);
    }

    @Override
    public Map<String, String> published(int lock) {
        ClusterConnection current = connection;
        if (current == null) {
            throw Failures.unavailable("the broker is away");
        }
        return current.published(lock);
    }

    @Override
    public void release(int lock, Duration rest) {
        AtomicLongArray until = rests;
        if (until == null) {
            throw new IllegalStateException("not started");
        }
        until.set(lock, System.nanoTime() + rest.toNanos());
        ClusterConnection current = connection;
        if (current != null) {
            current.locks().release(lock);
        }
    }

    @Override
    public void close() {
        Thread running;
        ClusterDispatch told;
        synchronized (this) {
            closed = true;
            running = thread;
            told = dispatch;
        }
        if (running == null || told == null) {
            return;
        }
        ClusterConnection current = connection;
        if (current == null) {
            running.interrupt(); // waits for a broker, or for its turn
        } else {
            current.locks().leave();
        }
        try {
            if (!running.join(Duration.ofMillis(LEAVE_MILLIS))) {
                giveUp(running);
            }
        } catch (InterruptedException e) {
            giveUp(running);
            Thread.currentThread().interrupt();
        }
        told.close(TELL_MILLIS);
    }

    private void giveUp(Thread running) {
        ClusterConnection current = connection;
        if (current != null) {
            current.fail(new ActiveMQException("closed"));
        }
        running.interrupt();
    }
}
