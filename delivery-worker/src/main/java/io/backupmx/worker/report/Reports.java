package io.backupmx.worker.report;

import io.backupmx.config.Config;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.route.RelayTables;
import io.backupmx.routing.RecordLookup;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.dsn.Action;
import io.backupmx.worker.schedule.RetrySchedules;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports to senders. A delivery only says what there may be to tell ({@link #wishes}) and has it stored; whether it is told is
 * decided here, later, so that no delivery waits for the DNS of a spammer. What a crash leaves on the queues is found again.
 */
public final class Reports implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    /** Mails of a kind decided about at once: what holds up one kind, for instance the DNS of whoever sent them, holds up no other. */
    private static final int PLACES = 5;

    private static final String TOO_MANY = "too many mails wait for that to be decided";

    private static final long TICK_MILLIS = 1000;

    /** What another worker left, or was moved there by a command given to another one. */
    private static final Duration ASK_EVERY = Duration.ofMinutes(1);

    private final ReportRules rules;
    private final ReportRecord record;
    private final Backlog backlog = new Backlog();
    private final SpoolAdmin admin;
    private final InstantSource clock;
    private final Map<ReportKind, ReportQueue> queues = new EnumMap<>(ReportKind.class);
    private final LinkedBlockingQueue<ReportKind> awaited = new LinkedBlockingQueue<>();
    private final Set<ReportKind> told = EnumSet.noneOf(ReportKind.class); // awaited holds each once
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform()
            .daemon()
            .name("report-", 0)
            .factory()); // signatures are computed, which keeps a processor
    private final Thread keeping = Thread.ofVirtual().name("reports").unstarted(this::keep);

    /** @param hostname our name in reports */
    public Reports(
            Domain hostname,
            Config config,
            RelayTables tables,
            RetrySchedules schedules,
            SpoolReader spool,
            SpoolAdmin admin,
            InstantSource clock,
            MeterRegistry metrics) {
        this.rules = new ReportRules(config.reports(), tables);
        this.record = new ReportRecord(metrics);
        this.admin = admin;
        this.clock = clock;
        Desk desk = new Desk(
                hostname,
                rules,
                tables,
                new SenderAuthenticity(new RecordLookup(config.dns())),
                new ReportLimits(config.reports().perMinute(), config.reports().perAddressPerHour(), System::nanoTime),
                record,
                schedules,
                clock,
                new Random());
        for (ReportKind kind : ReportKind.values()) {
            queues.put(
                    kind, new ReportQueue(kind, spool, desk, record, backlog, new Semaphore(PLACES), threads, clock));
        }
    }

    /** Begins to look after the queues. */
    public void start() {
        keeping.start();
    }

    /**
     * Of which recipients of this mail the sender may have to be told. Writes down that nobody will be told of one that failed, or
     * for too much waits already, so ask when it has come to that. For one thread.
     */
    public Wishes wishes(Envelope envelope) {
        boolean delayed = rules.isDelayed(envelope, clock.instant());
        Set<ReportOutcome> written = EnumSet.noneOf(ReportOutcome.class);
        Set<ReportKind> full = EnumSet.noneOf(ReportKind.class);
        return new Wishes() {
            @Override
            public boolean ifFailed(Recipient recipient) {
                Optional<ReportOutcome> against = rules.against(envelope, recipient, Action.FAILED);
                against.filter(written::add).ifPresent(reason -> record.notTold(envelope, Action.FAILED, reason, ""));
                return against.isEmpty() && hasRoom(ReportKind.FAILED);
            }

            @Override
            public boolean ifRelayed(Recipient recipient) {
                return rules.against(envelope, recipient, Action.RELAYED).isEmpty() && hasRoom(ReportKind.RELAYED);
            }

            @Override
            public boolean ifDelayed(Recipient recipient) {
                return delayed
                        && rules.against(envelope, recipient, Action.DELAYED).isEmpty()
                        && hasRoom(ReportKind.DELAYED);
            }

            // The same for all recipients of the mail.
            private boolean hasRoom(ReportKind kind) {
                if (backlog.isFull(kind) && full.add(kind)) {
                    record.notTold(envelope, Desk.action(kind), ReportOutcome.RATE_LIMITED, TOO_MANY);
                }
                return !full.contains(kind);
            }
        };
    }

    /** The spool has {@code settlement}. Never blocks. */
    public void stored(Settlement settlement) {
        if (settlement instanceof Settlement.Replace replace) {
            for (Settlement.Copy copy : replace.copies()) {
                if (copy instanceof Settlement.Copy.Report report) {
                    backlog.stored(report.kind());
                    expect(report.kind());
                }
            }
        }
    }

    /** There is mail on the queue of {@code kind}. Never blocks. */
    public void expect(ReportKind kind) {
        synchronized (told) {
            if (told.add(kind)) {
                awaited.add(kind);
            }
        }
    }

    /** Failed mail whose sender may be told, in hand to be decided about. */
    public List<InFlightMail> inFlight() {
        return queues.values().stream().flatMap(ReportQueue::inFlight).toList();
    }

    private void keep() {
        long nextQuestion = System.nanoTime();
        try {
            while (true) {
                ReportKind kind = awaited.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                boolean asking = System.nanoTime() - nextQuestion >= 0;
                if (asking) {
                    nextQuestion = System.nanoTime() + ASK_EVERY.toNanos();
                }
                try {
                    look(Optional.ofNullable(kind), asking);
                } catch (RuntimeException | Error e) {
                    LOG.atError().setCause(e).log("queues of reports not looked after");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void look(Optional<ReportKind> expected, boolean asking) {
        if (expected.isPresent()) {
            synchronized (told) {
                told.remove(expected.get());
            }
            open(expected.get());
        }
        queues.values().forEach(ReportQueue::closeIfIdle);
        if (asking) {
            ask();
        }
    }

    private void open(ReportKind kind) {
        ReportQueue queue = queues.get(kind);
        if (queue != null) {
            queue.open();
        }
    }

    private void ask() {
        try {
            List<QueueDepth> depths = admin.depthsOfLate();
            backlog.counted(depths);
            for (QueueDepth depth : depths) {
                if (depth.queue() instanceof SpoolQueue.Reports(ReportKind kind) && depth.messages() > 0) {
                    open(kind);
                }
            }
        } catch (SpoolException e) {
            LOG.atDebug().setCause(e).log("queues of reports not listed, to be asked for again");
        } catch (RuntimeException | Error e) {
            LOG.atWarn().setCause(e).log("queues of reports not listed, to be asked for again");
        }
    }

    /** Blocks for some seconds at most: what is being decided goes back. */
    @Override
    public void close() {
        keeping.interrupt();
        threads.shutdownNow();
        queues.values().forEach(ReportQueue::close);
    }
}
