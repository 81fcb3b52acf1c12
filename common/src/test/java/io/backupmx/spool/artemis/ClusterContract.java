package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.config.SpoolConfig;
import io.backupmx.spool.SpoolException;
import io.backupmx.testing.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.utils.collections.LinkedListIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the bus promises, whichever way the broker is reached. */
@Timeout(120)
abstract class ClusterContract {

    private static final int LOCKS = 16;
    private static final SpoolConfig CONFIG =
            new SpoolConfig(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(3), 12 << 20, 94);

    @TempDir
    Path directory;

    private final List<ClusterBus> buses = new ArrayList<>();
    private TestBroker broker;

    abstract String url(TestBroker broker);

    @BeforeEach
    void open() {
        broker = TestBroker.start(directory, 0, 100);
    }

    @AfterEach
    void close() {
        buses.forEach(ClusterBus::close);
        broker.close();
    }

    private ClusterBus bus() {
        ClusterBus bus = ArtemisSpool.at(url(broker), CONFIG).cluster("worker");
        buses.add(bus);
        return bus;
    }

    private Queue queue(String name) {
        return broker.server().locateQueue(name);
    }

    /** Replaced ones included, as long as they are there. */
    private int valuesOnTheBroker() {
        int count = 0;
        for (int i = 0; i < ClusterQueues.STATES; i++) {
            try (LinkedListIterator<MessageReference> all =
                    queue(ClusterQueues.state(i).toString()).browserIterator()) {
                while (all.hasNext()) {
                    all.next();
                    count++;
                }
            }
        }
        return count;
    }

    private static void publish(ClusterBus bus, int lock, String key, String value) throws Exception {
        bus.publish(lock, key, value).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void ofManyThatStartAtOnceOneHoldsEachLock() {
        CountDownLatch go = new CountDownLatch(1);
        List<RecordingMember> members = new ArrayList<>();
        List<Thread> starting = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            RecordingMember member = new RecordingMember();
            ClusterBus bus = bus();
            members.add(member);
            starting.add(Thread.ofVirtual().start(() -> {
                try {
                    go.await();
                    bus.start(LOCKS, member);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        go.countDown();
        members.forEach(m -> m.awaitEvent("connected"));
        RecordingMember.until(() -> holdings(members) == LOCKS);
        RecordingMember.until(() -> IntStream.range(0, LOCKS)
                .allMatch(i -> queue("cluster.lock." + i).getMessageCount() == 1
                        && queue("cluster.lock." + i).getConsumerCount() == 8));
        for (int lock = 0; lock < LOCKS; lock++) {
            int number = lock;
            assertThat(members.stream().filter(m -> m.held().contains(number))).hasSize(1);
            assertThat(members.stream().filter(m -> m.events().contains("acquired " + number)))
                    .as("never a second holder")
                    .hasSize(1);
        }
    }

    private static int holdings(List<RecordingMember> members) {
        return members.stream().mapToInt(m -> m.held().size()).sum();
    }

    @Test
    void closingHandsTheLocksOverWithGreaterEpochs() {
        ClusterBus first = bus();
        RecordingMember before = RecordingMember.started(first, LOCKS);
        RecordingMember.until(() -> before.held().size() == LOCKS);
        RecordingMember after = RecordingMember.started(bus(), LOCKS);
        after.awaitEvent("connected");
        assertThat(after.held()).isEmpty();
        first.close();
        RecordingMember.until(() -> after.held().size() == LOCKS);
        for (int lock = 0; lock < LOCKS; lock++) {
            assertThat(after.epoch(lock)).isGreaterThan(before.epoch(lock));
        }
        assertThat(before.held()).isEmpty();
        assertThat(before.events()).endsWith("lost 15", "disconnected");
        first.close();
    }

    @Test
    void aReleasedLockGoesToAnotherAndIsCompetedForAfterTheRest() {
        ClusterBus first = bus();
        RecordingMember before = RecordingMember.started(first, 2);
        before.awaitHeld(0, 1);
        ClusterBus second = bus();
        RecordingMember other = RecordingMember.started(second, 2);
        RecordingMember.until(() -> consumers(0) == 2 && consumers(1) == 2);
        first.release(0, Duration.ofMillis(300));
        other.awaitHeld(0);
        assertThat(before.held()).containsExactly(1);
        assertThat(other.epoch(0)).isGreaterThan(before.epoch(0));
        assertThatThrownBy(() -> publish(first, 0, "k", "v")).hasCauseInstanceOf(SpoolException.class);
        RecordingMember.until(() -> consumers(0) == 2);
        second.release(0, Duration.ofHours(1));
        before.awaitHeld(0);
        assertThat(before.epoch(0)).isGreaterThan(other.epoch(0));
    }

    private int consumers(int lock) {
        Queue queue = queue("cluster.lock." + lock);
        return queue == null ? 0 : queue.getConsumerCount();
    }

    @Test
    void aLockReleasedByTheOnlyWorkerComesBackToItAfterTheRest() {
        ClusterBus bus = bus();
        RecordingMember member = RecordingMember.started(bus, 1);
        member.awaitHeld(0);
        long epoch = member.epoch(0);
        long start = System.nanoTime();
        bus.release(0, Duration.ofMillis(200));
        RecordingMember.until(() -> member.epoch(0) > epoch);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        assertThat(member.events()).containsSubsequence("acquired 0", "lost 0", "acquired 0");
    }

    @Test
    void allWorkersGetEachValueInOrderAndThoseToComeTheLast() throws Exception {
        ClusterBus keeper = bus();
        List<RecordingMember> members = new ArrayList<>();
        members.add(RecordingMember.started(keeper, 2));
        members.getFirst().awaitHeld(0, 1);
        for (int i = 0; i < 3; i++) {
            members.add(RecordingMember.started(bus(), 2));
            members.getLast().awaitEvent("connected");
        }
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            for (int key = 0; key < 50; key++) {
                stages.add(keeper.publish(key % 2, "key" + key, Integer.toString(i))
                        .toCompletableFuture());
            }
        }
        CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        members.add(RecordingMember.started(bus(), 2));
        for (RecordingMember member : members) {
            for (int key = 0; key < 50; key++) {
                member.awaitValue("key" + key, "199");
                List<Integer> history = member.history("key" + key).stream()
                        .map(Integer::valueOf)
                        .toList();
                assertThat(history).isSorted().doesNotHaveDuplicates();
            }
        }
        RecordingMember.until(() -> valuesOnTheBroker() == 50);
        RecordingMember late = RecordingMember.started(bus(), 2);
        for (int key = 0; key < 50; key++) {
            late.awaitValue("key" + key, "199");
            assertThat(late.history("key" + key)).containsExactly("199");
        }
    }

    @Test
    void whatWasConfirmedIsSeenAtOnceByWhoeverReads() throws Exception {
        ClusterBus keeper = bus();
        RecordingMember.started(keeper, 3).awaitHeld(0, 1, 2);
        ClusterBus reader = bus();
        RecordingMember.started(reader, 3).awaitEvent("connected");
        for (int i = 0; i < 200; i++) {
            for (int key = 0; key < 5; key++) {
                keeper.publish(1, "other" + key, Integer.toString(i));
            }
            publish(keeper, 2, "key", Integer.toString(i));
            assertThat(reader.published(2)).containsExactly(Map.entry("key", Integer.toString(i)));
            assertThat(reader.published(1)).hasSize(5).containsValue(Integer.toString(i));
        }
        assertThat(reader.published(0)).isEmpty();
    }

    @Test
    void whoDoesNotHoldTheLockIsRefused() {
        ClusterBus keeper = bus();
        RecordingMember.started(keeper, 1).awaitHeld(0);
        ClusterBus other = bus();
        RecordingMember.started(other, 1).awaitEvent("connected");
        assertThatThrownBy(() -> publish(other, 0, "key", "value")).hasCauseInstanceOf(SpoolException.class);
        assertThat(other.published(0)).isEmpty();
    }

    @Test
    void tenThousandValues() throws Exception {
        ClusterBus keeper = bus();
        RecordingMember.started(keeper, LOCKS)
                .awaitHeld(IntStream.range(0, LOCKS).toArray());
        Map<String, String> all = new HashMap<>();
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < 10_000; i++) {
            String value = "x".repeat(200) + i;
            all.put("route" + i, value);
            stages.add(keeper.publish(i % LOCKS, "route" + i, value).toCompletableFuture());
        }
        CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        report("10 000 values published", start);
        long kept = 0;
        for (int i = 0; i < ClusterQueues.STATES; i++) {
            kept += addressBytes(ClusterQueues.state(i));
        }
        System.out.printf("10 000 values in the broker's heap: %d KiB%n", kept >> 10);
        assertThat(kept).isLessThan(32L << 20);
        start = System.nanoTime();
        RecordingMember late = RecordingMember.started(bus(), LOCKS);
        RecordingMember.until(() -> late.keys() == 10_000);
        report("10 000 values loaded by a new worker", start);
        assertThat(late.state()).isEqualTo(all);
        start = System.nanoTime();
        assertThat(keeper.published(3)).hasSize(625);
        report("625 of 10 000 values read under a lock", start);
    }

    private long addressBytes(SimpleString address) throws Exception {
        return broker.server().getPagingManager().getPageStore(address).getAddressSize();
    }

    static void report(String what, long startNanos) {
        System.out.printf("%s: %d ms%n", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
    }

    @Test
    void aWorkerThatIsSlowGetsTheLastOfEachAndCostsTheBrokerNothing() throws Exception {
        ClusterBus keeper = bus();
        RecordingMember quick = RecordingMember.started(keeper, 1);
        quick.awaitHeld(0);
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        RecordingMember slow = new RecordingMember();
        bus().start(1, new StuckMember(slow, stuck, go));
        slow.awaitEvent("connected");
        publish(keeper, 0, "first", "1");
        stuck.await();
        String padding = "x".repeat(2000);
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            stages.add(keeper.publish(0, "key" + i % 10, i + padding).toCompletableFuture());
        }
        CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        quick.awaitValue("key9", 9_999 + padding);
        publish(keeper, 0, "last", "1");
        RecordingMember.until(() -> valuesOnTheBroker() == 12);
        go.countDown();
        for (int key = 0; key < 10; key++) {
            slow.awaitValue("key" + key, 9_990 + key + padding);
        }
        slow.awaitValue("last", "1");
        assertThat(slow.history("key0").size()).isLessThan(1000);
    }

    /** What pages is not replaced, and PAGE pages as soon as mail has used up the memory of all. */
    @Test
    void valuesAreReplacedWhenTheMemoryOfAllIsUsedUp() throws Exception {
        ClusterBus keeper = bus();
        RecordingMember member = RecordingMember.started(keeper, 1);
        member.awaitHeld(0);
        broker.server().getPagingManager().addSize(256 << 20, false);
        assertThat(broker.server().getPagingManager().isGlobalFull()).isTrue();
        for (int i = 0; i < 100; i++) {
            publish(keeper, 0, "key", Integer.toString(i));
        }
        member.awaitValue("key", "99");
        keeper.broadcast("heard all the same");
        RecordingMember.until(() -> member.heardSoFar().size() == 1);
        RecordingMember.until(() -> valuesOnTheBroker() == 1);
        broker.server().getPagingManager().addSize(-(256 << 20), false);
    }

    @Test
    void whatIsSaidIsHeardByThoseItIsFor() {
        ClusterBus one = bus();
        ClusterBus two = bus();
        ClusterBus three = bus();
        RecordingMember first = RecordingMember.started(one, 1);
        RecordingMember second = RecordingMember.started(two, 1);
        RecordingMember third = RecordingMember.started(three, 1);
        List.of(first, second, third).forEach(m -> m.awaitEvent("connected"));
        String large = "ä".repeat(200_000);
        one.broadcast("hello");
        one.send(two.self(), "for two");
        two.send(one.self(), large);
        two.send("nobody.1.2", "lost");
        three.broadcast("x".repeat(900_000));
        one.broadcast("end");
        RecordingMember.until(() -> first.heardSoFar().size() == 4);
        RecordingMember.until(() -> second.heardSoFar().size() == 4);
        RecordingMember.until(() -> third.heardSoFar().size() == 3);
        assertThat(first.heardSoFar())
                .contains(one.self() + ": hello", two.self() + ": " + large, one.self() + ": end");
        assertThat(second.heardSoFar())
                .containsSubsequence(one.self() + ": hello", one.self() + ": for two", one.self() + ": end");
        assertThat(third.heardSoFar()).contains(three.self() + ": " + "x".repeat(900_000));
    }

    @Test
    void whoDoesNotListenLosesTalkAndCostsTheBrokerNothing() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        RecordingMember deaf = new RecordingMember();
        bus().start(1, new StuckMember(deaf, stuck, go));
        deaf.awaitHeld(0);
        ClusterBus speaker = bus();
        RecordingMember self = RecordingMember.started(speaker, 1);
        self.awaitEvent("connected");
        String text = "x".repeat(10_000);
        for (int i = 0; i < 20_000; i++) {
            int said = i;
            speaker.broadcast(said + " " + text);
            if (i % 500 == 499) {
                String last = speaker.self() + ": " + said + " " + text;
                RecordingMember.until(() -> self.heardSoFar().contains(last));
            }
        }
        stuck.await();
        assertThat(addressBytes(ClusterQueues.TALK)).isLessThan(40L << 20);
        go.countDown();
        speaker.broadcast("now");
        RecordingMember.until(() -> deaf.heardSoFar().contains(speaker.self() + ": now"));
        assertThat(deaf.heardSoFar()).hasSizeLessThan(5000);
    }

    @Test
    void aLockWhoseQueueSomebodyRemovedIsHeldByOneAgain() throws Exception {
        List<RecordingMember> members = List.of(RecordingMember.started(bus(), 2), RecordingMember.started(bus(), 2));
        members.forEach(m -> m.awaitEvent("connected"));
        RecordingMember.until(() -> holdings(members) == 2);
        long epoch = members.stream().mapToLong(m -> m.epoch(1)).max().orElseThrow();
        // As by the broker's console, consumers taken away: without, one that looks late believes to hold it for ever.
        broker.server().destroyQueue(ClusterQueues.lock(1), null, false, true);
        RecordingMember.until(() -> members.stream().anyMatch(m -> m.epoch(1) > epoch) && holdings(members) == 2);
    }

    @Test
    void aLockWhoseBatonSomebodyRemovedIsHeldByOneAgain() throws Exception {
        ClusterBus first = bus();
        RecordingMember.started(first, 1).awaitHeld(0);
        first.close();
        queue("cluster.lock.0").deleteAllReferences();
        RecordingMember member = RecordingMember.started(bus(), 1);
        member.awaitHeld(0);
    }

    @Test
    void aBrokerThatComesBackHasTheValuesAndGivesTheLocksAnew() throws Exception {
        ClusterBus bus = bus();
        RecordingMember member = RecordingMember.started(bus, 2);
        member.awaitHeld(0, 1);
        publish(bus, 0, "key", "kept");
        long epoch = member.epoch(0);
        broker.close();
        member.awaitEvent("disconnected");
        assertThat(member.held()).isEmpty();
        assertThat(member.events()).endsWith("lost 0", "lost 1", "disconnected");
        assertThatThrownBy(() -> publish(bus, 0, "key", "refused")).hasCauseInstanceOf(SpoolException.class);
        assertThatThrownBy(() -> bus.published(0)).isInstanceOf(SpoolException.class);
        bus.broadcast("to nobody");
        broker = broker.restarted();
        member.awaitHeld(0, 1);
        member.awaitValue("key", "kept");
        assertThat(member.epoch(0)).isGreaterThan(epoch);
        publish(bus, 0, "key", "new");
        member.awaitValue("key", "new");
        assertThat(bus.published(0)).containsExactly(Map.entry("key", "new"));
        assertThat(member.heardSoFar()).isEmpty();
    }

    @Test
    void aBusWithoutABrokerClosesAtOnce() {
        broker.close();
        ClusterBus bus = bus();
        RecordingMember member = RecordingMember.started(bus, 2);
        long start = System.nanoTime();
        bus.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(member.events()).isEmpty();
        broker = broker.restarted();
    }
}
