package io.backupmx.worker.delivery;

import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that mail does not wait where nothing comes to its turn, when it belongs elsewhere by now: on routes in no configuration
 * any more, on those of domains held no longer, and on those that take no mail while one of their domains has another way. Looks,
 * without taking anything, whether a queue has such mail, and only then takes all of it through a {@link MovingPass}. Safe from any
 * thread.
 */
final class Moves {

    private static final Logger LOG = LoggerFactory.getLogger(Moves.class);

    /** Queues looked at, or taken through, at once. */
    private static final int AT_ONCE = 4;

    /** After a look, for more may come behind: what was deferred, and what ingresses stored that had not heard yet. */
    private static final Duration SOON = Duration.ofMinutes(1);

    /** After many that found nothing. */
    private static final Duration SELDOM = Duration.ofHours(1);

    /** A look at a long queue takes its time, and may take this part of all time. */
    private static final int OF_ALL_TIME = 20;

    private static final Duration TROUBLE = Duration.ofSeconds(10);

    private final RelayTables tables;
    private final SpoolReader spool;
    private final SpoolAdmin admin;
    private final Attitude attitude;
    private final Consumer<Route> onEmptied;
    private final LongSupplier nanoTime;
    private final long forgetNanos;
    private final long lateNanos;
    private final Map<Route, Watched> queues = new HashMap<>();
    private String ways;
    private OptionalLong agreedNanos = OptionalLong.empty();
    private int looking;
    private volatile boolean stopping;

    /** What this worker is to do about a queue. */
    interface Attitude {

        /** Its mail may be moved now, and by this worker. */
        boolean mayMove(Route route);

        /** Its mail is where it belongs, as far as the configuration has such a route. */
        boolean isConfigured(Route route);
    }

    /** One queue that has mail. */
    private static final class Watched {
        long namedNanos;
        long nextNanos;
        long pauseNanos;
        long troubleNanos;
        boolean hadOthers;
        boolean isOver;
        boolean isLookedAt;

        void isDue(long now) {
            nextNanos = now;
            pauseNanos = SOON.toNanos();
            troubleNanos = TROUBLE.toNanos();
            hadOthers = false;
            isOver = false;
        }
    }

    /**
     * @param onEmptied told of each queue that has no mail any more, for all has moved; must not block
     * @param deferred how long mail may come after all workers agree that was tried before by other ways
     */
    Moves(
            RelayTables tables,
            SpoolReader spool,
            SpoolAdmin admin,
            Attitude attitude,
            Consumer<Route> onEmptied,
            Duration deferred,
            LongSupplier nanoTime) {
        this.tables = tables;
        this.spool = spool;
        this.admin = admin;
        this.attitude = attitude;
        this.onEmptied = onEmptied;
        this.lateNanos = deferred.plus(SOON).toNanos();
        this.nanoTime = nanoTime;
        this.forgetNanos = spool.sweep().multipliedBy(3).toNanos();
        this.ways = tables.ways();
    }

    /** There is mail on the queues of {@code routes}. */
    synchronized void mailWaits(Collection<Route> routes) {
        long now = nanoTime.getAsLong();
        for (Route route : routes) {
            Watched queue = queues.get(route);
            if (queue == null) {
                queue = new Watched();
                queue.isDue(now);
                queues.put(route, queue);
            }
            queue.namedNanos = now;
        }
    }

    /** The tables may be others. */
    synchronized void configure() {
        if (!tables.ways().equals(ways)) {
            long now = nanoTime.getAsLong();
            ways = tables.ways();
            agreedNanos = OptionalLong.empty();
            queues.values().forEach(queue -> queue.isDue(now));
        }
    }

    /** To be called about once a second. */
    void tick() {
        synchronized (this) {
            long now = nanoTime.getAsLong();
            queues.values().removeIf(queue -> !queue.isLookedAt && now - queue.namedNanos > forgetNanos);
        }
        beginDue();
    }

    private void beginDue() {
        Map<Route, Watched> due = new LinkedHashMap<>();
        synchronized (this) {
            if (stopping || looking >= AT_ONCE) {
                return;
            }
            long now = nanoTime.getAsLong();
            queues.forEach((route, queue) -> {
                if (!queue.isOver && !queue.isLookedAt && now - queue.nextNanos >= 0) {
                    due.put(route, queue);
                }
            });
        }
        Map<Boolean, List<Map.Entry<Route, Watched>>> configured = due.entrySet().stream()
                .collect(Collectors.partitioningBy(entry -> attitude.isConfigured(entry.getKey())));
        Stream.of(false, true) // what is gone first
                .flatMap(is -> configured.getOrDefault(is, List.of()).stream())
                .filter(entry -> attitude.mayMove(entry.getKey()))
                .takeWhile(entry -> begin(entry.getValue()))
                .forEach(
                        entry -> Thread.ofVirtual().name("moving").start(() -> look(entry.getKey(), entry.getValue())));
    }

    private synchronized boolean begin(Watched queue) {
        if (stopping || looking >= AT_ONCE || queue.isLookedAt) {
            return false;
        }
        looking++;
        queue.isLookedAt = true;
        return true;
    }

    private void look(Route route, Watched queue) {
        long began = nanoTime.getAsLong();
        String before;
        synchronized (this) {
            before = ways;
        }
        long lookedNanos = 0;
        boolean found = false;
        boolean whole = false;
        try {
            found = belongsElsewhere(route);
            lookedNanos = nanoTime.getAsLong() - began;
            whole = found ? moved(route) : goesOn(route);
        } catch (SpoolException e) {
            LOG.atDebug().setCause(e).addKeyValue("next_hop", route).log("queue not looked at");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).addKeyValue("next_hop", route).log("moving mail failed unexpectedly");
        } finally {
            ended(route, queue, before, lookedNanos, found, whole);
        }
        beginDue();
    }

    private synchronized void ended(
            Route route, Watched queue, String before, long lookedNanos, boolean found, boolean whole) {
        looking--;
        queue.isLookedAt = false;
        notifyAll();
        if (!before.equals(ways)) {
            return; // it is due again already
        }
        long now = nanoTime.getAsLong();
        queue.hadOthers |= found;
        long pause = whole ? queue.pauseNanos : queue.troubleNanos;
        queue.nextNanos = now + Math.max(pause, lookedNanos * OF_ALL_TIME);
        if (!whole) {
            queue.troubleNanos = Math.min(2 * queue.troubleNanos, SELDOM.toNanos());
        } else {
            queue.troubleNanos = TROUBLE.toNanos();
            queue.pauseNanos = found ? SOON.toNanos() : Math.min(2 * queue.pauseNanos, SELDOM.toNanos());
            long agreed = agreedNanos.orElse(now); // a look that ends as it began, under these ways: all workers agree
            agreedNanos = OptionalLong.of(agreed);
            queue.isOver = !queue.hadOthers && now - agreed > lateNanos && attitude.isConfigured(route);
        }
    }

    private boolean goesOn(Route route) {
        return !stopping && attitude.mayMove(route);
    }

    private boolean belongsElsewhere(Route route) {
        boolean[] found = {false};
        Predicate<Route> on = this::goesOn;
        admin.browse(List.copyOf(SpoolQueue.ForRoute.lanesOf(route)), mail -> {
            found[0] = Redirection.aside(mail.envelope(), route, tables).isPresent();
            return !found[0] && on.test(route);
        });
        return found[0];
    }

    /** @return whether all of it was taken through, of both lanes */
    private boolean moved(Route route) throws InterruptedException {
        Map<SpoolQueue.ForRoute, Long> waiting = new LinkedHashMap<>();
        for (QueueDepth depth : admin.depths()) {
            if (depth.queue() instanceof SpoolQueue.ForRoute queue
                    && queue.route().equals(route)
                    && depth.messages() > 0) {
                waiting.put(queue, depth.messages());
            }
        }
        if (waiting.isEmpty()) {
            return false; // others have them in hand, perhaps
        }
        LOG.atInfo()
                .addKeyValue("next_hop", route)
                .addKeyValue(
                        "mails",
                        waiting.values().stream().mapToLong(mails -> mails).sum())
                .log("waiting mail has another way now, and moves");
        boolean emptied = true;
        boolean through = true;
        for (Map.Entry<SpoolQueue.ForRoute, Long> one : waiting.entrySet()) {
            MovingPass.Ending ending =
                    MovingPass.over(spool, one.getKey(), tables, one.getValue(), () -> goesOn(route));
            emptied &= ending == MovingPass.Ending.EMPTIED;
            through &= ending != MovingPass.Ending.BROKEN_OFF;
        }
        if (emptied) {
            onEmptied.accept(route);
        }
        return through;
    }

    /** Whether a queue is being looked at, or taken through. */
    synchronized boolean isLooking() {
        return looking > 0;
    }

    /** Nothing begins any more, and what goes on ends soon. */
    void stop() {
        stopping = true;
    }

    /** Blocks until what was moved is on disk, within {@code grace}. */
    synchronized void close(Duration grace) {
        stopping = true;
        long end = System.nanoTime() + grace.toNanos();
        try {
            for (long left = end - System.nanoTime(); looking > 0 && left > 0; left = end - System.nanoTime()) {
                wait(Math.max(1, left / 1_000_000));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
