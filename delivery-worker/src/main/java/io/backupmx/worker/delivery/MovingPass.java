package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.route.RelayTables;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Takes every mail of a queue once: what belongs on others moves there, the rest goes behind, so that at the end it stands in the order in
 * which it stood, but for what came meanwhile. Nothing is tried. Safe from any thread.
 */
final class MovingPass implements SpoolReader.Taker {

    private static final int MAX_UNSETTLED = 50;

    /** Without any mail: then the broker is away, or others have taken what there was. That there is no more is not said by one answer: a
     * paging broker may be about to read some. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration SETTLING = Duration.ofSeconds(5);

    private final SpoolQueue.ForRoute queue;
    private final RelayTables tables;
    private final BooleanSupplier goesOn;
    private final CountDownLatch end = new CountDownLatch(1);
    private long left;
    private int reserved;
    private int unsettled;
    private long stayed;
    private boolean failed;
    private volatile long lastMailNanos = System.nanoTime();
    private volatile Runnable wake = () -> {};

    private MovingPass(SpoolQueue.ForRoute queue, RelayTables tables, long mails, BooleanSupplier goesOn) {
        this.queue = queue;
        this.tables = tables;
        this.left = mails;
        this.goesOn = goesOn;
    }

    /** How one ended. */
    enum Ending {
        /** As many as the queue had have moved. */
        EMPTIED,
        /** All were looked at, and some belong where they are. */
        DONE,
        /** It was to stop, others took some, or the spool did not let it. */
        BROKEN_OFF
    }

    /**
     * Blocks until all are through.
     *
     * @param mails how many the queue has; at least one
     * @param goesOn false: it takes no more, and ends
     */
    static Ending over(
            SpoolReader spool, SpoolQueue.ForRoute queue, RelayTables tables, long mails, BooleanSupplier goesOn)
            throws InterruptedException {
        MovingPass pass = new MovingPass(queue, tables, mails, goesOn);
        SpoolReader.Feed feed = spool.feed(queue, pass);
        try {
            pass.wake = feed::wake;
            feed.wake(); // one may have been settled before there was anything to wake
            while (!pass.end.await(1, TimeUnit.SECONDS) && pass.isAlive()) {
                feed.wake();
            }
        } finally {
            feed.close(SETTLING);
        }
        return pass.ending();
    }

    private boolean isAlive() {
        return goesOn.getAsBoolean() && System.nanoTime() - lastMailNanos < PATIENCE.toNanos();
    }

    private synchronized Ending ending() {
        if (failed || left > 0 || unsettled > 0) {
            return Ending.BROKEN_OFF;
        }
        return stayed == 0 ? Ending.EMPTIED : Ending.DONE;
    }

    @Override
    public boolean wantsMail() {
        boolean go = goesOn.getAsBoolean();
        synchronized (this) {
            if (!go || failed || reserved >= left || reserved + unsettled >= MAX_UNSETTLED) {
                return false;
            }
            reserved++;
            return true;
        }
    }

    @Override
    public synchronized void none() {
        reserved--;
        endIfThrough();
    }

    @Override
    public void accept(TakenMail mail) {
        lastMailNanos = System.nanoTime();
        Envelope envelope = mail.envelope();
        Optional<Settlement> aside = Redirection.aside(envelope, queue.route(), tables);
        synchronized (this) {
            reserved--;
            left--;
            unsettled++;
        }
        Settlement settlement =
                aside.orElseGet(() -> new Settlement.Replace(List.of(new Settlement.Copy.Requeued(envelope))));
        var _ = mail.settle(settlement).whenComplete((_, failure) -> {
            if (failure == null) {
                aside.ifPresent(moved -> Redirection.log(envelope, queue.route(), moved));
            }
            settled(settlement, failure != null);
            wake.run();
        });
    }

    private synchronized void settled(Settlement settlement, boolean inVain) {
        unsettled--;
        failed |= inVain;
        if (settlement instanceof Settlement.Replace(List<Settlement.Copy> copies)
                && copies.stream().anyMatch(Settlement.Copy.Requeued.class::isInstance)) {
            stayed++;
        }
        endIfThrough();
    }

    private void endIfThrough() {
        if (unsettled == 0 && reserved == 0 && (left == 0 || failed)) {
            end.countDown();
        }
    }
}
