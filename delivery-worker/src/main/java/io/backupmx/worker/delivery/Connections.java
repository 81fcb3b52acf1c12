package io.backupmx.worker.delivery;

import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpConnection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The connections to one place: those that deliver, and those that rest for the next mail, the warmest in front. Safe from
 * any thread; only {@link #take} and {@link #fresh} block.
 */
final class Connections {

    private record Idle(SmtpConnection connection, long sinceNanos) {}

    private final Supplier<ConnectResult> connector;
    private final Duration idleTimeout;
    private final int mailsPerConnection;
    private final IntSupplier allowed;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Idle> idle = new ArrayDeque<>();
    private final Set<SmtpConnection> busy = new HashSet<>();
    private final Set<Thread> connecting = new HashSet<>();
    private final Set<SmtpConnection> outdated = new HashSet<>(); // of those that are busy
    private int renewals;
    private boolean aborted;

    /**
     * @param connector makes one; may block
     * @param allowed how many there may be, resting ones included
     */
    Connections(Supplier<ConnectResult> connector, Duration idleTimeout, int mailsPerConnection, IntSupplier allowed) {
        this.connector = connector;
        this.idleTimeout = idleTimeout;
        this.mailsPerConnection = mailsPerConnection;
        this.allowed = allowed;
    }

    /** A resting connection, or else a fresh one. */
    ConnectResult take() {
        return warmest().<ConnectResult>map(ConnectResult.Connected::new).orElseGet(this::fresh);
    }

    /** A connection that nobody has used. */
    ConnectResult fresh() {
        int renewalsBefore;
        lock.lock();
        try {
            if (aborted) {
                return new ConnectResult.Unreachable("stopping");
            }
            connecting.add(Thread.currentThread());
            renewalsBefore = renewals;
        } finally {
            lock.unlock();
        }
        try {
            ConnectResult result = connector.get();
            if (result instanceof ConnectResult.Connected(SmtpConnection connection)) {
                begin(connection, renewalsBefore);
            }
            return result;
        } finally {
            doneConnecting();
        }
    }

    private void doneConnecting() {
        lock.lock();
        try {
            connecting.remove(Thread.currentThread());
            boolean _ = Thread.interrupted(); // an abort meant the connecting only
        } finally {
            lock.unlock();
        }
    }

    private void begin(SmtpConnection connection, int renewalsBefore) {
        lock.lock();
        try {
            busy.add(connection);
            if (renewals != renewalsBefore) {
                outdated.add(connection);
            }
            if (aborted) {
                connection.abort();
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<SmtpConnection> warmest() {
        lock.lock();
        try {
            while (!idle.isEmpty() && !aborted) {
                SmtpConnection connection = idle.pop().connection();
                if (connection.isUsable()) {
                    busy.add(connection);
                    return Optional.of(connection);
                }
                connection.abort();
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** A delivery is through with it. */
    void giveBack(SmtpConnection connection) {
        boolean keep = connection.isUsable() && connection.transactions() < mailsPerConnection && !idleTimeout.isZero();
        int places = keep ? allowed.getAsInt() : 0;
        lock.lock();
        try {
            busy.remove(connection);
            keep = !outdated.remove(connection) && keep && !aborted && busy.size() + idle.size() < places;
            if (keep) {
                idle.push(new Idle(connection, System.nanoTime()));
            }
        } finally {
            lock.unlock();
        }
        if (!keep) {
            leave(connection);
        }
    }

    /** One that a probe has made: for the first mail, which comes as soon as the gate has heard of it. */
    void add(SmtpConnection connection) {
        lock.lock();
        try {
            if (!aborted && connection.isUsable()) {
                idle.push(new Idle(connection, System.nanoTime()));
                return;
            }
        } finally {
            lock.unlock();
        }
        leave(connection);
    }

    /** How many connections are delivering. */
    int busy() {
        lock.lock();
        try {
            return busy.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * How many may be well beside one that is not: those that deliver, and those that are being made, of which nobody knows
     * yet.
     */
    int others() {
        lock.lock();
        try {
            return busy.size() + connecting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Takes leave of those that have rested for too long, and of those that are more than allowed. */
    void closeIdle() {
        closeIdle(idleTimeout);
        int places = allowed.getAsInt();
        lock.lock();
        try {
            while (!idle.isEmpty() && busy.size() + idle.size() > Math.max(places, 1)) {
                leave(idle.removeLast().connection());
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return idle.isEmpty() && busy.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** What a connection is to be has changed: those that there are take no further mail. */
    void renew() {
        lock.lock();
        try {
            renewals++;
            outdated.addAll(busy);
        } finally {
            lock.unlock();
        }
        closeAllIdle();
    }

    /** Takes leave of all that rest. */
    void closeAllIdle() {
        closeIdle(Duration.ZERO);
    }

    private void closeIdle(Duration limit) {
        long now = System.nanoTime();
        lock.lock();
        try {
            while (!idle.isEmpty() && now - idle.peekLast().sinceNanos() >= limit.toNanos()) {
                leave(idle.removeLast().connection());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends every delivery, for good: no further connection is made. */
    void abort() {
        lock.lock();
        try {
            aborted = true;
            busy.forEach(SmtpConnection::abort);
            connecting.forEach(Thread::interrupt);
        } finally {
            lock.unlock();
        }
    }

    private static void leave(SmtpConnection connection) {
        Thread.startVirtualThread(connection::quit);
    }
}
