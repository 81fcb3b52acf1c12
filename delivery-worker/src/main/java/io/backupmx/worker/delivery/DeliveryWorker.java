package io.backupmx.worker.delivery;

import io.backupmx.config.Config;
import io.backupmx.config.RetryConfig;
import io.backupmx.config.WorkerConfig;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpClientOptions;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.UnknownRouteException;
import io.backupmx.worker.WorkerView;
import io.backupmx.worker.retry.RetrySchedule;
import io.backupmx.worker.routing.AddressResolver;
import io.backupmx.worker.routing.RouteConnector;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes mail from the spool and forwards it, every route for itself, so that no route can stop another. */
public final class DeliveryWorker implements WorkerView, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryWorker.class);

    private static final long HOUSEKEEPING_MILLIS = 1000;

    /** A connection request is repeated after 1 s, then ever later: a longer wait would only miss a host that is back. */
    private static final Duration PROBE_CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** For the spool to settle what a stop has left. */
    private static final Duration SETTLE_GRACE = Duration.ofSeconds(5);

    private static final Duration ASK_FOR_RETRY_QUEUES = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final Duration stopGrace;
    private final RetrySchedule retries;
    private final SpoolReader spool;
    private final SmtpClient client;
    private final AddressResolver resolver = new AddressResolver();
    private final List<Served> served;
    private final List<SpoolReader.Feed> feeds = new ArrayList<>();
    private final RetryQueues retryQueues;
    private long housekeeping = -1;
    private boolean closed;

    private record Served(Route route, RouteRunner runner) {}

    /**
     * @param hostname our name in EHLO
     * @param spool stays the caller's, to be closed after the worker, as does {@code admin}
     */
    public DeliveryWorker(
            Vertx vertx,
            Domain hostname,
            Config config,
            RelayTables tables,
            SpoolReader spool,
            SpoolAdmin admin,
            InstantSource clock,
            MeterRegistry metrics) {
        WorkerConfig worker = config.worker();
        RetryConfig retry = config.retry();
        this.vertx = vertx;
        this.stopGrace = worker.stopGrace();
        this.retries = new RetrySchedule(retry.delays(), retry.maxLifetime(), new Random());
        this.spool = spool;
        this.retryQueues = new RetryQueues(spool, admin, ASK_FOR_RETRY_QUEUES);
        this.client = new SmtpClient(vertx, options(hostname, worker));
        RouteConnector connector =
                new RouteConnector(client, resolver, worker.connectTimeout(), probeConnectTimeout(worker));
        this.served = tables.routes().stream()
                .map(route -> new Served(route, new RouteRunner(route, worker, retries, connector, clock, metrics)))
                .toList();
    }

    private static SmtpClientOptions options(Domain hostname, WorkerConfig worker) {
        return new SmtpClientOptions(
                hostname,
                worker.connectTimeout(),
                worker.greetingTimeout(),
                worker.commandTimeout(),
                worker.mailTimeout(),
                worker.recipientTimeout(),
                worker.dataTimeout(),
                worker.dataBlockTimeout(),
                worker.finalDotTimeout());
    }

    private static Duration probeConnectTimeout(WorkerConfig worker) {
        return worker.connectTimeout().compareTo(PROBE_CONNECT_TIMEOUT) < 0
                ? worker.connectTimeout()
                : PROBE_CONNECT_TIMEOUT;
    }

    /** Starts taking mail. Blocks as far as the spool does; not for event loops. */
    public synchronized void start() {
        for (Served one : served) {
            SpoolReader.Feed feed = spool.feed(new SpoolQueue.ForRoute(one.route()), one.runner());
            one.runner().wakes(feed::wake);
            feeds.add(feed);
        }
        retryQueues.start(retries.queues());
        housekeeping = vertx.setPeriodic(HOUSEKEEPING_MILLIS, _ -> runners().forEach(RouteRunner::closeIdle));
    }

    @Override
    public List<RouteStatus> routes() {
        return runners().map(RouteRunner::status).toList();
    }

    @Override
    public List<InFlightMail> inFlight() {
        return runners().flatMap(runner -> runner.inFlight().stream()).toList();
    }

    @Override
    public CompletionStage<List<InFlightMail>> inFlightElsewhere() {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<RouteStatus> hold(Route route, String reason) {
        return CompletableFuture.failedFuture(new UnknownRouteException(route));
    }

    @Override
    public CompletionStage<RouteStatus> release(Route route) {
        return CompletableFuture.failedFuture(new UnknownRouteException(route));
    }

    @Override
    public void flush() {
        runners().forEach(RouteRunner::flush);
        // The spool may block; operators need not wait for it.
        Thread.startVirtualThread(retryQueues::flush);
    }

    private Stream<RouteRunner> runners() {
        return served.stream().map(Served::runner);
    }

    /**
     * Takes no more mail and lets deliveries in progress end, within {@code worker.stop_grace}. Then those before their
     * final dot are aborted and given back; those behind it are deferred, for they may have been delivered. Blocks; not for
     * event loops. Idempotent.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        vertx.cancelTimer(housekeeping);
        runners().forEach(RouteRunner::stop);
        try {
            if (!awaitEmptyHands(stopGrace)) {
                runners().forEach(RouteRunner::abort);
                if (!awaitEmptyHands(SETTLE_GRACE)) {
                    LOG.atWarn().addKeyValue("mails", inFlight().size()).log("stopped with mail unsettled");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        feeds.forEach(feed -> feed.close(SETTLE_GRACE));
        retryQueues.close();
        runners().forEach(RouteRunner::close);
        client.close();
        resolver.close();
    }

    private boolean awaitEmptyHands(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (Served one : served) {
            if (!one.runner().awaitEmptyHands(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
                return false;
            }
        }
        return true;
    }
}
