package io.backupmx.worker.delivery;

import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One of a route's queues, read only while that is of use: when it has mail, as far as is known, and the gate lets some out. An idle
 * queue costs nothing, and neither does one that is down. Safe from any thread; never blocks but in {@link #close}.
 */
final class Supply {

    /** Longer than a hint of new mail may be behind, so that none is missed (see {@link SpoolReader#watch}). */
    private static final long EMPTY_NANOS = Duration.ofSeconds(30).toNanos();

    /** A gate that is shut for a moment only is not worth a new session. */
    private static final long SHUT_NANOS = Duration.ofSeconds(3).toNanos();

    private final SpoolQueue.ForRoute queue;
    private final SpoolReader spool;
    private final SpoolReader.Taker taker;
    private final FeedBudget budget;
    private final BooleanSupplier isOpen;
    private final BooleanSupplier hasMailInHand;

    private SpoolReader.@Nullable Feed feed;
    private boolean mailWaits;
    private long hints;
    private boolean closed;
    private int leaving;
    private long lastMailNanos;
    private long lastOpenNanos;

    /**
     * @param isOpen whether the gate lets mail out
     * @param hasMailInHand whether mail that the feed gave out is not settled yet; it is never closed under it
     */
    Supply(
            SpoolQueue.ForRoute queue,
            SpoolReader spool,
            SpoolReader.Taker taker,
            FeedBudget budget,
            BooleanSupplier isOpen,
            BooleanSupplier hasMailInHand) {
        this.queue = queue;
        this.spool = spool;
        this.taker = taker;
        this.budget = budget;
        this.isOpen = isOpen;
        this.hasMailInHand = hasMailInHand;
    }

    /** There is mail on the queue. */
    void mailWaits() {
        synchronized (this) {
            mailWaits = true;
            hints++;
        }
        review();
    }

    /** Whether there is mail on the queue, as far as is known. */
    synchronized boolean hasMail() {
        return mailWaits;
    }

    /** Mail came just now. */
    void gotMail() {
        lastMailNanosIs(System.nanoTime());
    }

    /** That no mail comes says nothing of the queue: it is not asked. */
    void waitsForAPlace() {
        lastMailNanosIs(System.nanoTime());
    }

    private synchronized void lastMailNanosIs(long now) {
        lastMailNanos = now;
    }

    /** The queue was found empty just now. */
    void foundNone() {
        if (budget.isCrowded()) {
            leaveIf(true);
        }
    }

    /** How often it was told of mail. */
    synchronized long hints() {
        return hints;
    }

    /**
     * Somebody has looked at the queue while it was not read, and found nothing: until it is told of mail again it has none.
     *
     * @param hintsBefore what {@link #hints} said before the look
     */
    synchronized void noneAtHead(long hintsBefore) {
        if (feed == null && hints == hintsBefore) {
            mailWaits = false;
        }
    }

    void mayAskAgain() {
        review();
    }

    /** The gate may have moved: begins to read, or to ask for mail again. */
    void review() {
        boolean open = isOpen.getAsBoolean();
        SpoolReader.Feed reading;
        synchronized (this) {
            if (open) {
                lastOpenNanos = System.nanoTime();
            }
            if (feed == null && mailWaits && open && !closed && budget.take(this)) {
                lastMailNanos = System.nanoTime();
                feed = spool.feed(queue, taker);
            }
            reading = feed;
        }
        if (reading != null) {
            reading.wake();
        }
    }

    /** The taker may want mail again, as far as it is asked. Cheap. */
    void wake() {
        SpoolReader.Feed reading;
        synchronized (this) {
            reading = feed;
        }
        if (reading != null) {
            reading.wake();
        }
    }

    /** To be called about once a second: stops reading a queue that is empty, or whose gate is shut. */
    void tick() {
        boolean open = isOpen.getAsBoolean();
        long now = System.nanoTime();
        boolean idle;
        synchronized (this) {
            if (open) {
                lastOpenNanos = now;
            }
            if (feed == null) {
                return;
            }
            idle = now - lastOpenNanos > SHUT_NANOS || now - lastMailNanos > EMPTY_NANOS;
        }
        if (idle) {
            leaveIf(open);
        }
    }

    /** @param empty whether it is for want of mail, not for the gate's sake */
    private void leaveIf(boolean empty) {
        SpoolReader.Feed left;
        synchronized (this) {
            if (feed == null || hasMailInHand.getAsBoolean()) {
                return;
            }
            if (empty) {
                mailWaits = false;
            }
            left = feed;
            feed = null;
            leaving++;
        }
        // It ends once it has settled what came in that very moment. Others are read meanwhile, the same queue
        // included.
        Thread.ofVirtual().name("feed-closing").start(() -> {
            try {
                left.close(Delivery.LONGEST);
            } finally {
                hasLeft();
                budget.giveBack();
                review();
            }
        });
    }

    private synchronized void hasLeft() {
        leaving--;
    }

    /** Whether nothing comes from the queue now. */
    synchronized boolean isLeft() {
        return feed == null && leaving == 0;
    }

    /** Reads no more. Blocks until what was settled is on disk, within {@code grace}. */
    void close(Duration grace) {
        SpoolReader.Feed last;
        synchronized (this) {
            closed = true;
            last = feed;
            feed = null;
        }
        budget.leave(this);
        if (last != null) {
            last.close(grace);
        }
    }
}
