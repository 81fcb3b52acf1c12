package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.config.SpoolConfig;
import io.backupmx.testing.BrokerProcess;
import io.backupmx.testing.RunsAlone;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers and brokers that are killed or frozen: the locks go on, one holder each, and nobody else publishes. */
@Timeout(180)
@RunsAlone
final class ClusterFaultsIT {

    private static final int LOCKS = 16;
    private static final SpoolConfig CONFIG =
            new SpoolConfig(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(2), 1 << 20, 94);

    @TempDir
    Path directory;

    private BrokerProcess broker;
    private ClusterBus bus;
    private RecordingMember member;

    @BeforeEach
    void open() {
        broker = BrokerProcess.start(directory);
        bus = ArtemisSpool.at(broker.url(), CONFIG).cluster("here");
        member = new RecordingMember();
    }

    @AfterEach
    void close() {
        bus.close();
        broker.close();
    }

    private MemberProcess holder() {
        MemberProcess holder = MemberProcess.start(broker.url(), "holder", LOCKS);
        RecordingMember.until(() -> holder.holds(LOCKS));
        bus.start(LOCKS, member);
        member.awaitEvent("connected");
        for (int lock = 0; lock < LOCKS; lock++) {
            String key = "lock." + lock;
            RecordingMember.until(() -> member.history(key).size() > 2);
        }
        assertThat(member.held()).isEmpty();
        return holder;
    }

    private void assertGreaterEpochsThan(MemberProcess holder) {
        for (String line : holder.said()) {
            if (line.startsWith("acquired ")) {
                String[] words = line.split(" ", -1);
                assertThat(member.epoch(Integer.parseInt(words[1]))).isGreaterThan(Long.parseLong(words[2]));
            }
        }
    }

    @Test
    void theLocksOfAWorkerThatIsKilledGoOnAtOnce() {
        try (MemberProcess holder = holder()) {
            long start = System.nanoTime();
            holder.kill();
            RecordingMember.until(() -> !member.held().isEmpty());
            ClusterContract.report("first lock after kill -9", start);
            RecordingMember.until(() -> member.held().size() == LOCKS);
            ClusterContract.report("16 locks after kill -9", start);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            assertGreaterEpochsThan(holder);
        }
    }

    @Test
    void theLocksOfAWorkerThatLeavesGoOnAtOnce() {
        try (MemberProcess holder = holder()) {
            long start = System.nanoTime();
            holder.leave();
            RecordingMember.until(() -> member.held().size() == LOCKS);
            ClusterContract.report("16 locks after a clean close", start);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            assertGreaterEpochsThan(holder);
        }
    }

    @Test
    void aWorkerThatWasFrozenAndWakesUpOverwritesNothing() throws Exception {
        try (MemberProcess holder = holder()) {
            long start = System.nanoTime();
            holder.freeze();
            RecordingMember.until(() -> !member.held().isEmpty());
            ClusterContract.report("first lock after SIGSTOP", start);
            RecordingMember.until(() -> member.held().size() == LOCKS);
            ClusterContract.report("16 locks after SIGSTOP", start);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(11));
            for (int lock = 0; lock < LOCKS; lock++) {
                bus.publish(lock, "lock." + lock, "mine").toCompletableFuture().get(10, TimeUnit.SECONDS);
                member.awaitValue("lock." + lock, "mine");
            }
            await().pollDelay(Duration.ofSeconds(10)
                            .minusNanos(Math.min(Duration.ofSeconds(10).toNanos(), System.nanoTime() - start)))
                    .until(() -> true); // frozen for 10 s at least
            assertThat(holder.said()).noneMatch(line -> line.startsWith("lost "));
            long thawed = System.nanoTime();
            holder.thaw();
            RecordingMember.until(() -> holder.holds(0));
            ClusterContract.report("the thawed worker knows", thawed);
            RecordingMember.until(() -> holder.said().getLast().equals("connected"));
            for (int lock = 0; lock < LOCKS; lock++) {
                assertThat(member.history("lock." + lock)).endsWith("mine");
                assertThat(bus.published(lock)).containsEntry("lock." + lock, "mine");
            }
            assertThat(member.held()).hasSize(LOCKS);
            assertGreaterEpochsThan(holder);
        }
    }

    @Test
    void epochsGrowAndConfirmedValuesStayOverKillsOfTheBroker() throws Exception {
        bus.start(LOCKS, member);
        for (int round = 0; round < 3; round++) {
            RecordingMember.until(() -> member.held().size() == LOCKS);
            List<Long> epochs =
                    IntStream.range(0, LOCKS).mapToObj(member::epoch).toList();
            int confirmed = publishUntilKilled(round);
            assertThat(member.held()).isEmpty();
            broker.restart();
            long start = System.nanoTime();
            RecordingMember.until(() -> member.held().size() == LOCKS);
            ClusterContract.report("16 locks after the broker listens again", start);
            for (int lock = 0; lock < LOCKS; lock++) {
                assertThat(member.epoch(lock)).isGreaterThan(epochs.get(lock));
            }
            String kept = bus.published(5).get("key");
            assertThat(Integer.parseInt(kept)).isGreaterThanOrEqualTo(confirmed);
        }
    }

    private int publishUntilKilled(int round) throws Exception {
        Thread killing = Thread.ofVirtual().unstarted(broker::kill);
        int confirmed = -1;
        for (int i = 0; ; i++) {
            int number = round * 1_000_000 + i;
            try {
                bus.publish(5, "key", Integer.toString(number))
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS);
                confirmed = number;
            } catch (ExecutionException _) {
                break;
            }
            if (i == 200) {
                killing.start();
            }
        }
        killing.join();
        RecordingMember.until(() -> member.events().getLast().equals("disconnected"));
        assertThat(confirmed).isGreaterThanOrEqualTo(round * 1_000_000 + 200);
        return confirmed;
    }

    @Test
    void aFrozenBrokerCostsTheLocksBeforeItCouldPassThemOn() throws Exception {
        bus.start(LOCKS, member);
        RecordingMember.until(() -> member.held().size() == LOCKS);
        long start = System.nanoTime();
        broker.freeze();
        var stage = bus.publish(0, "key", "value").toCompletableFuture();
        member.awaitEvent("disconnected");
        ClusterContract.report("a frozen broker noticed", start);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
        assertThat(member.held()).isEmpty();
        await().atMost(1, TimeUnit.SECONDS).until(stage::isCompletedExceptionally);
        broker.thaw();
        RecordingMember.until(() -> member.held().size() == LOCKS);
    }

    @Test
    void closingDoesNotWaitForAFrozenBroker() {
        bus.start(LOCKS, member);
        RecordingMember.until(() -> member.held().size() == LOCKS);
        broker.freeze();
        long start = System.nanoTime();
        bus.close();
        ClusterContract.report("closed on a frozen broker", start);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(member.held()).isEmpty();
        assertThat(member.events()).endsWith("disconnected");
    }

    @Test
    void valuesTravelInMilliseconds() throws Exception {
        bus.start(LOCKS, member);
        RecordingMember.until(() -> member.held().size() == LOCKS);
        RecordingMember far = new RecordingMember();
        try (ClusterBus other = ArtemisSpool.at(broker.url(), CONFIG).cluster("far")) {
            other.start(LOCKS, far);
            far.awaitEvent("connected");
            bus.publish(0, "key", "first").toCompletableFuture().get(10, TimeUnit.SECONDS);
            far.awaitValue("key", "first");
            long start = System.nanoTime();
            for (int i = 0; i < 200; i++) {
                bus.publish(0, "key", "value" + i);
                far.awaitValue("key", "value" + i);
            }
            ClusterContract.report("200 values, one after the other, to another worker", start);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }
}
