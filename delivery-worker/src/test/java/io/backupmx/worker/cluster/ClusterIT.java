package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.cluster.GateBoard;
import io.backupmx.cluster.GatesHeard;
import io.backupmx.mail.QueueId;
import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.ListedMail;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.GateRules;
import io.backupmx.worker.gate.ProbeSchedule;
import io.backupmx.worker.gate.Probers;
import io.backupmx.worker.gate.RouteGate;
import io.backupmx.worker.gate.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One route's gate, as the workers of one hub keep it and follow it. */
class ClusterIT {

    private static final Duration LONG = Duration.ofSeconds(15);
    private static final Route ROUTE = Route.to(new NextHop("192.0.2.1", 25));
    private static final Trouble GONE = new Trouble(Trouble.Kind.NO_ANSWER, "nobody there");
    private static final Trouble UNWELL = new Trouble(Trouble.Kind.UNHEALTHY, "421 too many");
    private static final SplittableRandom RANDOM = new SplittableRandom(1);

    private final LocalHub hub = new LocalHub();
    private final LocalBoard board = new LocalBoard();
    private final GatesHeard ingress = new GatesHeard(board);
    private final Worker one = new Worker("one");
    private final Worker two = new Worker("two");

    private final class Worker {
        final ClusterBus bus;
        final Cluster cluster;
        final AtomicInteger connections = new AtomicInteger();

        Worker(String name) {
            bus = hub.bus(name);
            cluster = new Cluster(
                    bus,
                    List.of(ROUTE),
                    GateRules.of(20, Duration.ofSeconds(5)),
                    share -> new Probers(
                            _ -> new ConnectResult.Unreachable("nobody there"),
                            new ProbeSchedule(
                                    Duration.ofMillis(200),
                                    Duration.ofMillis(200),
                                    Duration.ofMillis(200),
                                    Duration.ofMillis(200)),
                            share,
                            new Random(1),
                            InstantSource.system()),
                    InstantSource.system(),
                    new Hands(),
                    new GateBoard(board));
        }

        private final class Hands implements Crew {
            @Override
            public void changed(Route route) {}

            @Override
            public void changedAll() {}

            @Override
            public int connections(Route route) {
                return connections.get();
            }

            @Override
            public List<Route> busy() {
                return connections.get() > 0 ? List.of(ROUTE) : List.of();
            }

            @Override
            public void probed(Route route, SmtpConnection connection) {}

            @Override
            public void flush() {}

            @Override
            public List<InFlightMail> inFlight() {
                return List.of();
            }

            @Override
            public List<ListedMail> held() {
                return List.of();
            }
        }

        Worker start() {
            cluster.start();
            return this;
        }

        RouteGate gate() {
            return cluster.gate(ROUTE);
        }

        RouteStatus status() {
            return cluster.status(ROUTE, 0);
        }

        void await(RouteStatus.State state) {
            Awaitility.await(state + " seen").atMost(LONG).until(() -> status().state() == state);
        }

        void close() {
            cluster.close();
            bus.close();
        }
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    /** The first keeps everything, the second follows and has its share. */
    private void startBoth() {
        one.start();
        await().atMost(LONG).until(() -> one.cluster.keeps(ROUTE));
        two.start();
        await().atMost(LONG).until(() -> one.gate().places() == 10 && two.gate().places() == 10);
    }

    @Test
    void aHeldRouteIsHeldByAWorkerThatHasJustStarted() throws Exception {
        one.start();
        await().atMost(LONG).until(() -> one.cluster.keeps(ROUTE));
        one.cluster.hold(ROUTE, "wait").toCompletableFuture().get();
        two.start();
        await().during(Duration.ofSeconds(2))
                .pollInterval(Duration.ofMillis(1))
                .atMost(LONG)
                .until(() -> two.gate().places() == 0);
        assertThat(two.status().state()).isEqualTo(RouteStatus.State.HELD);
    }

    @Test
    void nothingGoesOutBeforeAnybodyCouldSayThatTheRouteIsHeld() {
        assertThat(one.gate().places()).isZero();
        one.start();
        await().atMost(LONG).until(() -> one.gate().places() > 0);
    }

    @Test
    void anotherGoesOnWhereTheKeeperLeft() throws Exception {
        startBoth();
        one.cluster.hold(ROUTE, "wait").toCompletableFuture().get();
        two.await(RouteStatus.State.HELD);
        RouteStatus before = two.status();
        one.close();
        await().atMost(LONG).until(() -> two.cluster.keeps(ROUTE));
        assertThat(two.status()).isEqualTo(before);
        assertThat(two.gate().places()).isZero();
        two.cluster.release(ROUTE).toCompletableFuture().get();
        assertThat(two.status().state()).isEqualTo(RouteStatus.State.RAMP);
    }

    @Test
    void aRouteThatIsDownStaysDownWhenItsKeeperLeaves() {
        startBoth();
        two.gate().tell(new GateEvent.Met(GONE, 0));
        two.await(RouteStatus.State.DOWN);
        one.await(RouteStatus.State.DOWN);
        Instant since = one.status().since();
        one.close();
        while (!two.cluster.keeps(ROUTE)) {
            assertThat(two.gate().places()).isZero(); // its last word is fresh: not to be tried by all that are left
        }
        two.await(RouteStatus.State.DOWN);
        assertThat(two.status().since()).isEqualTo(Instant.ofEpochMilli(since.toEpochMilli()));
        assertThat(two.gate().places()).isZero();
    }

    @Test
    void anIngressHearsWhetherARouteIsUpWhoeverKeepsIt() throws Exception {
        ingress.start();
        assertThat(ingress.isUp(ROUTE)).isFalse();
        startBoth();
        await().atMost(LONG).until(() -> ingress.isUp(ROUTE));
        two.gate().tell(new GateEvent.Met(GONE, 0));
        await().atMost(LONG).until(() -> !ingress.isUp(ROUTE));
        assertThat(ingress.isUp(Route.to(new NextHop("192.0.2.2", 25)))).isTrue();
        one.close();
        await().atMost(LONG).until(() -> two.cluster.keeps(ROUTE));
        assertThat(ingress.isUp(ROUTE)).isFalse();
        two.cluster.hold(ROUTE, "wait").toCompletableFuture().get();
        assertThat(ingress.isUp(ROUTE)).isFalse();
    }

    @Test
    void oneConnectionTooManyIsNoOutageWhileAnotherWorkersAreAlive() {
        startBoth();
        one.connections.set(4);
        two.gate().tell(new GateEvent.Met(UNWELL, 0));
        await().atMost(LONG).until(() -> one.status().limit() == 4);
        assertThat(one.status().state()).isEqualTo(RouteStatus.State.UP);
        one.connections.set(3);
        two.connections.set(2);
        two.gate().tell(new GateEvent.Met(UNWELL, 0)); // brings its connections along: before, the keeper knows of none
        await().atMost(LONG).until(() -> one.status().limit() == 3);
        one.gate().tell(new GateEvent.Met(UNWELL, 0));
        assertThat(one.status().state()).isEqualTo(RouteStatus.State.UP);
        assertThat(one.status().limit()).isEqualTo(2);
    }

    @Test
    void aWorkerWithLongDeliveriesOnlyIsAlive() {
        startBoth();
        two.connections.set(4);
        two.gate().tell(new GateEvent.Slow("slow")); // the last that it meets
        await().during(Duration.ofSeconds(5))
                .atMost(LONG)
                .until(() -> one.status().state() == RouteStatus.State.UP);
        one.gate().tell(new GateEvent.Met(UNWELL, 0));
        assertThat(one.status().state()).isEqualTo(RouteStatus.State.UP);
        assertThat(one.status().limit()).isEqualTo(4);
    }

    @Test
    void deferralsSpreadOverWorkersThrottle() {
        startBoth();
        for (int i = 0; i < 3; i++) {
            one.gate().tell(new GateEvent.TempFailed(id(), "4.2.0 busy"));
            two.gate().tell(new GateEvent.TempFailed(id(), "4.2.0 busy"));
        }
        two.await(RouteStatus.State.THROTTLED);
        assertThat(one.gate().triesHere()).isTrue();
        assertThat(two.gate().triesHere()).isFalse();
        assertThat(two.gate().places()).isZero();
    }

    @Test
    void theLastWordIsTheLastOfTheOperators() {
        startBoth();
        for (int i = 0; i < 200; i++) {
            CompletableFuture<RouteStatus> held =
                    CompletableFuture.supplyAsync(() -> join(one.cluster.hold(ROUTE, "wait")));
            CompletableFuture<RouteStatus> released =
                    CompletableFuture.supplyAsync(() -> join(one.cluster.release(ROUTE)));
            CompletableFuture.allOf(held, released).join();
            assertThat(hub.bus("looking").published(new Shards(List.of(ROUTE)).of(ROUTE)))
                    .extractingByKey(ROUTE.toString())
                    .satisfies(
                            value -> assertThat(Facts.parse(value).orElseThrow().state())
                                    .isEqualTo(one.status().state()));
        }
    }

    @Test
    void holdFromAWorkerThatIsNotTheKeeper() throws Exception {
        startBoth();
        assertThat(two.cluster.hold(ROUTE, "wait").toCompletableFuture().get().state())
                .isEqualTo(RouteStatus.State.HELD);
        assertThat(one.gate().places()).isZero();
        two.await(RouteStatus.State.HELD);
        two.cluster.flush();
        assertThat(two.cluster.release(ROUTE).toCompletableFuture().get().state())
                .isEqualTo(RouteStatus.State.RAMP);
    }

    @Test
    void aRouteThatAnotherConfigurationHadInAnotherShardIsHeldStill() {
        ClusterBus former = hub.bus("former");
        int shard = new Shards(List.of(ROUTE)).of(ROUTE);
        int other = (shard + 1) % Shards.COUNT;
        AtomicInteger acquired = new AtomicInteger();
        former.start(Shards.COUNT, new Silent(acquired));
        await().atMost(LONG).until(() -> acquired.get() == Shards.COUNT);
        Facts held = new Facts(
                ROUTE,
                other,
                Long.MAX_VALUE / 2, // of another lock: it is not to be compared
                RouteStatus.State.HELD,
                Instant.EPOCH,
                "wait",
                0,
                false,
                Optional.empty());
        former.publish(other, ROUTE.toString(), held.toJson())
                .toCompletableFuture()
                .join();
        former.close();
        one.start();
        await().atMost(LONG).until(() -> one.cluster.keeps(ROUTE));
        two.start();
        one.await(RouteStatus.State.HELD);
        two.await(RouteStatus.State.HELD);
        assertThat(one.gate().places()).isZero();
        await().atMost(LONG)
                .until(() -> two.cluster
                        .hold(ROUTE, "longer")
                        .handle((_, e) -> e == null)
                        .toCompletableFuture()
                        .join());
        join(one.cluster.release(ROUTE));
        two.await(RouteStatus.State.RAMP);
    }

    private record Silent(AtomicInteger acquired) implements ClusterBus.Member {
        @Override
        public void connected() {}

        @Override
        public void disconnected() {}

        @Override
        public void heard(String from, String message) {}

        @Override
        public void published(String key, String value) {}

        @Override
        public void acquired(int lock, long epoch) {
            acquired.incrementAndGet();
        }

        @Override
        public void lost(int lock) {}
    }

    private static RouteStatus join(CompletionStage<RouteStatus> stage) {
        return stage.toCompletableFuture().join();
    }

    private static QueueId id() {
        return QueueId.next(Instant.now(), RANDOM);
    }
}
