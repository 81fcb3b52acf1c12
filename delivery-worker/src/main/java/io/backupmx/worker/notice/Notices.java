package io.backupmx.worker.notice;

import io.backupmx.config.Config;
import io.backupmx.config.NoticesConfig;
import io.backupmx.route.Route;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.SharedTable;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.worker.Duties;
import io.backupmx.worker.Periodic;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.WorkerView;
import io.backupmx.worker.notice.RouteJudge.Due;
import io.backupmx.worker.retention.RoomLosses;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who run this, by mail and by way of the smarthost, what they want to be woken for, and once a day how it stands.
 * Of a route its keeper tells, of the spool whoever has done what is told of; what was told is remembered by all workers.
 */
public final class Notices implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);
    private static final Duration LOOKS = Duration.ofSeconds(2);

    /** After the spool did not answer all that a digest asks, which costs the broker more than others' questions. */
    private static final Duration DIGEST_PAUSE = Duration.ofMinutes(5);

    private static final List<NoticeKind> OF_ROUTES =
            List.of(NoticeKind.QUARANTINE, NoticeKind.ROUTE_GONE, NoticeKind.ROUTE_DOWN, NoticeKind.ROUTE_UP);

    private final Config config;
    private final WorkerView worker;
    private final Duties duties;
    private final SpoolAdmin spool;
    private final RoomLosses losses;
    private final Clock clock;
    private final Optional<Smarthost> smarthost;
    private final NoticeMemory memory;
    private final RouteJudge judge;
    private final Postman postman;
    private final RouteTexts routeTexts;
    private final SpoolTexts spoolTexts;
    private final Optional<DigestClock> digests;
    private Optional<Instant> digestFailed = Optional.empty();
    private final Periodic periodic = new Periodic("notices", LOOKS, this::look);

    /**
     * @param ourName in the mail and in EHLO
     * @param table where all workers remember what was told; not started, closed with this
     * @param clock of the local zone
     */
    public Notices(
            Vertx vertx,
            Config config,
            String ourName,
            WorkerView worker,
            Duties duties,
            SpoolAdmin spool,
            SharedTable table,
            RoomLosses losses,
            Clock clock,
            MeterRegistry metrics) {
        NoticesConfig notices = config.notices();
        this.config = config;
        this.worker = worker;
        this.duties = duties;
        this.spool = spool;
        this.losses = losses;
        this.clock = clock;
        this.smarthost = notices.areWanted() ? Optional.of(new Smarthost(vertx, notices, ourName)) : Optional.empty();
        this.memory = new NoticeMemory(table);
        this.judge = new RouteJudge(notices.downAfter());
        this.postman = new Postman(notice -> smarthost.orElseThrow().send(notice), System::nanoTime, metrics);
        Wording wording = new Wording(clock.getZone());
        this.routeTexts = new RouteTexts(ourName, wording);
        this.spoolTexts = new SpoolTexts(ourName, wording);
        this.digests = notices.digestTime().map(at -> new DigestClock(at, clock.getZone()));
    }

    /** Begins to watch, if anybody is to be told. */
    public void start() {
        if (smarthost.isPresent()) {
            listen();
            periodic.start();
        }
    }

    void listen() {
        memory.start();
    }

    @Override
    public void close() {
        periodic.close();
        memory.close();
    }

    /**
     * Sends a test, now. Blocks for a minute and a half at most.
     *
     * @return what the smarthost made of it
     * @throws NotSentException when it took it for nobody, or there is none
     */
    public String test() throws NotSentException, InterruptedException {
        Smarthost to = smarthost.orElseThrow(() -> new NotSentException(
                "notices are off: notices.to and notices.smarthost say who gets them, and how", null));
        try {
            return to.address() + ": " + to.send(spoolTexts.test(clock.instant()));
        } catch (Smarthost.NotTaken e) {
            throw new NotSentException(to.address() + ": " + e.getMessage(), e);
        }
    }

    void look() {
        if (!memory.isReady()) {
            return;
        }
        try {
            Instant now = clock.instant();
            List<RouteStatus> kept = worker.routes().stream()
                    .filter(status -> duties.keeps(status.route()))
                    .toList();
            Told told = new Told();
            tellOfRoutes(kept, told, now);
            tellOfExpiry(kept, told, now);
            tellOfRoom(now);
            if (duties.isSteward()) {
                tellOfTheDay(now);
            }
        } catch (SpoolException e) {
            LOG.atDebug().setCause(e).log("nothing told: the spool does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tellOfRoutes(List<RouteStatus> kept, Told told, Instant now) throws InterruptedException {
        Map<NoticeKind, List<Due>> due =
                judge.due(kept, told::of, now).stream().collect(Collectors.groupingBy(Due::kind));
        for (NoticeKind kind : OF_ROUTES) {
            tell(kind, due.getOrDefault(kind, List.of()), kept, told, now);
        }
    }

    private void tell(NoticeKind kind, List<Due> due, List<RouteStatus> kept, Told told, Instant now)
            throws InterruptedException {
        if (!due.isEmpty() && postman.mayTry(kind) && postman.isDone(routeTexts.of(kind, due, waiting(), now))) {
            told.remember(kind, due, kept, now);
        }
    }

    private Optional<Map<Route, QueueDepth>> waiting() {
        try {
            return Optional.of(QueueDepth.byRoute(spool.depthsOfLate()));
        } catch (SpoolException _) {
            return Optional.empty();
        }
    }

    /** Every worker may be the one that stops; the keeper tells of it, and hears so by the memory. */
    private void tellOfExpiry(List<RouteStatus> kept, Told told, Instant now) throws InterruptedException {
        for (Route route : duties.expiryStopped()) {
            int shard = duties.shardOf(route);
            Map<String, Long> said = new HashMap<>(memory.stopped(shard));
            said.values().removeIf(at -> !isRecent(at, now));
            if (said.putIfAbsent(route.toString(), now.toEpochMilli()) == null) {
                memory.stopped(shard, said);
            }
        }
        Map<Integer, Map<String, Long>> stopped = new HashMap<>();
        List<Due> due = kept.stream()
                .filter(status -> isRecent(
                        stopped.computeIfAbsent(duties.shardOf(status.route()), memory::stopped)
                                .getOrDefault(status.route().toString(), 0L),
                        now))
                .filter(status -> told.of(status.route()).mayHear(NoticeKind.EXPIRY_STOPPED, now))
                .map(status -> new Due(NoticeKind.EXPIRY_STOPPED, status, status.since()))
                .toList();
        tell(NoticeKind.EXPIRY_STOPPED, due, kept, told, now);
    }

    private static boolean isRecent(long millis, Instant now) {
        return isWithin(ToldRoute.APART, Instant.ofEpochMilli(millis), now);
    }

    /** Before or after, for a clock may be set. */
    private static boolean isWithin(Duration span, Instant one, Instant other) {
        return Duration.between(one, other).abs().compareTo(span) < 0;
    }

    private void tellOfRoom(Instant now) throws InterruptedException {
        RoomLosses.Lost lost = losses.pending();
        boolean isTime = memory.spool(NoticeKind.NO_ROOM)
                .filter(last -> isRecent(last.toEpochMilli(), now))
                .isEmpty();
        if (lost.mails() > 0
                && isTime
                && postman.mayTry(NoticeKind.NO_ROOM)
                && postman.isDone(spoolTexts.noRoom(lost, now))) {
            losses.told(lost);
            memory.spool(NoticeKind.NO_ROOM, now);
        }
    }

    private void tellOfTheDay(Instant now) throws InterruptedException {
        if (digests.isEmpty()) {
            return;
        }
        Instant slot = digests.get().slot(now);
        Optional<Instant> last = memory.spool(NoticeKind.DIGEST);
        if (last.isEmpty() || DigestClock.isTooLate(slot, now)) {
            if (DigestClock.isDue(slot, last)) {
                memory.spool(NoticeKind.DIGEST, slot); // the first one is the next one
            }
        } else if (DigestClock.isDue(slot, last)
                && digestFailed.filter(at -> isWithin(DIGEST_PAUSE, at, now)).isEmpty()
                && postman.mayTry(NoticeKind.DIGEST)
                && postman.isDone(digest(slot, now))) {
            memory.spool(NoticeKind.DIGEST, slot);
        }
    }

    private Notice digest(Instant slot, Instant now) {
        try {
            return spoolTexts.digest(
                    slot,
                    worker.routes(),
                    spool.depths(),
                    FailedSample.of(spool, System::nanoTime),
                    config.failed().retention());
        } catch (SpoolException e) {
            digestFailed = Optional.of(now);
            throw e;
        }
    }

    /** What has been told of routes, as it was when this look began. */
    private final class Told {
        private final Map<Integer, Map<String, ToldRoute>> shards = new HashMap<>();

        ToldRoute of(Route route) {
            return shard(duties.shardOf(route)).getOrDefault(route.toString(), ToldRoute.NOTHING);
        }

        private Map<String, ToldRoute> shard(int shard) {
            return shards.computeIfAbsent(shard, memory::told);
        }

        void remember(NoticeKind kind, List<Due> due, List<RouteStatus> kept, Instant now) {
            Set<String> there =
                    kept.stream().map(status -> status.route().toString()).collect(Collectors.toSet());
            Set<Integer> changed = new HashSet<>();
            Function<Integer, Map<String, ToldRoute>> copy = shard -> new HashMap<>(shard(shard));
            for (Due one : due) {
                int shard = duties.shardOf(one.status().route());
                String name = one.status().route().toString();
                Map<String, ToldRoute> routes = copy.apply(shard);
                routes.merge(
                        name,
                        ToldRoute.NOTHING.after(kind, one.status().since(), now),
                        (before, _) -> before.after(kind, one.status().since(), now));
                shards.put(shard, routes);
                changed.add(shard);
            }
            for (int shard : changed) {
                Map<String, ToldRoute> routes = copy.apply(shard);
                routes.entrySet()
                        .removeIf(one ->
                                !there.contains(one.getKey()) || one.getValue().isOver(now));
                shards.put(shard, routes);
                memory.told(shard, routes);
            }
        }
    }
}
