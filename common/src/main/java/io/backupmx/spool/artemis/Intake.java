package io.backupmx.spool.artemis;

import io.backupmx.config.SpoolConfig;
import io.backupmx.spool.SpoolEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;

/**
 * The storing side of one life of the broker connection: its lanes, the jobs they have not been answered for, and a watch
 * on the broker. It breaks once, as a whole: a lost connection, a store that took too long, a watch that got no answer.
 */
final class Intake implements AutoCloseable {

    private static final int TRANSACTED_LANES = 4;
    private static final long WATCH_MILLIS = 1000;

    private final Links.Link confirming;
    private final Links.Link transacting;
    private final ConfirmingLane confirmingLane;
    private final LinkedBlockingQueue<StoreJob> transactedJobs = new LinkedBlockingQueue<>();
    private final Set<StoreJob> pending = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private final ArrivalHints hints;
    private final AtomicReference<@Nullable Throwable> brokenBy = new AtomicReference<>();
    private final CountDownLatch broken = new CountDownLatch(1);
    private final int intakeLimitPercent;
    private volatile boolean full;

    private Intake(Links.Link confirming, Links.Link transacting, SpoolConfig config) throws ActiveMQException {
        this.confirming = confirming;
        this.transacting = transacting;
        this.intakeLimitPercent = config.intakeLimitPercent();
        this.hints = new ArrivalHints(() -> transacting);
        this.confirmingLane = new ConfirmingLane(confirming, this::answered, this::breakBy);
    }

    static Intake open(Links links, SpoolConfig config) throws ActiveMQException {
        Links.Link confirming = links.producing();
        Links.Link transacting = null;
        try {
            transacting = links.consuming();
            Intake intake = new Intake(confirming, transacting, config);
            intake.start();
            return intake;
        } catch (ActiveMQException | RuntimeException e) {
            confirming.close();
            if (transacting != null) {
                transacting.close();
            }
            throw e;
        }
    }

    private void start() throws ActiveMQException {
        BrokerWatch watch = new BrokerWatch(transacting);
        full = watch.diskUsagePercent() >= intakeLimitPercent;
        threads.add(Thread.ofVirtual().name("spool-confirming").start(confirmingLane));
        for (int i = 0; i < TRANSACTED_LANES; i++) {
            TransactedLane lane = new TransactedLane(transacting, transactedJobs, this::answered, this::breakBy);
            threads.add(Thread.ofVirtual().name("spool-transacted-" + i).start(lane));
        }
        threads.add(Thread.ofVirtual().name("spool-watch").start(() -> watch(watch)));
        hints.start();
    }

    /** Whether the disk is filled beyond the intake's share. */
    boolean isFull() {
        return full;
    }

    void submit(StoreJob job) {
        pending.add(job);
        if (job.isSmallAndSingle()) {
            confirmingLane.submit(job);
        } else {
            transactedJobs.add(job);
        }
        if (brokenBy.get() != null) {
            abandon(job); // it may have slipped in behind the sweep of close()
        }
    }

    /** Workers may want to know that {@code entries} are stored. Never blocks, never fails. */
    void stored(List<SpoolEntry> entries) {
        entries.forEach(entry -> hints.tell(entry.queue()));
    }

    /** Waits for the end, ending it itself when a store is overdue. Returns why it broke; null when time was up first. */
    @org.jspecify.annotations.Nullable
    Throwable awaitBroken(long millis) throws InterruptedException {
        if (broken.await(millis, TimeUnit.MILLISECONDS)) {
            return brokenBy.get();
        }
        long now = System.nanoTime();
        for (StoreJob job : pending) {
            if (job.isOverdue(now)) {
                overdue(job);
            }
        }
        return brokenBy.get();
    }

    /** A mail that found no lane in time is its own trouble; one that the broker does not answer is everybody's. */
    private void overdue(StoreJob job) {
        if (job.withdraw()) {
            transactedJobs.remove(job);
            abandon(job);
        } else {
            breakBy(Failures.unavailable("no confirmation within the store timeout"));
        }
    }

    boolean isIdle() {
        return pending.isEmpty();
    }

    /**
     * Everything pending is failed at once, its bytes are given back when the connection is really closed, which a silent
     * broker may delay: so that part is another thread's.
     */
    @Override
    public void close() {
        breakBy(Failures.unavailable("closed"));
        threads.forEach(Thread::interrupt);
        hints.close();
        pending.forEach(job -> job.fail(Failures.unavailable("the broker connection ended")));
        Thread.ofVirtual().name("spool-closing").start(() -> {
            try (confirming;
                    transacting) {
                // both, whatever the first says
            } finally {
                pending.forEach(this::abandon);
            }
        });
    }

    private void abandon(StoreJob job) {
        job.fail(Failures.unavailable("the broker connection ended"));
        answered(job);
    }

    private void answered(StoreJob job) {
        pending.remove(job);
        job.release();
    }

    private void breakBy(Throwable cause) {
        if (brokenBy.compareAndSet(null, cause)) {
            broken.countDown();
        }
    }

    private void watch(BrokerWatch watch) {
        try (watch) {
            while (true) {
                Thread.sleep(WATCH_MILLIS);
                full = watch.diskUsagePercent() >= intakeLimitPercent;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ActiveMQException | RuntimeException e) {
            breakBy(e);
        }
    }
}
