package io.backupmx.worker.delivery;

import io.backupmx.config.RetryConfig;
import io.backupmx.route.CurrentTables;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.cluster.Cluster;
import io.backupmx.worker.retry.BackOffTable;
import io.backupmx.worker.schedule.RetrySchedules;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which routes a worker takes mail of, as tables and queues change: those that the tables have and do not hold, and the one by MX
 * once there is mail for it. Each is told when mail waits for it; mail of any other waits, and that is said.
 */
final class ServedRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(ServedRoutes.class);

    private static final String NO_LONGER_CONFIGURED = "its route is in no configuration any more";

    private static final String OTHERS_DIFFER = ", nor does it move, for not all workers have this configuration";

    /** What is being tried, and what is deferred then, comes within that, by whatever configuration it was. */
    private static final Duration LATEST =
            RetryConfig.LONGEST.multipliedBy(11).dividedBy(10).plus(Delivery.LONGEST);

    private static final Route BY_MX = new Route.ByMx();

    private final CurrentTables tables;
    private final SpoolReader spool;
    private final Runners runners;
    private final Holds holds;
    private final Cluster cluster;
    private final RetryQueues retryQueues;
    private final RetrySchedules retries;
    private final BackOffTable backOffs;
    private final Unconfigured unconfigured;
    private final Moves moves;
    private @Nullable AutoCloseable watch;
    private boolean mxIsWanted;
    private boolean ended;

    /** @param tables these, and whatever {@link #replace} puts in their place */
    ServedRoutes(
            CurrentTables tables,
            SpoolReader spool,
            SpoolAdmin admin,
            Runners runners,
            Holds holds,
            Cluster cluster,
            RetryQueues retryQueues,
            RetrySchedules retries,
            BackOffTable backOffs,
            InstantSource clock) {
        this.tables = tables;
        this.spool = spool;
        this.runners = runners;
        this.holds = holds;
        this.cluster = cluster;
        this.retryQueues = retryQueues;
        this.retries = retries;
        this.backOffs = backOffs;
        this.unconfigured = new Unconfigured(clock, System::nanoTime, spool.sweep());
        this.moves = new Moves(tables, spool, admin, new Attitude(), unconfigured::emptied, LATEST, System::nanoTime);
        runners.configure(Holds.without(tables.routes()));
        cluster.ways(tables.ways());
    }

    /** Mail of routes that take mail comes to its turn there. */
    private final class Attitude implements Moves.Attitude {

        @Override
        public boolean mayMove(Route route) {
            return cluster.agrees() && cluster.keeps(route) && !takesMail(route);
        }

        private boolean takesMail(Route route) {
            return runners.isConfigured(route)
                    && switch (cluster.status(route, 0).state()) {
                        case UP, RAMP -> true;
                        case THROTTLED, DOWN, HELD, QUARANTINE, GONE -> false;
                    };
        }

        @Override
        public boolean isConfigured(Route route) {
            return runners.isConfigured(route) || holds.isHeld(route);
        }
    }

    /** Blocks as far as the spool does. */
    synchronized void start() {
        watch = spool.watch(this::mailWaits);
        retryQueues.start(delays());
    }

    private List<Duration> delays() {
        return Stream.concat(
                        retries.queues().stream(),
                        runners.isConfigured(BY_MX) ? backOffs.queues().stream() : Stream.empty())
                .distinct()
                .toList();
    }

    /** As {@link DeliveryWorker#replace}. */
    synchronized void replace(RelayTables newer) {
        if (ended) {
            return;
        }
        TlsLevels before = tables.tls();
        cluster.ways(newer.ways()); // first: nothing moves by tables that the others have not heard of
        tables.replace(newer);
        holds.configure();
        configure();
        moves.configure();
        if (!before.equals(newer.tls())) {
            runners.all().forEach(RouteRunner::renewConnections);
        }
        unconfigured
                .routes()
                .keySet()
                .forEach(route -> runners.configured(route).ifPresent(RouteRunner::mailWaits));
    }

    private void configure() {
        Set<Route> routes = Holds.without(tables.routes());
        if (mxIsWanted) {
            routes.add(BY_MX);
        }
        unconfigured.gone(runners.configured().stream()
                .map(RouteRunner::route)
                .filter(route -> !routes.contains(route))
                .toList());
        cluster.configure(routes);
        runners.configure(routes);
        retryQueues.configure(delays());
    }

    /** Reports go by MX, whoever has configured that route; it costs nothing before the first one. */
    private synchronized void serveMx() {
        if (!ended && !mxIsWanted) {
            mxIsWanted = true;
            configure();
        }
        runners.configured(BY_MX).ifPresent(RouteRunner::mailWaits);
    }

    /** To be called now and then. */
    void forgetGone() {
        moves.tick();
        runners.forget(unconfigured::mayHaveMail);
    }

    private void mailWaits(Set<SpoolQueue.ForRoute> queues) {
        moves.mailWaits(
                queues.stream().map(SpoolQueue.ForRoute::route).distinct().toList());
        Set<Route> others = new LinkedHashSet<>();
        for (SpoolQueue.ForRoute queue : queues) {
            Route route = queue.route();
            if (holds.isHeld(route)) {
                continue;
            }
            runners.configured(route).ifPresentOrElse(runner -> runner.mailWaits(queue.lane()), () -> {
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

    /** In the order of the configuration, then those that are in none any more but have mail. */
    List<RouteStatus> statuses() {
        return Stream.of(
                        runners.configured().stream()
                                .map(runner -> cluster.status(runner.route(), runner.connections())),
                        holds.statuses().stream(),
                        unconfigured.routes().entrySet().stream()
                                .filter(entry -> !runners.isConfigured(entry.getKey())) // it was, a moment ago
                                .filter(entry -> !holds.isHeld(entry.getKey()))
                                .map(entry -> new RouteStatus(
                                        entry.getKey(),
                                        RouteStatus.State.GONE,
                                        entry.getValue(),
                                        NO_LONGER_CONFIGURED + (cluster.differs() ? OTHERS_DIFFER : ""),
                                        0,
                                        0,
                                        false,
                                        Optional.empty())))
                .flatMap(one -> one)
                .toList();
    }

    /** From now on they are what they are. */
    synchronized void end() {
        ended = true;
        moves.stop();
    }

    /** After {@link #end}; blocks until what was moved is on disk, within {@code grace}. */
    void endMoves(Duration grace) {
        moves.close(grace);
    }

    /** After {@link #end}; may wait for a broker that does not answer. */
    void stopWatching() {
        try {
            if (watch != null) {
                watch.close();
            }
        } catch (Exception e) {
            LOG.atDebug().setCause(e).log("watch not closed");
        }
    }
}
