package io.backupmx.spool.artemis;

import io.backupmx.config.Durations;
import io.backupmx.config.SpoolConfig;
import io.backupmx.mail.Content;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores mail on the broker, and keeps a connection to it: {@link Intake} after {@link Intake}. */
final class ArtemisWriter implements ArtemisSpool.Writer {

    private static final Logger LOG = LoggerFactory.getLogger(ArtemisWriter.class);
    private static final long TICK_MILLIS = 250;
    private static final long CLOSE_MILLIS = 5000;

    private final Vertx vertx;
    private final Links links;
    private final SpoolConfig config;
    private final ByteBudget budget;
    private final Thread keeper;
    private volatile @Nullable Intake intake;
    private volatile boolean refused;
    private volatile boolean closing;

    ArtemisWriter(Vertx vertx, Links links, SpoolConfig config) {
        this.vertx = vertx;
        this.links = links;
        this.config = config;
        this.budget = new ByteBudget(config.maxInFlightBytes());
        this.keeper = Thread.ofVirtual().name("spool-writer").unstarted(this::keep);
    }

    /** Connects now, so that a service that has started can take mail; keeps trying when the broker is away. */
    void start() {
        try {
            intake = Intake.open(links, config);
        } catch (ActiveMQException | RuntimeException e) {
            refused = Failures.isRefused(e);
            LOG.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log(refused ? Failures.REFUSED : "broker not reachable yet");
        }
        keeper.start();
    }

    @Override
    public Future<Void> store(List<SpoolEntry> entries, Content content) {
        Intake open = intake;
        if (open == null || closing) {
            return Future.failedFuture(Failures.unavailable("not connected to the broker"));
        }
        if (open.isFull()) {
            return Future.failedFuture(new SpoolException(SpoolException.Kind.FULL, "the spool's disk is full"));
        }
        StoreJob job = StoreJob.of(
                entries,
                content,
                TimeUnit.MILLISECONDS.toNanos(config.storeTimeout().toMillis()),
                budget,
                vertx.getOrCreateContext());
        if (!budget.tryTake(job.bytes())) {
            return Future.failedFuture(Failures.unavailable("too much unconfirmed mail"));
        }
        open.submit(job);
        return job.future().onSuccess(_ -> open.stored(entries));
    }

    @Override
    public Room room() {
        Intake open = intake;
        if (open == null || closing) {
            return Room.UNAVAILABLE;
        }
        return open.isFull() ? Room.FULL : Room.OPEN;
    }

    @Override
    public boolean isRefused() {
        return refused && intake == null;
    }

    @Override
    public long inFlightBytes() {
        return budget.used();
    }

    @Override
    public void close() {
        Intake open = intake;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        try {
            while (open != null && open == intake && !open.isIdle() && System.nanoTime() < deadline) {
                Thread.sleep(5);
            }
            closing = true;
            keeper.interrupt();
            keeper.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closing = true;
        if (intake != null) {
            intake.close();
        }
    }

    private void keep() {
        Backoff backoff = new Backoff();
        while (!closing) {
            try {
                Intake current = intake;
                if (current == null) {
                    intake = Intake.open(links, config);
                    refused = false;
                    LOG.info("connected to the broker");
                } else {
                    Throwable why = current.awaitBroken(TICK_MILLIS);
                    if (why != null) {
                        LOG.atWarn()
                                .addKeyValue("cause", why.toString())
                                .addKeyValue("store_timeout", Durations.format(config.storeTimeout()))
                                .log("broker connection lost: senders are told 451 until it is back");
                        intake = null;
                        current.close();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (ActiveMQException | RuntimeException | Error e) {
                refused = Failures.isRefused(e);
                if (!backoff.pause(e)) {
                    return;
                }
            }
        }
    }
}
