package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.GateRules;
import io.backupmx.worker.gate.ProbeSchedule;
import io.backupmx.worker.gate.Probers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Taking over from a keeper that is no more. */
class KeeperTest {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Route ROUTE = Route.to(new NextHop("192.0.2.1", 25));
    private static final int SHARD = new Shards(List.of(ROUTE)).of(ROUTE);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Shards shards = new Shards(List.of(ROUTE));
    private final GateRules rules = GateRules.of(20, Duration.ofSeconds(5));
    private final Map<Integer, Long> held = new ConcurrentHashMap<>();
    private final SlowBus bus = new SlowBus();
    private final Probers probers = new Probers(
            _ -> new ConnectResult.Unreachable("nobody there"),
            new ProbeSchedule(SECOND, SECOND, SECOND, SECOND),
            () -> 50,
            new Random(1),
            InstantSource.system());
    private final RouteView view = new RouteView(
            facts(0, RouteStatus.State.UP), SHARD, () -> Roster.alone("a"), held::containsKey, (_, _) -> {}, () -> {});
    private final Keeper keeper = new Keeper(
            held,
            bus,
            shards,
            rules,
            probers,
            InstantSource.system(),
            _ -> view,
            (_, _) -> {},
            new GateLog(),
            _ -> 0,
            _ -> {});

    @AfterEach
    void close() {
        probers.close();
    }

    @Test
    void aReaderThatIsLateDoesNotUndoTheNextTakeover() {
        bus.value = facts(4, RouteStatus.State.HELD);
        keeper.acquired(SHARD, 5);
        await().atMost(LONG).until(() -> bus.reads.get() == 1);
        keeper.lost(SHARD);
        keeper.acquired(SHARD, 6);
        await().atMost(LONG).until(() -> held.containsKey(SHARD));
        bus.first.countDown();
        await().atMost(LONG).until(() -> bus.answered.get() == 2);
        await().during(Duration.ofMillis(200))
                .atMost(LONG)
                .until(() -> keeper.kept(ROUTE).orElseThrow().kind() == RouteStatus.State.HELD);
        assertThat(held).containsEntry(SHARD, 6L);
    }

    @Test
    void aShardIsNotKeptBeforeTheFormersWordHasBeenRead() {
        bus.value = facts(4, RouteStatus.State.DOWN);
        keeper.acquired(SHARD, 5);
        await().atMost(LONG).until(() -> bus.reads.get() == 1);
        assertThat(keeper.kept(ROUTE)).isEmpty();
        bus.first.countDown();
        await().atMost(LONG).until(() -> keeper.kept(ROUTE).isPresent());
        assertThat(keeper.kept(ROUTE).orElseThrow().facts().since()).isEqualTo(Instant.EPOCH);
        assertThat(view.state()).isEqualTo(RouteStatus.State.DOWN);
    }

    @Test
    void whatNobodyWasToldIsForgottenWithTheLock() {
        bus.first.countDown();
        bus.refuses = true;
        keeper.acquired(SHARD, 5);
        await().atMost(LONG).until(() -> keeper.kept(ROUTE).isPresent());
        keeper.kept(ROUTE).orElseThrow().apply(new GateEvent.Hold("wait"));
        assertThat(view.state()).isEqualTo(RouteStatus.State.HELD);
        keeper.lost(SHARD);
        // The next keeper knows nothing of it, and so would never say otherwise.
        assertThat(view.state()).isEqualTo(RouteStatus.State.UP);
    }

    /** A new route makes one component of two, so that a route that is held gets into another shard. */
    @Test
    void whatIsKnownOfARouteGoesWithItIntoAnotherShard() {
        Route joining = joining();
        Facts known = facts(4, RouteStatus.State.HELD);
        bus.value = known;
        bus.first.countDown();
        IntStream.range(0, Shards.COUNT).forEach(shard -> keeper.acquired(shard, 5));
        await().atMost(LONG)
                .until(() -> held.size() == Shards.COUNT && keeper.kept(ROUTE).isPresent());
        view.published(known);

        keeper.configure(List.of(ROUTE, joining), List.of(view));

        assertThat(view.shard()).isNotEqualTo(SHARD).isEqualTo(shards.of(ROUTE)).isEqualTo(shards.of(joining));
        KeptRoute kept = keeper.kept(ROUTE).orElseThrow();
        assertThat(kept.shard()).isEqualTo(view.shard());
        assertThat(kept.kind()).isEqualTo(RouteStatus.State.HELD);
        assertThat(view.state()).isEqualTo(RouteStatus.State.HELD);
    }

    /** By a keeper that had read the new configuration before this worker, which has taken over its lock since. */
    @Test
    void whatWasSaidOfTheShardThatARouteComesIntoIsGoneOnFrom() {
        Route joining = joining();
        int next = new Shards(List.of(ROUTE, joining)).of(ROUTE);
        bus.value = facts(4, RouteStatus.State.UP);
        bus.first.countDown();
        IntStream.range(0, Shards.COUNT).forEach(shard -> keeper.acquired(shard, 5));
        await().atMost(LONG)
                .until(() -> held.size() == Shards.COUNT && keeper.kept(ROUTE).isPresent());
        view.published(facts(4, RouteStatus.State.UP));
        view.published(
                new Facts(ROUTE, next, 4, RouteStatus.State.HELD, Instant.EPOCH, "so", 0, false, Optional.empty()));

        keeper.configure(List.of(ROUTE, joining), List.of(view));

        assertThat(keeper.kept(ROUTE).orElseThrow().kind()).isEqualTo(RouteStatus.State.HELD);
    }

    /** Who reads it would put senders off while the primary is down. */
    @Test
    void ofAShardThatIsLostNobodySaysThatItsRoutesAreUp() {
        bus.value = facts(4, RouteStatus.State.DOWN);
        bus.first.countDown();
        assertThat(keeper.shut(SHARD, 5)).isEmpty();
        keeper.acquired(SHARD, 5);
        await().atMost(LONG).until(() -> held.containsKey(SHARD));
        assertThat(keeper.shut(SHARD, 5)).contains(Set.of(ROUTE.toString()));
        assertThat(keeper.shut(SHARD, 4)).isEmpty();

        keeper.lost(SHARD);

        assertThat(keeper.shut(SHARD, 5)).isEmpty();
    }

    @Test
    void aRouteThatStaysInItsShardIsLeftAlone() {
        bus.value = facts(4, RouteStatus.State.DOWN);
        bus.first.countDown();
        keeper.acquired(SHARD, 5);
        await().atMost(LONG).until(() -> keeper.kept(ROUTE).isPresent());
        KeptRoute before = keeper.kept(ROUTE).orElseThrow();

        keeper.configure(List.of(ROUTE, Route.to(new NextHop("198.51.100.1", 25))), List.of(view));

        assertThat(keeper.kept(ROUTE)).containsSame(before);
    }

    /** Leads to the host of {@link #ROUTE} and to one whose name comes first and is in another shard. */
    private static Route joining() {
        return IntStream.range(0, 250)
                .mapToObj(i -> Route.to(List.of(new NextHop("192.0.2.1", 25), new NextHop("10.0.0." + i, 25))))
                .filter(route -> new Shards(List.of(ROUTE, route)).of(ROUTE) != SHARD)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRouteInNoConfigurationIsProbedSeldom() {
        AtomicInteger probes = new AtomicInteger();
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        Shards without = new Shards(List.of());
        int shard = without.of(ROUTE);
        Duration often = Duration.ofMillis(10);
        try (Probers counting = new Probers(
                _ -> {
                    probes.incrementAndGet();
                    return new ConnectResult.Unreachable("nobody there");
                },
                new ProbeSchedule(often, often, often, often),
                () -> 1000,
                new Random(1),
                now::get)) {
            Keeper strange = new Keeper(
                    held,
                    bus,
                    without,
                    rules,
                    counting,
                    now::get,
                    _ -> view,
                    (_, _) -> {},
                    new GateLog(),
                    _ -> 0,
                    _ -> {});
            bus.value = facts(4, RouteStatus.State.DOWN);
            bus.first.countDown();
            strange.acquired(shard, 5);
            await().atMost(LONG).until(() -> probes.get() > 5);
            now.set(now.get().plus(Strangers.PATIENCE));
            AtomicInteger before = new AtomicInteger(-1);
            await().pollInterval(Duration.ofMillis(300))
                    .atMost(LONG)
                    .until(() -> before.getAndSet(probes.get()) == probes.get());
            assertThat(strange.kept(ROUTE).orElseThrow().kind()).isEqualTo(RouteStatus.State.DOWN);

            int soFar = probes.get();
            now.set(now.get().plus(Strangers.PATIENCE).minusSeconds(1));
            strange.tick();
            now.set(now.get().plusSeconds(1));
            assertThat(probes).hasValue(soFar);
            strange.tick();
            await().atMost(LONG).until(() -> probes.get() == soFar + 1);
            strange.tick();
            await().during(Duration.ofMillis(300)).atMost(LONG).until(() -> probes.get() == soFar + 1);

            strange.flush();
            strange.tick();
            await().atMost(LONG).until(() -> probes.get() == soFar + 2);

            await().atMost(LONG).until(() -> {
                strange.flush(ROUTE);
                strange.tick();
                return probes.get() > soFar + 2;
            });
        }
    }

    /** The wish was heard while the lock was on its way. */
    @Test
    void whatWasWishedBeforeTheShardWasKeptIsTriedThen() {
        AtomicInteger probes = new AtomicInteger();
        Duration seldom = Duration.ofHours(1);
        try (Probers counting = new Probers(
                _ -> {
                    probes.incrementAndGet();
                    return new ConnectResult.Unreachable("nobody there");
                },
                new ProbeSchedule(seldom, seldom, seldom, seldom),
                () -> 1000,
                new Random(1),
                InstantSource.system())) {
            Keeper next = new Keeper(
                    held,
                    bus,
                    shards,
                    rules,
                    counting,
                    InstantSource.system(),
                    _ -> view,
                    (_, _) -> {},
                    new GateLog(),
                    _ -> 0,
                    _ -> {});
            bus.value = facts(4, RouteStatus.State.DOWN);
            next.flush(ROUTE);
            next.acquired(SHARD, 5);
            bus.first.countDown();
            await().atMost(LONG).until(() -> probes.get() == 1);
        }
    }

    @Test
    void wishesHoldForAWhile() {
        Wished wished = new Wished();
        Route other = Route.to(new NextHop("198.51.100.1", 25));
        wished.add(ROUTE, Instant.EPOCH);
        wished.add(other, Instant.EPOCH.plusSeconds(30));
        assertThat(wished.take(other::equals, Instant.EPOCH.plusSeconds(31))).containsExactly(other);
        assertThat(wished.take(other::equals, Instant.EPOCH.plusSeconds(31))).isEmpty();
        assertThat(wished.take(_ -> true, Instant.EPOCH.plus(Wished.WHILE).plusMillis(1)))
                .isEmpty();
    }

    private static Facts facts(long epoch, RouteStatus.State state) {
        return new Facts(ROUTE, SHARD, epoch, state, Instant.EPOCH, "so", 0, false, Optional.empty());
    }

    /** The first to read is kept waiting. */
    private static final class SlowBus implements ClusterBus {
        final CountDownLatch first = new CountDownLatch(1);
        final AtomicInteger reads = new AtomicInteger();
        final AtomicInteger answered = new AtomicInteger();
        volatile boolean refuses;
        volatile Facts value = facts(1, RouteStatus.State.UP);

        @Override
        public Map<String, String> published(int lock) {
            try {
                if (reads.incrementAndGet() == 1) {
                    first.await();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            answered.incrementAndGet();
            return refuses ? Map.of() : Map.of(ROUTE.toString(), value.toJson());
        }

        @Override
        public CompletionStage<Void> publish(int lock, String key, String text) {
            return refuses
                    ? CompletableFuture.failedFuture(new IllegalStateException("away"))
                    : CompletableFuture.completedFuture(null);
        }

        @Override
        public String self() {
            return "a";
        }

        @Override
        public void start(int locks, Member member) {}

        @Override
        public void broadcast(String message) {}

        @Override
        public void send(String worker, String message) {}

        @Override
        public void release(int lock, Duration rest) {}

        @Override
        public void close() {}
    }
}
