package io.backupmx.ingress.primary;

import io.backupmx.smtp.client.SmtpConnection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Who may ask one primary, and when; its connections that rest. */
final class AskedPrimary {

    private static final int CONNECTIONS = 2;
    private static final int MAX_WAITING = 200;
    private static final long MAX_WAIT_SECONDS = 10;
    private static final long BETWEEN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private record Resting(SmtpConnection connection, long sinceNanos) {}

    private final Semaphore places = new Semaphore(CONNECTIONS, true);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicLong nextTurn = new AtomicLong(System.nanoTime());
    private final Deque<Resting> resting = new ArrayDeque<>(CONNECTIONS);
    private volatile boolean away;
    private volatile long awayUntil;
    private boolean closed;

    /** Whether it is one's turn; to be followed by {@link #leave}. Waits, bounded; false when too many do. */
    boolean enter() throws InterruptedException {
        if (inside.incrementAndGet() > MAX_WAITING || !places.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
            inside.decrementAndGet();
            return false;
        }
        if (!isAway()) {
            long turn = nextTurn.getAndUpdate(next -> Math.max(next, System.nanoTime()) + BETWEEN_NANOS);
            TimeUnit.NANOSECONDS.sleep(turn - System.nanoTime());
        }
        return true;
    }

    void leave() {
        places.release();
        inside.decrementAndGet();
    }

    boolean isIdle() {
        synchronized (resting) {
            return inside.get() == 0 && resting.isEmpty();
        }
    }

    boolean isAway() {
        return away && System.nanoTime() - awayUntil < 0;
    }

    void wasAway() {
        awayUntil = System.nanoTime() + AWAY_NANOS;
        away = true;
    }

    Optional<SmtpConnection> idle() {
        synchronized (resting) {
            for (Resting last = resting.pollLast(); last != null; last = resting.pollLast()) {
                if (last.connection().isUsable()) {
                    return Optional.of(last.connection());
                }
                last.connection().abort();
            }
            return Optional.empty();
        }
    }

    void rest(SmtpConnection connection) {
        away = false;
        synchronized (resting) {
            if (!closed) {
                resting.addLast(new Resting(connection, System.nanoTime()));
                return;
            }
        }
        connection.abort();
    }

    void sweep() {
        while (true) {
            Resting oldest;
            synchronized (resting) {
                oldest = resting.peekFirst();
                if (oldest == null || System.nanoTime() - oldest.sinceNanos() < IDLE_NANOS) {
                    return;
                }
                resting.removeFirst();
            }
            oldest.connection().quit();
        }
    }

    void close() {
        synchronized (resting) {
            closed = true;
            resting.forEach(one -> one.connection().abort());
            resting.clear();
        }
    }
}
