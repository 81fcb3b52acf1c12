package io.backupmx.worker.report;

import io.backupmx.mail.Envelope;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.InFlightMail;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes from one queue of reports while there is something on it, and has the desk decide, each mail on a thread of its
 * own. {@link #open} and {@link #closeIfIdle} of one thread.
 */
final class ReportQueue implements SpoolReader.Taker {

    private static final Logger LOG = LoggerFactory.getLogger(ReportQueue.class);

    /** Longer than a feed is silent about an empty queue, shorter than anybody would want a session to rest. */
    private static final long IDLE_NANOS = Duration.ofSeconds(5).toNanos();

    private static final Duration SETTLING = Duration.ofSeconds(5);

    private final SpoolQueue.Reports queue;
    private final SpoolReader spool;
    private final Desk desk;
    private final ReportRecord record;
    private final Backlog backlog;
    private final Semaphore places;
    private final ExecutorService threads;
    private final InstantSource clock;
    private final Map<TakenMail, InFlightMail> inHand = new ConcurrentHashMap<>();
    private volatile long lastMailNanos;
    private volatile boolean closing;
    private volatile SpoolReader.@Nullable Feed feed;

    /** @param places for mails that are decided about at once */
    ReportQueue(
            ReportKind kind,
            SpoolReader spool,
            Desk desk,
            ReportRecord record,
            Backlog backlog,
            Semaphore places,
            ExecutorService threads,
            InstantSource clock) {
        this.queue = new SpoolQueue.Reports(kind);
        this.spool = spool;
        this.desk = desk;
        this.record = record;
        this.backlog = backlog;
        this.places = places;
        this.threads = threads;
        this.clock = clock;
    }

    /** There is mail on it, or may be. */
    void open() {
        lastMailNanos = System.nanoTime();
        if (feed == null && !closing) {
            feed = spool.feed(queue, this);
        }
        wake();
    }

    /** May block for some seconds. */
    void closeIfIdle() {
        SpoolReader.Feed open = feed;
        if (open != null && inHand.isEmpty() && System.nanoTime() - lastMailNanos > IDLE_NANOS) {
            feed = null;
            open.close(SETTLING);
        }
    }

    /** Failed mail that is being decided about; of what is told otherwise the mail itself is elsewhere. */
    Stream<InFlightMail> inFlight() {
        return switch (queue.kind()) {
            case FAILED, DEMANDED, GIVEN_UP, RETURNED -> inHand.values().stream();
            case RELAYED, DELAYED -> Stream.empty();
        };
    }

    /** Blocks for some seconds; what is in hand goes back, or is settled. */
    void close() {
        closing = true;
        SpoolReader.Feed open = feed;
        if (open != null) {
            open.close(SETTLING);
        }
    }

    private void wake() {
        SpoolReader.Feed open = feed;
        if (open != null) {
            open.wake();
        }
    }

    @Override
    public boolean wantsMail() {
        if (closing) {
            return false;
        }
        boolean isFree = places.tryAcquire();
        if (!isFree) {
            lastMailNanos = System.nanoTime(); // it has enough to do
        }
        return isFree;
    }

    @Override
    public void none() {
        places.release();
    }

    @Override
    public void accept(TakenMail mail) {
        lastMailNanos = System.nanoTime();
        inHand.put(
                mail,
                new InFlightMail(mail.route(), mail.envelope(), mail.content().sizeBytes(), clock.instant()));
        try {
            threads.execute(() -> settle(mail, decide(mail)));
        } catch (RejectedExecutionException e) { // closed meanwhile
            settle(mail, new Settlement.GiveBack());
        }
    }

    private Settlement decide(TakenMail mail) {
        Envelope envelope = mail.envelope();
        try {
            return desk.settle(queue.kind(), envelope, mail.content());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Settlement.GiveBack();
        } catch (Exception | Error e) {
            if (Thread.currentThread().isInterrupted() || e instanceof ClosedByInterruptException) {
                return new Settlement.GiveBack(); // closed meanwhile
            }
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("queue_id", envelope.queueId())
                    .log("report failed unexpectedly");
            record.notTold(envelope, Desk.action(queue.kind()), ReportOutcome.ERROR, "");
            return switch (queue.kind()) {
                case FAILED, DEMANDED, GIVEN_UP, RETURNED ->
                    new Settlement.Replace(List.of(new Settlement.Copy.Failed(envelope)));
                case RELAYED, DELAYED -> Settlement.done();
            };
        }
    }

    private void settle(TakenMail mail, Settlement settlement) {
        var _ = mail.settle(settlement).whenComplete((_, failure) -> {
            if (failure != null) {
                LOG.atWarn()
                        .setCause(failure)
                        .addKeyValue("queue_id", mail.envelope().queueId())
                        .log("report not settled: it will be decided again");
            } else if (settlement instanceof Settlement.Replace) {
                backlog.decided(queue.kind());
            }
            inHand.remove(mail);
            places.release();
            wake();
        });
    }
}
