package io.backupmx.worker.delivery;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.cluster.GateBoard;
import io.backupmx.config.Config;
import io.backupmx.config.RetryConfig;
import io.backupmx.config.WorkerConfig;
import io.backupmx.route.CurrentTables;
import io.backupmx.route.NextHopCredentials;
import io.backupmx.route.NextHopLimits;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.routing.AddressResolver;
import io.backupmx.routing.MxResolver;
import io.backupmx.routing.RouteConnector;
import io.backupmx.routing.TlsDemands;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.client.Manner;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpClientOptions;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolReader;
import io.backupmx.tls.Authorities;
import io.backupmx.tls.UnusableCertificate;
import io.backupmx.worker.Duties;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.UnknownRouteException;
import io.backupmx.worker.WorkerView;
import io.backupmx.worker.cluster.Cluster;
import io.backupmx.worker.cluster.Crew;
import io.backupmx.worker.gate.GateRules;
import io.backupmx.worker.gate.ProbeSchedule;
import io.backupmx.worker.gate.Probers;
import io.backupmx.worker.report.Reports;
import io.backupmx.worker.retry.BackOffTable;
import io.backupmx.worker.retry.RetrySchedule;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes mail from the spool and forwards it, every route for itself, so that no route can stop another; together with any
 * number of other workers on the same spool.
 */
public final class DeliveryWorker implements WorkerView, Duties, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryWorker.class);

    /** A connection request is repeated after 1 s, then ever later: a longer wait would only miss a host that is back. */
    private static final Duration PROBE_CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** Of all workers together, so that a provider whose thousands of routes are dead is not mistaken for a scanner. */
    private static final double PROBES_PER_SECOND = 50;

    /** Queues read at once: each costs a session on the broker. */
    private static final int MAX_FEEDS = 1000;

    /** Of all routes together, beyond each one's first: contents up to 100 KiB are in memory meanwhile. */
    private static final int MAX_CONNECTIONS = 1000;

    /** For the spool to settle what a stop has left. */
    private static final Duration SETTLE_GRACE = Duration.ofSeconds(5);

    /** For all feeds together to end, the broker willing. */
    private static final Duration CLOSING = SETTLE_GRACE.plusSeconds(2);

    private static final Duration ASK_FOR_RETRY_QUEUES = Duration.ofMinutes(1);
    private static final String NO_LONGER_CONFIGURED = "its route is in no configuration any more";

    private static final Route BY_MX = new Route.ByMx();

    private final Duration stopGrace;
    private final SpoolReader spool;
    private final SmtpClient client;
    private final TlsDemands tls;
    private final AddressResolver resolver;
    private final RetrySchedule retries;
    private final BackOffTable backOffs;
    private final RetryQueues retryQueues;
    private final Cluster cluster;
    private final CurrentTables tables;
    private final Reports reports;
    private final Runners runners;
    private final Unconfigured unconfigured;
    private final Reviews reviews = new Reviews();
    private final Housekeeping housekeeping;
    private @Nullable AutoCloseable watch;
    private boolean mxIsWanted;
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
        RetryConfig retry = config.retry();
        this.stopGrace = worker.stopGrace();
        this.tables = new CurrentTables(tables);
        this.unconfigured = new Unconfigured(clock, System::nanoTime, spool.sweep());
        this.spool = spool;
        this.retries = new RetrySchedule(retry.delays(), retry.maxLifetime(), new Random());
        this.backOffs = new BackOffTable(config.mx().backOff(), config.mx().backOffMax(), clock, new Random());
        this.retryQueues = new RetryQueues(spool, admin, ASK_FOR_RETRY_QUEUES, this::placeForDue);
        this.client = new SmtpClient(vertx, options(hostname, worker), authorities(worker), new TlsMetrics(metrics));
        this.tls = TlsDemands.of(config);
        MxResolver exchangers = MxResolver.of(hostname, config, new Random());
        this.resolver = new AddressResolver(exchangers::resolve);
        RouteConnector connector = new RouteConnector(
                client,
                resolver,
                (hop, address) -> tls.ofHop(this.tables.tls().of(hop), hop, address),
                worker.connectTimeout(),
                probeConnectTimeout(worker),
                hop -> new Manner(hop.protocol(), credentials.of(hop)));
        this.cluster = new Cluster(
                bus,
                tables.routes(),
                GateRules.of(worker.maxConnectionsPerRoute(), worker.probeUnhealthy()),
                share -> new Probers(
                        connector::probe,
                        probes(worker),
                        () -> PROBES_PER_SECOND * share.getAsDouble(),
                        new Random(),
                        clock),
                clock,
                new Deliveries(),
                board);
        this.reports = new Reports(hostname, config, this.tables, spool, admin, clock, metrics);
        RouteParts parts = new RouteParts(
                worker,
                this.tables,
                retries,
                retry.maxLifetime(),
                connector,
                new MxParts(config.mx(), exchangers, client, tls, backOffs),
                spool,
                cluster::isSure,
                cluster::workers,
                new FeedBudget(MAX_FEEDS),
                new Semaphore(MAX_CONNECTIONS),
                new GreetedHosts(this.tables::routes, limits),
                reports,
                clock,
                metrics);
        this.runners = new Runners(route -> new RouteRunner(route, cluster.gate(route), parts));
        runners.configure(tables.routes());
        gauge(metrics, "backupmx.mx.failing", "Destinations of the route mx that failed last time", backOffs::size);
        this.housekeeping = new Housekeeping(runners::all, this::forgetGone, cluster, admin);
        gauge(
                metrics,
                "backupmx.expiry.stopped",
                "Routes where too much mail has had its time at once",
                () -> runners.all().stream()
                        .filter(RouteRunner::isExpiryStopped)
                        .count());
    }

    private static void gauge(MeterRegistry metrics, String name, String what, Supplier<Number> value) {
        Gauge.builder(name, value).description(what).register(metrics);
    }

    private static Authorities authorities(WorkerConfig worker) {
        try {
            return Authorities.of(worker.tlsCaFile());
        } catch (UnusableCertificate e) {
            throw new IllegalStateException(e.getMessage(), e); // it was good when the configuration was checked
        }
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
                worker.finalDotTimeout(),
                worker.authInClear() == WorkerConfig.AuthInClear.ALLOW,
                worker.bindAddresses());
    }

    private static ProbeSchedule probes(WorkerConfig worker) {
        return new ProbeSchedule(
                worker.probeInterval(),
                worker.probeIntervalLater(),
                worker.probeUnhealthy(),
                worker.probeUnhealthyMax());
    }

    private static Duration probeConnectTimeout(WorkerConfig worker) {
        return worker.connectTimeout().compareTo(PROBE_CONNECT_TIMEOUT) < 0
                ? worker.connectTimeout()
                : PROBE_CONNECT_TIMEOUT;
    }

    /** Starts taking mail. Blocks as far as the spool does; not for event loops. */
    public synchronized void start() {
        reviews.start();
        cluster.start();
        watch = spool.watch(this::mailWaits);
        retryQueues.start(delays());
        reports.start();
        housekeeping.start();
    }

    private List<Duration> delays() {
        return Stream.concat(
                        retries.queues().stream(),
                        runners.isConfigured(BY_MX) ? backOffs.queues().stream() : Stream.empty())
                .distinct()
                .toList();
    }

    /**
     * From now on {@code newer} says what routes there are and who is listed. A new route takes mail at once. What is being
     * delivered by one that is gone ends; what waits for it stays, as after a restart. Not for event loops.
     */
    public synchronized void replace(RelayTables newer) {
        if (closed) {
            return;
        }
        TlsLevels before = tables.tls();
        tables.replace(newer);
        configure();
        if (!before.equals(newer.tls())) {
            runners.all().forEach(RouteRunner::renewConnections);
        }
        unconfigured
                .routes()
                .keySet()
                .forEach(route -> runners.configured(route).ifPresent(RouteRunner::mailWaits));
    }

    private void configure() {
        Set<Route> routes = new LinkedHashSet<>(tables.routes());
        if (mxIsWanted) {
            routes.add(BY_MX);
        }
        unconfigured.gone(runners.configured().stream()
                .map(RouteRunner::route)
                .filter(route -> !routes.contains(route))
                .toList());
        cluster.configure(routes);
        runners.configure(routes);
        retryQueues.serve(delays());
    }

    /** Reports go by MX, whoever has configured that route; it costs nothing before the first one. */
    private synchronized void serveMx() {
        if (!closed && !mxIsWanted) {
            mxIsWanted = true;
            configure();
        }
        runners.configured(BY_MX).ifPresent(RouteRunner::mailWaits);
    }

    private void forgetGone() {
        runners.forget(unconfigured::mayHaveMail);
    }

    private void mailWaits(Set<Route> routes) {
        List<Route> others = new ArrayList<>();
        for (Route route : routes) {
            runners.configured(route).ifPresentOrElse(RouteRunner::mailWaits, () -> {
                if (route.equals(BY_MX)) {
                    Thread.startVirtualThread(this::serveMx);
                } else {
                    others.add(route);
                }
            });
        }
        unconfigured
                .heard(others)
                .forEach(route ->
                        LOG.atWarn().addKeyValue("next_hop", route).log("mail waits, but " + NO_LONGER_CONFIGURED));
    }

    private Optional<SpoolReader.Taker> placeForDue(Route route) {
        return runners.configured(route).flatMap(RouteRunner::placeForDue);
    }

    @Override
    public List<RouteStatus> routes() {
        return Stream.concat(
                        runners.configured().stream()
                                .map(runner -> cluster.status(runner.route(), runner.connections())),
                        unconfigured.routes().entrySet().stream()
                                .filter(entry -> !runners.isConfigured(entry.getKey())) // it was, a moment ago
                                .map(entry -> new RouteStatus(
                                        entry.getKey(),
                                        RouteStatus.State.HELD,
                                        entry.getValue(),
                                        NO_LONGER_CONFIGURED,
                                        0,
                                        0,
                                        false,
                                        Optional.empty())))
                .toList();
    }

    @Override
    public List<InFlightMail> inFlight() {
        return Stream.concat(
                        runners.all().stream().flatMap(runner -> runner.inFlight().stream()),
                        reports.inFlight().stream())
                .toList();
    }

    @Override
    public CompletionStage<List<InFlightMail>> inFlightElsewhere() {
        return cluster.inFlightElsewhere();
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

    private static CompletionStage<RouteStatus> unknown(Route route) {
        return CompletableFuture.failedFuture(new UnknownRouteException(route));
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
    public void bounced() {
        reports.expect(ReportKind.DEMANDED);
    }

    /** Somebody says that {@code route} is there: it is probed at once, where it is kept. Mail that was deferred has its own time. */
    public void tryNow(Route route) {
        cluster.flush(route);
    }

    /** What the cluster knows of this worker's deliveries. */
    private final class Deliveries implements Crew {

        @Override
        public void changed(Route route) {
            runners.find(route).ifPresent(reviews::add);
        }

        @Override
        public void changedAll() {
            runners.all().stream().filter(RouteRunner::hasMail).forEach(reviews::add);
        }

        @Override
        public int connections(Route route) {
            return runners.find(route).map(RouteRunner::connections).orElse(0);
        }

        @Override
        public List<Route> busy() {
            return runners.all().stream()
                    .filter(runner -> runner.connections() > 0)
                    .map(RouteRunner::route)
                    .toList();
        }

        @Override
        public void probed(Route route, SmtpConnection connection) {
            runners.configured(route).ifPresentOrElse(runner -> runner.probed(connection), connection::abort);
        }

        @Override
        public void flush() {
            backOffs.clear();
            // The spool may block; nobody needs to wait for it.
            Thread.startVirtualThread(retryQueues::flush);
        }

        @Override
        public List<InFlightMail> inFlight() {
            return DeliveryWorker.this.inFlight();
        }

        @Override
        public List<ListedMail> held() {
            return retryQueues.held();
        }
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
        List<RouteRunner> all = new ArrayList<>(runners.all());
        housekeeping.close();
        reviews.close();
        all.forEach(RouteRunner::stop);
        try {
            if (!awaitEmptyHands(all, stopGrace)) {
                all.forEach(RouteRunner::abort);
                if (!awaitEmptyHands(all, SETTLE_GRACE)) {
                    LOG.atWarn().addKeyValue("mails", inFlight().size()).log("stopped with mail unsettled");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeFeeds(all);
        cluster.close();
        client.close();
        tls.close();
        resolver.close();
    }

    private void closeFeeds(List<RouteRunner> runners) {
        List<Runnable> closings = new ArrayList<>();
        runners.forEach(runner -> closings.add(() -> runner.close(SETTLE_GRACE)));
        closings.add(retryQueues::close);
        closings.add(reports::close);
        closings.add(this::stopWatching); // which may wait for a broker that does not answer, as all of these may
        try {
            Together.close(closings, CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopWatching() {
        try {
            if (watch != null) {
                watch.close();
            }
        } catch (Exception e) {
            LOG.atDebug().setCause(e).log("watch not closed");
        }
    }

    private static boolean awaitEmptyHands(List<RouteRunner> runners, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (RouteRunner runner : runners) {
            if (!runner.awaitEmptyHands(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
                return false;
            }
        }
        return true;
    }
}
