package io.backupmx.worker.gate;

import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpConnection;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a route that is down whether it is back, again and again, one probe at a time, until it is. The connection of the
 * probe that was greeted well is handed on, so that the first mail need not make another.
 */
public final class Prober implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Prober.class);

    private final Callable<ConnectResult> probe;
    private final ProbeSchedule schedule;
    private final RandomGenerator random;
    private final Consumer<SmtpConnection> onHealthy;
    private final Consumer<Trouble> onFailure;
    private final IntSupplier unhealthyInRow;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private @Nullable Thread running;
    private boolean now;

    /**
     * @param probe resolves names, connects, awaits greeting and EHLO; ended by an interrupt
     * @param onHealthy takes the connection over; called once a {@link #start}
     * @param onFailure hears why each probe failed
     * @param unhealthyInRow how often in a row, what {@code onFailure} has just heard included, the route was unwell
     */
    public Prober(
            Callable<ConnectResult> probe,
            ProbeSchedule schedule,
            RandomGenerator random,
            Consumer<SmtpConnection> onHealthy,
            Consumer<Trouble> onFailure,
            IntSupplier unhealthyInRow) {
        this.probe = probe;
        this.schedule = schedule;
        this.random = random;
        this.onHealthy = onHealthy;
        this.onFailure = onFailure;
        this.unhealthyInRow = unhealthyInRow;
    }

    /** The route went down just now, for {@code trouble}. Does nothing while it is being probed already. */
    public void start(Trouble trouble) {
        lock.lock();
        try {
            if (running == null) {
                now = false;
                running = Thread.ofVirtual().name("prober").unstarted(() -> run(trouble));
                running.start();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Probes at once if the route is down, or once more right after the probe that is going on. */
    public void flush() {
        lock.lock();
        try {
            now = true;
            wake.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The route is back, or nobody wants to know any more. A probe that is going on is ended. */
    public void stop() {
        lock.lock();
        try {
            if (running != null && running != Thread.currentThread()) {
                running.interrupt();
            }
            running = null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        stop();
    }

    private void run(Trouble first) {
        long downAt = System.nanoTime();
        Duration wait =
                schedule.waitAfter(first.kind(), Duration.ZERO, Duration.ZERO, unhealthyInRow.getAsInt(), random);
        while (true) {
            await(wait);
            if (!isRunning()) {
                return;
            }
            long start = System.nanoTime();
            ConnectResult result = ask();
            if (!isRunning()) {
                discard(result);
                return;
            }
            Trouble trouble;
            switch (result) {
                case ConnectResult.Connected(SmtpConnection connection) -> {
                    ended();
                    onHealthy.accept(connection);
                    return;
                }
                case ConnectResult.Unreachable(String why) -> trouble = new Trouble(Trouble.Kind.NO_ANSWER, why);
                case ConnectResult.Unhealthy(String why, boolean _) -> trouble = new Trouble(Trouble.Kind.UNHEALTHY, why);
            }
            onFailure.accept(trouble);
            wait = schedule.waitAfter(trouble.kind(), since(downAt), since(start), unhealthyInRow.getAsInt(), random);
        }
    }

    /** A surprise must not end the probing: the route would stay down for ever. */
    private ConnectResult ask() {
        try {
            return probe.call();
        } catch (Exception e) {
            LOG.atError().setCause(e).log("probe failed unexpectedly");
            return new ConnectResult.Unhealthy("internal error", false);
        }
    }

    /** Until that has passed, or a flush or a stop came. */
    private void await(Duration wait) {
        lock.lock();
        try {
            long left = wait.toNanos();
            while (left > 0 && !now && running == Thread.currentThread()) {
                left = wake.awaitNanos(left);
            }
            now = false;
        } catch (InterruptedException _) {
            // stopped; isRunning says so
        } finally {
            lock.unlock();
        }
    }

    private boolean isRunning() {
        lock.lock();
        try {
            return running == Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    private void ended() {
        lock.lock();
        try {
            if (running == Thread.currentThread()) {
                running = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private static void discard(ConnectResult result) {
        if (result instanceof ConnectResult.Connected(SmtpConnection connection)) {
            connection.abort();
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
