package io.backupmx.worker.retention;

import io.backupmx.config.Config;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.RestingMails;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.Duties;
import io.backupmx.worker.Periodic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failed mail and dead letters do not stay for ever: once a minute the steward of all workers deletes what is too old, and the
 * oldest of what is too much. Each mail that goes is in the mail log; {@code backupmx_failed_removed_total} counts them.
 */
public final class FailedRetention implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FailedRetention.class);
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final List<SpoolQueue> QUEUES = List.of(new SpoolQueue.Failed(), new SpoolQueue.DeadLetter());

    private final Config config;
    private final SpoolAdmin spool;
    private final RestingMails mails;
    private final Duties duties;
    private final Supplier<OptionalLong> diskBytes;
    private final InstantSource clock;
    private final RoomLosses losses;
    private final Map<Pruning.Reason, Counter> removed = new EnumMap<>(Pruning.Reason.class);
    private final AgeBudget ageBudget = new AgeBudget(System::nanoTime);
    private final Periodic periodic = new Periodic("failed-retention", INTERVAL, this::run);

    /**
     * @param diskBytes size of the disk that the spool is on; empty when it is another machine's
     * @param losses told of mail that went for want of room
     */
    public FailedRetention(
            Config config,
            SpoolAdmin spool,
            RestingMails mails,
            Duties duties,
            Supplier<OptionalLong> diskBytes,
            InstantSource clock,
            RoomLosses losses,
            MeterRegistry metrics) {
        this.config = config;
        this.spool = spool;
        this.mails = mails;
        this.duties = duties;
        this.diskBytes = diskBytes;
        this.clock = clock;
        this.losses = losses;
        for (Pruning.Reason reason : Pruning.Reason.values()) {
            removed.put(
                    reason,
                    Counter.builder("backupmx.failed.removed")
                            .description("Failed mails and dead letters deleted because they were too old or too much")
                            .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                            .register(metrics));
        }
    }

    public void start() {
        periodic.start();
    }

    @Override
    public void close() {
        periodic.close();
    }

    void run() {
        if (!duties.isSteward()) {
            return;
        }
        try {
            prune();
        } catch (SpoolException e) {
            LOG.atDebug().setCause(e).log("failed mail not looked at: the spool does not answer");
        }
    }

    private void prune() {
        List<QueueDepth> depths = spool.depthsOfLate();
        List<QueueDepth> failed =
                depths.stream().filter(depth -> QUEUES.contains(depth.queue())).toList();
        if (failed.stream().allMatch(depth -> depth.messages() == 0)) {
            return;
        }
        Pruning pruning = new Pruning(
                clock.instant(),
                config.failed().retention(),
                config.longestLifetime(),
                ageBudget,
                excess(failed, depths),
                duties::isSteward,
                this::removed);
        for (SpoolQueue queue : QUEUES) {
            int gone = mails.prune(queue, pruning);
            if (gone > 0) {
                LOG.atWarn().addKeyValue("mails", gone).log("failed mail deleted, see the mail log");
            }
        }
    }

    private long excess(List<QueueDepth> failed, List<QueueDepth> all) {
        OptionalLong disk = diskBytes.get();
        long limit;
        if (disk.isPresent()) {
            limit = share(disk.getAsLong());
        } else if (spool.broker().diskUsage() * 100 < config.spool().intakeLimitPercent()) {
            return 0; // whatever there is has room
        } else {
            limit = share(bytes(all));
        }
        return bytes(failed) - limit;
    }

    private long share(long bytes) {
        return bytes / 100 * config.failed().maxSharePercent();
    }

    private static long bytes(List<QueueDepth> depths) {
        return depths.stream().mapToLong(QueueDepth::bytes).sum();
    }

    private void removed(Pruning.Reason reason, long bytes) {
        Counter counter = removed.get(reason);
        if (counter != null) {
            counter.increment();
        }
        if (reason == Pruning.Reason.NO_ROOM) {
            losses.lost(bytes);
        }
    }
}
