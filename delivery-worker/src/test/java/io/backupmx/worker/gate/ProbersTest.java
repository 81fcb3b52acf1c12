package io.backupmx.worker.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpConnection;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProbersTest {

    private static final Duration FAST = Duration.ofMillis(5);
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Trouble SILENT = new Trouble(Trouble.Kind.NO_ANSWER, "refused");
    private static final ConnectResult NOBODY = new ConnectResult.Unreachable("refused");
    private static final Route ONE = Route.of("smtp:[one.example]:25");
    private static final Route OTHER = Route.of("smtp:[other.example]:25");
    private static final Route BOTH = Route.of("smtp:[one.example]:25,[other.example]:25");

    private final List<NextHop> probed = new CopyOnWriteArrayList<>();
    private final Heard heard = new Heard();
    private Probers probers = probers(NEVER, _ -> NOBODY);

    @AfterEach
    void close() {
        probers.close();
    }

    @Test
    void itAsksAgainAndAgain() {
        probers(FAST, _ -> NOBODY).start(ONE, down(), heard);
        await().atMost(LONG).until(() -> heard.failures.size() >= 10);
        assertThat(heard.failures).containsOnly(SILENT);
    }

    @Test
    void stoppedItAsksNoMore() {
        CountDownLatch second = new CountDownLatch(1);
        probers(FAST, hop -> {
            if (isOne(hop)) {
                probers.stop(ONE);
                probers.start(OTHER, down(), new Heard());
            } else {
                second.countDown();
            }
            return NOBODY;
        });
        probers.start(ONE, down(), heard);
        assertThat(reached(second)).isTrue();
        await().atMost(LONG).until(() -> probed.size() > 10);
        assertThat(probed.stream().filter(ProbersTest::isOne)).hasSize(1);
        assertThat(heard.failures).isEmpty();
    }

    @Test
    void aProbeNobodyWantsIsInterrupted() {
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        probers(FAST, _ -> hang(asking, interrupted));
        probers.start(ONE, down(), heard);
        probers.start(BOTH, down(), heard);
        assertThat(reached(asking)).isTrue();
        probers.stop(ONE);
        assertThat(interrupted.getCount()).isOne(); // the other route still wants it
        probers.stop(BOTH);
        assertThat(reached(interrupted)).isTrue();
    }

    @Test
    void closingEndsThemAll() {
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        probers(FAST, _ -> hang(asking, interrupted)).start(ONE, down(), heard);
        assertThat(reached(asking)).isTrue();
        probers.close();
        assertThat(reached(interrupted)).isTrue();
    }

    @Test
    void routesOfOneHostShareItsProbe() {
        Heard another = new Heard();
        probers.start(ONE, down(), heard);
        probers.start(Route.to(ONE.nextHops().getFirst()), down(), heard); // the same route: nothing new
        probers.start(BOTH, down(), another);
        probers.flush();
        await().atMost(LONG).until(() -> !heard.failures.isEmpty() && !another.failures.isEmpty());
        assertThat(probed)
                .containsExactlyInAnyOrder(
                        ONE.nextHops().getFirst(), OTHER.nextHops().getFirst());
        assertThat(heard.failures).hasSize(1);
    }

    @Test
    void aRouteFailsWhenAllItsHostsHaveAndTheUnwellSaysMost() {
        CountDownLatch later = new CountDownLatch(1);
        probers(NEVER, hop -> isOne(hop) ? new ConnectResult.Unhealthy("421 busy", false) : waitFor(later));
        Heard alone = new Heard();
        probers.start(ONE, down(), alone);
        probers.start(BOTH, down(), heard);
        probers.flush();
        await().atMost(LONG).until(() -> !alone.failures.isEmpty());
        assertThat(heard.failures).isEmpty();
        later.countDown();
        await().atMost(LONG).until(() -> !heard.failures.isEmpty());
        assertThat(heard.failures).containsExactly(new Trouble(Trouble.Kind.UNHEALTHY, "421 busy"));
    }

    @Test
    void whoeverIsToldOfAFailureLearnsWhenTheNextProbeIs() {
        probers.start(ONE, down(), heard);
        Instant before = Instant.now();
        probers.flush(ONE);
        await().atMost(LONG).until(() -> !heard.next.isEmpty());
        assertThat(heard.next.getFirst())
                .isBetween(before.plus(Duration.ofMinutes(59)), Instant.now().plus(NEVER));
    }

    @Test
    void aSurpriseDoesNotEndIt() {
        probers(FAST, _ -> {
            throw new IllegalStateException("a surprise");
        });
        probers.start(ONE, down(), heard);
        await().atMost(LONG).until(() -> !heard.failures.isEmpty());
        probers.flush();
        await().atMost(LONG).until(() -> heard.failures.size() >= 2);
        assertThat(heard.failures).containsOnly(new Trouble(Trouble.Kind.UNHEALTHY, "internal error"));
    }

    @Test
    void aListenerThatFailsHurtsNobodyElse() {
        probers.start(ONE, down(), new Probers.Listener() {
            @Override
            public void answered(Optional<SmtpConnection> connection) {}

            @Override
            public void failed(Trouble trouble, Instant next) {
                throw new IllegalStateException("a surprise");
            }
        });
        probers.start(BOTH, down(), heard);
        probers.flush();
        await().atMost(LONG).until(() -> !heard.failures.isEmpty());
    }

    @Test
    void tenThousandDeadHostsCostAFewProbesASecondAndNoThreads() {
        int perSecond = 100;
        Duration second = Duration.ofSeconds(1); // all are known before the first is due again
        AtomicInteger going = new AtomicInteger();
        AtomicInteger mostGoing = new AtomicInteger();
        int threadsBefore = ManagementFactory.getThreadMXBean().getThreadCount();
        probers.close();
        probers = new Probers(
                hop -> {
                    mostGoing.accumulateAndGet(going.incrementAndGet(), Math::max);
                    probed.add(hop);
                    going.decrementAndGet();
                    return NOBODY;
                },
                new ProbeSchedule(second, second, NEVER, NEVER),
                () -> perSecond,
                () -> 0,
                InstantSource.system());
        for (int i = 0; i < 10_000; i++) {
            probers.start(Route.to(new NextHop("h" + i + ".example", 25)), down(), heard);
        }
        await().atMost(LONG).until(() -> !probed.isEmpty());
        int already = probed.size();
        long start = System.nanoTime();
        await().atMost(LONG).until(() -> probed.size() >= already + 2 * perSecond);
        int starts = probed.size() - already;
        double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;
        assertThat(starts / seconds).isLessThanOrEqualTo(perSecond * 1.05);
        assertThat(probed).doesNotHaveDuplicates(); // everybody in turn
        assertThat(mostGoing).hasValueLessThan(perSecond);
        // the scheduler, carriers of virtual threads; far from one each
        assertThat(ManagementFactory.getThreadMXBean().getThreadCount() - threadsBefore)
                .isLessThan(20);
    }

    private Probers probers(Duration interval, Function<NextHop, ConnectResult> probe) {
        if (probers != null) {
            probers.close();
        }
        probers = new Probers(
                hop -> {
                    probed.add(hop);
                    return probe.apply(hop);
                },
                new ProbeSchedule(interval, interval, NEVER, NEVER),
                () -> 1000,
                () -> 0,
                InstantSource.system());
        return probers;
    }

    private static GateState.Down down() {
        return new GateState.Down(Instant.now(), SILENT, 0, 1);
    }

    private static boolean isOne(NextHop hop) {
        return hop.equals(ONE.nextHops().getFirst());
    }

    private static ConnectResult hang(CountDownLatch asking, CountDownLatch interrupted) {
        asking.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException _) {
            interrupted.countDown();
        }
        return NOBODY;
    }

    private static ConnectResult waitFor(CountDownLatch latch) {
        return reached(latch) ? NOBODY : new ConnectResult.Unhealthy("waited too long", false);
    }

    private static boolean reached(CountDownLatch latch) {
        try {
            return latch.await(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            return false;
        }
    }

    private static final class Heard implements Probers.Listener {
        final List<Trouble> failures = new CopyOnWriteArrayList<>();
        final List<Instant> next = new CopyOnWriteArrayList<>();

        @Override
        public void answered(Optional<SmtpConnection> connection) {
            throw new AssertionError("no probe succeeds here");
        }

        @Override
        public void failed(Trouble trouble, Instant at) {
            next.add(at);
            failures.add(trouble);
        }
    }
}
