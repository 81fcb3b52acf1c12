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
    private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private record Resting(SmtpConnection connection, long sinceNanos) {}

    private final Semaphore places = new Semaphore(CONNECTIONS, true);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicLong nextTurn = new AtomicLong(System.nanoTime());
    private final Deque<Resting> resting = new ArrayDeque<>(CONNECTIONS);
    private volatile boolean failing;
    private volatile long failingSince;
    private volatile boolean away;
    private volatile long awayUntil;
    private boolean closed;

    /** Somebody comes; to be followed by {@link #depart}. */
    void announce() {
        inside.incrementAndGet();
    }

    void depart() {
        inside.decrementAndGet();
    }

    /** Whether it is one's turn; then to be followed by {@link #leave}. Waits, bounded; false when too many do. */
    boolean enter() throws InterruptedException {
        if (inside.get() > MAX_WAITING || !places.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
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
        long now = System.nanoTime();
        synchronized (resting) {
            if (!failing) {
                failingSince = now;
                failing = true;
            }
        }
        awayUntil = now + AWAY_NANOS;
        away = true;
    }

    /** It has answered. */
    void isThere() {
        failing = false;
        away = false;
    }

    /** Whether it has not answered since it was asked last. */
    boolean isFailing() {
        return failing;
    }

    /** Whether it has been failing for so long that it is no passing trouble. */
    boolean isAwayForLong() {
        return failing && System.nanoTime() - failingSince > LONG_NANOS;
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
