package io.backupmx.worker.delivery;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.cluster.GateBoard;
import io.backupmx.config.Config;
import io.backupmx.config.WorkerConfig;
import io.backupmx.route.CurrentTables;
import io.backupmx.route.NextHopCredentials;
import io.backupmx.route.NextHopLimits;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolReader;
import io.backupmx.worker.Duties;
import io.backupmx.worker.HeldByConfigurationException;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.UnknownRouteException;
import io.backupmx.worker.WorkerView;
import io.backupmx.worker.cluster.Cluster;
import io.backupmx.worker.gate.GateRules;
import io.backupmx.worker.report.Reports;
import io.backupmx.worker.retry.BackOffTable;
import io.backupmx.worker.schedule.RetrySchedules;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Takes mail from the spool and forwards it, every route for itself, so that no route can stop another; together with any
 * number of other workers on the same spool.
 */
public final class DeliveryWorker implements WorkerView, Duties, AutoCloseable {

    /** Queues read at once, two of a route that has both: each costs a session on the broker. */
    private static final int MAX_FEEDS = 2000;

    /** Of all routes together, beyond each one's first: contents up to 100 KiB are in memory meanwhile. */
    private static final int MAX_CONNECTIONS = 1000;

    private static final Duration ASK_FOR_RETRY_QUEUES = Duration.ofMinutes(1);

    private final Duration stopGrace;
    private final Outbound outbound;
    private final RetryQueues retryQueues;
    private final Cluster cluster;
    private final Reports reports;
    private final RouteParts parts;
    private final Holds holds;
    private final Runners runners;
    private final Reviews reviews = new Reviews();
    private final Deliveries deliveries;
    private final ServedRoutes served;
    private final Housekeeping housekeeping;
    private boolean closed;

    /**
     * @param hostname our name in EHLO
     * @param spool stays the caller's, to be closed after the worker, as do {@code admin}, {@code bus} and {@code board}
     * @param credentials for next hops that want to know who we are
     * @param limits hears what next hops take
     */
    public DeliveryWorker(
            Vertx vertx,
            Domain hostname,
            Config config,
            RelayTables tables,
            SpoolReader spool,
            SpoolAdmin admin,
            ClusterBus bus,
            GateBoard board,
            NextHopCredentials credentials,
            BiConsumer<Route, NextHopLimits> limits,
            InstantSource clock,
            MeterRegistry metrics) {
        WorkerConfig worker = config.worker();
        this.stopGrace = worker.stopGrace();
        CurrentTables current = new CurrentTables(tables);
        RetrySchedules retries = new RetrySchedules(config.retry(), current, new Random());
        BackOffTable backOffs =
                new BackOffTable(config.mx().backOff(), config.mx().backOffMax(), clock, new Random());
        this.outbound = new Outbound(vertx, hostname, config, current, credentials, metrics);
        this.reports = new Reports(hostname, config, current, retries, spool, admin, clock, metrics);
        this.runners = new Runners(this::runner);
        this.retryQueues = new RetryQueues(
                spool,
                admin,
                ASK_FOR_RETRY_QUEUES,
                route -> runners.configured(route).flatMap(RouteRunner::placeForDue));
        this.deliveries = new Deliveries(runners, reviews, backOffs, retryQueues, reports);
        this.cluster = new Cluster(
                bus,
                Holds.without(tables.routes()),
                GateRules.of(worker.maxConnectionsPerRoute(), worker.probeUnhealthy()),
                share -> outbound.probers(share, clock),
                clock,
                deliveries,
                board);
        FeedBudget feeds = new FeedBudget(MAX_FEEDS);
        this.parts = new RouteParts(
                worker,
                current,
                retries,
                outbound.connector(),
                outbound.byMx(backOffs),
                spool,
                cluster::isSure,
                cluster::agrees,
                cluster::workers,
                feeds,
                new Semaphore(MAX_CONNECTIONS),
                new GreetedHosts(current::routes, limits),
                reports,
                clock,
                metrics);
        this.holds = new Holds(current, clock);
        this.served =
                new ServedRoutes(current, spool, admin, runners, holds, cluster, retryQueues, retries, backOffs, clock);
        gauge(metrics, "backupmx.mx.failing", "Destinations of the route mx that failed last time", backOffs::size);
        this.housekeeping = new Housekeeping(runners::all, served::forgetGone, cluster, admin);
        gauge(
                metrics,
                "backupmx.expiry.stopped",
                "Routes where too much mail has had its time at once",
                () -> runners.all().stream()
                        .filter(RouteRunner::isExpiryStopped)
                        .count());
    }

    private RouteRunner runner(Route route) {
        return new RouteRunner(route, cluster.gate(route), parts);
    }

    private static void gauge(MeterRegistry metrics, String name, String what, Supplier<Number> value) {
        Gauge.builder(name, value).description(what).register(metrics);
    }

    /** Starts taking mail. Blocks as far as the spool does; not for event loops. */
    public synchronized void start() {
        reviews.start();
        cluster.start();
        served.start();
        reports.start();
        housekeeping.start();
    }

    /**
     * From now on {@code newer} says what routes there are and who is listed. A new route takes mail at once. What is being
     * delivered by one that is gone ends; what waits goes where they say, once all workers say the same. Not for event loops.
     */
    public synchronized void replace(RelayTables newer) {
        served.replace(newer);
    }

    @Override
    public List<RouteStatus> routes() {
        return served.statuses();
    }

    @Override
    public List<InFlightMail> inFlight() {
        return deliveries.inFlight();
    }

    @Override
    public CompletionStage<List<InFlightMail>> inFlightElsewhere() {
        return cluster.inFlightElsewhere();
    }

    @Override
    public List<ListedMail> held() {
        return deliveries.held();
    }

    @Override
    public CompletionStage<List<ListedMail>> heldElsewhere() {
        return cluster.heldElsewhere();
    }

    @Override
    public CompletionStage<RouteStatus> hold(Route route, String reason) {
        return runners.isConfigured(route) ? cluster.hold(route, reason) : unknown(route);
    }

    @Override
    public CompletionStage<RouteStatus> release(Route route) {
        return runners.isConfigured(route) ? cluster.release(route) : unknown(route);
    }

    private CompletionStage<RouteStatus> unknown(Route route) {
        return CompletableFuture.failedFuture(
                holds.isHeld(route) ? new HeldByConfigurationException(route) : new UnknownRouteException(route));
    }

    @Override
    public void flush() {
        cluster.flush();
    }

    @Override
    public boolean keeps(Route route) {
        return cluster.keeps(route);
    }

    @Override
    public int shardOf(Route route) {
        return cluster.shardOf(route);
    }

    @Override
    public boolean isSteward() {
        return cluster.isSteward();
    }

    @Override
    public List<Route> expiryStopped() {
        return runners.all().stream()
                .filter(RouteRunner::isExpiryStopped)
                .map(RouteRunner::route)
                .toList();
    }

    @Override
    public void toReport(ReportKind kind) {
        reports.expect(kind);
    }

    /** Somebody says that {@code route} is there: it is probed at once, where it is kept. Mail that was deferred has its own time. */
    public void tryNow(Route route) {
        cluster.flush(route);
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
        served.end();
        LastDeliveries last = new LastDeliveries(List.copyOf(runners.all()));
        housekeeping.close();
        reviews.close();
        last.end(stopGrace, () -> inFlight().size());
        last.closeFeeds(List.of(
                () -> served.endMoves(LastDeliveries.SETTLE_GRACE),
                retryQueues::close,
                reports::close,
                served::stopWatching));
        cluster.close();
        outbound.close();
    }
}
