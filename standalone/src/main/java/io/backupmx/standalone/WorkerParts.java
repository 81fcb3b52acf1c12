package io.backupmx.standalone;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.cluster.GateBoard;
import io.backupmx.cluster.RouteWishes;
import io.backupmx.cluster.SharedLimits;
import io.backupmx.ops.StartException;
import io.backupmx.route.NextHopCredentials;
import io.backupmx.spool.artemis.ArtemisSpool;
import io.backupmx.worker.BrokerMetrics;
import io.backupmx.worker.RouteMetrics;
import io.backupmx.worker.SpoolHealth;
import io.backupmx.worker.SpoolMetrics;
import io.backupmx.worker.admin.AdminRequests;
import io.backupmx.worker.admin.BounceRequests;
import io.backupmx.worker.admin.BulkRequests;
import io.backupmx.worker.admin.MailRequests;
import io.backupmx.worker.admin.NoticeRequests;
import io.backupmx.worker.admin.WorkerRequests;
import io.backupmx.worker.delivery.DeliveryWorker;
import io.backupmx.worker.notice.Notices;
import io.backupmx.worker.retention.FailedRetention;
import io.backupmx.worker.retention.RoomLosses;
import io.micrometer.core.instrument.Counter;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** The delivery worker as a part of a process: takes mail from a spool, shows and steers that for operators. */
final class WorkerParts {

    private static final Duration CLUSTER_STOP = Duration.ofSeconds(8);
    private static final Duration SPOOL_STOP = Duration.ofSeconds(15);

    /** Beyond the worker's own grace, for its last steps. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(12);

    /** Of the table where the workers remember what was told. */
    private static final String NOTICES = "notices";

    private final ArtemisSpool.Reader reader;
    private final DeliveryWorker worker;
    private final SpoolHealth health;
    private final Notices notices;

    private WorkerParts(ArtemisSpool.Reader reader, DeliveryWorker worker, SpoolHealth health, Notices notices) {
        this.reader = reader;
        this.worker = worker;
        this.health = health;
        this.notices = notices;
    }

    /**
     * Begins to deliver, or to look for the broker.
     *
     * @param diskBytes size of the disk that the spool is on; empty when it is another machine's
     */
    static WorkerParts start(Host host, ArtemisSpool spool, Supplier<OptionalLong> diskBytes) {
        Counter noRoom = Counter.builder("backupmx.no_room_pauses")
                .description("Times a queue was not read for half a minute for want of room on a disk")
                .register(host.registry());
        ArtemisSpool.Reader reader = spool.reader(host.data().inFlight(), noRoom::increment);
        host.stop().add("spool-reader", SPOOL_STOP, reader::close);
        ClusterBus bus = spool.cluster(host.name().domain().name());
        host.stop().add("cluster", CLUSTER_STOP, bus::close);
        GateBoard board = new GateBoard(spool.table(RecipientParts.GATES));
        host.stop().add("gate-board", Host.SHORT, board::close);
        NextHopCredentials credentials =
                new NextHopCredentials(host.config().worker().credentials());
        List<String> problems = credentials.read();
        if (!problems.isEmpty()) {
            throw new StartException(String.join("\n", problems));
        }
        SharedLimits limits = new SharedLimits(spool.table(RecipientParts.LIMITS), InstantSource.system());
        host.stop().add("limits-told", Host.SHORT, limits::close);
        DeliveryWorker worker = new DeliveryWorker(
                host.vertx(),
                host.name().domain(),
                host.config(),
                host.tables(),
                reader.feeds(),
                reader.admin(),
                bus,
                board,
                credentials,
                limits::tell,
                InstantSource.system(),
                host.registry());
        worker.start();
        host.onTables(worker::replace);
        host.stop().add("delivery-worker", host.config().worker().stopGrace().plus(STOP_MARGIN), worker::close);
        if (!host.config().ingress().etrn().networks().isEmpty()) {
            RouteWishes wishes = new RouteWishes(spool.table(RecipientParts.WISHES));
            host.stop().add("route-wishes", Host.SHORT, wishes::close);
            wishes.start(worker::tryNow);
        }
        SpoolMetrics depths = new SpoolMetrics(reader.admin(), host.registry());
        depths.start();
        host.stop().add("spool-metrics", Host.SHORT, depths::close);
        RouteMetrics routes = new RouteMetrics(worker, InstantSource.system(), host.registry());
        routes.start();
        host.stop().add("route-metrics", Host.SHORT, routes::close);
        SpoolHealth health = new SpoolHealth(reader.admin());
        health.start();
        host.stop().add("spool-health", Host.SHORT, health::close);
        BrokerMetrics broker = new BrokerMetrics(reader.admin(), health, host.registry());
        broker.start();
        host.stop().add("broker-metrics", Host.SHORT, broker::close);
        host.readiness().check("worker", () -> health.problem().map(problem -> problem + ": no mail goes out"));
        return new WorkerParts(reader, worker, health, startOperator(host, spool, reader, worker, diskBytes));
    }

    /** What goes on for those who run this: old failed mail goes, and notices come. */
    private static Notices startOperator(
            Host host,
            ArtemisSpool spool,
            ArtemisSpool.Reader reader,
            DeliveryWorker worker,
            Supplier<OptionalLong> diskBytes) {
        RoomLosses losses = new RoomLosses();
        FailedRetention retention = new FailedRetention(
                host.config(),
                reader.admin(),
                reader.mails(),
                worker,
                diskBytes,
                InstantSource.system(),
                losses,
                host.registry());
        retention.start();
        host.stop().add("failed-retention", Host.SHORT, retention::close);
        Notices notices = new Notices(
                host.vertx(),
                host.config(),
                host.name().domain().name(),
                worker,
                worker,
                reader.admin(),
                spool.table(NOTICES),
                losses,
                Clock.system(ZoneId.systemDefault()),
                host.registry());
        notices.start();
        host.stop().add("notices", Host.SHORT, notices::close);
        return notices;
    }

    SpoolHealth health() {
        return health;
    }

    /** Its part of the admin API. */
    AdminRequests requests() {
        List<AdminRequests> parts = List.of(
                new WorkerRequests(reader.admin(), worker),
                new BounceRequests(reader.admin(), worker),
                new MailRequests(reader.admin(), reader.mails(), worker),
                new BulkRequests(reader.admin(), reader.mails(), worker),
                new NoticeRequests(notices));
        return router -> parts.forEach(part -> part.mount(router));
    }
}
