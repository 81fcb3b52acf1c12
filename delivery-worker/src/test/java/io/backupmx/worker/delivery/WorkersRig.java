package io.backupmx.worker.delivery;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.mail.Envelope;
import io.backupmx.route.NextHopCredentials;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.WorkerView;
import io.backupmx.worker.cluster.LocalBoard;
import io.backupmx.worker.cluster.LocalHub;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Several delivery workers on one in-memory spool, with a route to a port of this machine. */
final class WorkersRig implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final InMemorySpool spool = new InMemorySpool();
    private final LocalHub hub = new LocalHub();
    private final WorkerRig.Settings settings;
    private final Route route;
    private final List<Member> members = new ArrayList<>();

    private record Member(ClusterBus bus, DeliveryWorker worker, MeterRegistry metrics) {}

    WorkersRig(WorkerRig.Settings settings, int workers, int port) {
        this.settings = settings;
        this.route = WorkerRig.route(port);
        for (int i = 0; i < workers; i++) {
            add();
        }
    }

    /** One more. */
    void add() {
        ClusterBus bus = hub.bus("w" + members.size());
        MeterRegistry metrics = new SimpleMeterRegistry();
        DeliveryWorker worker = new DeliveryWorker(
                vertx,
                WorkerRig.HOSTNAME,
                settings.config(),
                new WorkerRig.Tables(Set.of(route)),
                spool,
                spool.admin(),
                bus,
                LocalBoard.unread(),
                new NextHopCredentials(Optional.empty()),
                (_, _) -> {},
                InstantSource.system(),
                metrics);
        members.add(new Member(bus, worker, metrics));
        worker.start();
    }

    /** One of them has read other tables. */
    void replace(int number, RelayTables tables) {
        members.get(number).worker().replace(tables);
    }

    WorkerView worker(int number) {
        return members.get(number).worker();
    }

    MeterRegistry metrics(int number) {
        return members.get(number).metrics();
    }

    RouteStatus status(int number) {
        return worker(number).routes().getFirst();
    }

    InMemorySpool spool() {
        return spool;
    }

    Route route() {
        return route;
    }

    void store(int mails) {
        for (int i = 0; i < mails; i++) {
            store(Mails.envelope("a" + i + "@x.test"));
        }
    }

    void store(Envelope envelope) {
        spool.store(route, envelope, WorkerRig.text("Subject: x\r\n\r\nx\r\n"));
    }

    /** It takes leave in good order. */
    void stop(int number) {
        members.get(number).worker().close();
        members.get(number).bus().close();
    }

    @Override
    public void close() {
        for (int i = 0; i < members.size(); i++) {
            stop(i);
        }
        spool.close();
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(WorkerRig.LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
