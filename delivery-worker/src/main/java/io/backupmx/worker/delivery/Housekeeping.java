package io.backupmx.worker.delivery;

import io.backupmx.route.Route;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.cluster.Cluster;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done now and then for every route: idle connections and empty queues are left, and on routes that take no
 * mail, by the worker that keeps them, mail that has had its time is given up. Two threads, for the latter may block.
 */
final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final long TICK_MILLIS = 1000;
    private static final long HEADS_MILLIS = 5000;

    private final Supplier<Collection<RouteRunner>> runners;
    private final Runnable forgetting;
    private final Cluster cluster;
    private final SpoolAdmin spool;
    private final Thread ticking =
            Thread.ofVirtual().name("housekeeping").unstarted(() -> every(TICK_MILLIS, this::tick));
    private final Thread heads =
            Thread.ofVirtual().name("head-expiry").unstarted(() -> every(HEADS_MILLIS, this::look));

    /** @param forgetting of routes that are gone; to be called now and then */
    Housekeeping(Supplier<Collection<RouteRunner>> runners, Runnable forgetting, Cluster cluster, SpoolAdmin spool) {
        this.runners = runners;
        this.forgetting = forgetting;
        this.cluster = cluster;
        this.spool = spool;
    }

    void start() {
        ticking.start();
        heads.start();
    }

    private interface Chore {
        void run() throws InterruptedException;
    }

    private static void every(long millis, Chore chore) {
        try {
            while (true) {
                Thread.sleep(millis);
                try {
                    chore.run();
                } catch (RuntimeException | Error e) {
                    LOG.atError().setCause(e).log("housekeeping failed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void tick() {
        for (RouteRunner runner : runners.get()) {
            try {
                runner.tick();
            } catch (RuntimeException | Error e) {
                failed(runner, e);
            }
        }
        forgetting.run();
    }

    /** One route's trouble is not the others'. */
    private static void failed(RouteRunner runner, Throwable e) {
        LOG.atError().setCause(e).addKeyValue("next_hop", runner.route()).log("housekeeping failed");
    }

    private void look() throws InterruptedException {
        Map<SpoolQueue.ForRoute, RouteRunner> due = new LinkedHashMap<>();
        for (RouteRunner runner : runners.get()) {
            List<SpoolQueue.ForRoute> queues = runner.headsToLookAt();
            if (!queues.isEmpty() && mayBeLookedAt(runner.route())) {
                queues.forEach(queue -> due.put(queue, runner));
            }
        }
        Map<SpoolQueue.ForRoute, Instant> heads = due.isEmpty() ? Map.of() : heads(due.keySet());
        for (Map.Entry<SpoolQueue.ForRoute, RouteRunner> one : due.entrySet()) {
            try {
                one.getValue()
                        .lookAtHead(
                                one.getKey(),
                                cluster.status(one.getKey().route(), 0),
                                Optional.ofNullable(heads.get(one.getKey())));
            } catch (RuntimeException | Error e) {
                failed(one.getValue(), e);
            }
        }
    }

    /** One question for thousands of routes that went down together; whose head nobody knows is looked at in its turn. */
    private Map<SpoolQueue.ForRoute, Instant> heads(Collection<SpoolQueue.ForRoute> queues) {
        try {
            return spool.heads(queues);
        } catch (SpoolException e) {
            LOG.atDebug().setCause(e).log("heads not known");
            return Map.of();
        }
    }

    private boolean mayBeLookedAt(Route route) {
        if (!cluster.keeps(route)) {
            return false;
        }
        return switch (cluster.status(route, 0).state()) {
            case DOWN, THROTTLED -> true;
            case UP, RAMP, HELD, QUARANTINE, GONE -> false; // mail is tried, or an operator's
        };
    }

    @Override
    public void close() {
        ticking.interrupt();
        heads.interrupt();
    }
}
