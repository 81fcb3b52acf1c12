package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.spool.SharedTable;
import io.backupmx.spool.SpoolException;
import io.backupmx.testing.TestBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.utils.collections.LinkedListIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a table promises, whichever way the broker is reached. */
@Timeout(120)
abstract class TableContract extends TableFixture {

    private static final TableQueues QUEUES = new TableQueues("recipients");

    TestBroker broker;

    abstract String url(TestBroker broker);

    @Override
    String url() {
        return url(broker);
    }

    @BeforeEach
    void open() {
        broker = TestBroker.start(directory, 0, 100);
    }

    @AfterEach
    void close() {
        closeTables();
        broker.close();
    }

    private Queue queue(int number) {
        return broker.server().locateQueue(QUEUES.name(number));
    }

    /** Replaced ones included, as long as they are there. */
    private int valuesOnTheBroker() {
        int count = 0;
        for (int i = 0; i < TableQueues.COUNT; i++) {
            try (LinkedListIterator<MessageReference> all = queue(i).browserIterator()) {
                while (all.hasNext()) {
                    all.next();
                    count++;
                }
            }
        }
        return count;
    }

    @Test
    void eachHearsWhatTheOtherPuts() throws Exception {
        SharedTable one = table();
        SharedTable other = table();
        RecordingListener first = RecordingListener.started(one).awaitEvents("connected", "complete");
        RecordingListener second = RecordingListener.started(other).awaitEvents("connected", "complete");
        put(one, "a", "1");
        put(other, "b", "2");
        put(one, "empty", "");
        put(other, "ü'\"::", "ä");
        for (RecordingListener listener : List.of(first, second)) {
            listener.awaitValue("a", "1");
            listener.awaitValue("b", "2");
            listener.awaitValue("empty", "");
            listener.awaitValue("ü'\"::", "ä");
        }
        put(other, "a", "3");
        first.awaitValue("a", "3");
        second.awaitValue("a", "3");
    }

    @Test
    void valuesOfAnyLengthAreKeptAndReplaced() throws Exception {
        SharedTable table = table();
        RecordingListener listener = RecordingListener.started(table).awaitEvents("connected", "complete");
        List<Integer> lengths = List.of(4000, 20_000, 99_000, 110_000, 480_000, 600_000, SharedTable.MAX_VALUE_BYTES);
        for (String fill : List.of("x", "y")) {
            for (int length : lengths) {
                put(table, "of " + length, fill.repeat(length));
            }
        }
        for (int length : lengths) {
            listener.awaitValue("of " + length, "y".repeat(length));
        }
        assertThatThrownBy(() -> table.put("key", new byte[SharedTable.MAX_VALUE_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class);
        RecordingMember.until(() -> valuesOnTheBroker() == lengths.size());
        RecordingListener late = RecordingListener.started(table()).awaitEvents("connected", "complete");
        for (int length : lengths) {
            assertThat(late.history("of " + length)).containsExactly("y".repeat(length));
        }
        broker.close();
        broker = broker.restarted();
        late.awaitEvents("connected", "complete", "disconnected", "connected", "complete");
        for (int length : lengths) {
            assertThat(late.history("of " + length)).containsExactly("y".repeat(length));
        }
    }

    @Test
    void allThatWasThereHasBeenHeardAtCompleteWhileItIsReplaced() throws Exception {
        SharedTable writer = table();
        RecordingListener.started(writer).awaitEvents("connected", "complete");
        int keys = 300;
        String padding = "x".repeat(3000);
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
            stages.add(putting(writer, "key" + key, "0"));
        }
        finish(stages);
        AtomicBoolean enough = new AtomicBoolean();
        Thread replacing = Thread.ofVirtual().start(() -> {
            for (int i = 1; !enough.get(); i++) {
                putting(writer, "key" + i % keys, i + " " + padding).join();
            }
        });
        for (int round = 0; round < 5; round++) {
            List<SharedTable> newcomers = new ArrayList<>();
            List<RecordingListener> listeners = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                newcomers.add(table());
                listeners.add(RecordingListener.started(newcomers.getLast()));
            }
            for (RecordingListener listener : listeners) {
                listener.awaitEvents("connected", "complete");
                assertThat(listener.keysAtComplete()).isEqualTo(keys);
            }
            newcomers.forEach(SharedTable::close);
        }
        enough.set(true);
        replacing.join();
    }

    @Test
    void concurrentWritersAreHeardInTheirOrderAndAllAgreeInTheEnd() throws Exception {
        List<SharedTable> writers = List.of(table(), table(), table());
        List<RecordingListener> listeners =
                writers.stream().map(RecordingListener::started).toList();
        listeners.forEach(l -> l.awaitEvents("connected", "complete"));
        List<Thread> threads = new ArrayList<>();
        List<CompletableFuture<Void>> stages = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (int w = 0; w < 3; w++) {
            int number = w;
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 500; i++) {
                    for (int key = 0; key < 5; key++) {
                        stages.add(putting(writers.get(number), "key" + key, number + " " + i));
                    }
                    if (i % 10 == 0) {
                        stages.getLast().join();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        finish(stages);
        RecordingMember.until(() -> valuesOnTheBroker() == 5);
        RecordingListener late = RecordingListener.started(table()).awaitEvents("connected", "complete");
        for (RecordingListener listener : listeners) {
            RecordingMember.until(() -> listener.state().equals(late.state()));
            for (int key = 0; key < 5; key++) {
                for (int w = 0; w < 3; w++) {
                    String from = w + " ";
                    assertThat(listener.history("key" + key).stream()
                                    .filter(v -> v.startsWith(from))
                                    .map(v -> Integer.valueOf(v.substring(2))))
                            .isSorted()
                            .doesNotHaveDuplicates();
                }
            }
        }
    }

    @Test
    void whoIsSlowHearsTheLastOfEachAndCostsTheBrokerNothing() throws Exception {
        SharedTable writer = table();
        RecordingListener quick = RecordingListener.started(writer).awaitEvents("connected", "complete");
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        RecordingListener slow = new RecordingListener();
        table().start(new Stuck(slow, stuck, go));
        slow.awaitEvents("connected", "complete");
        put(writer, "first", "1");
        stuck.await();
        String padding = "x".repeat(50_000);
        for (int i = 0; i < 300; i++) {
            put(writer, "key" + i % 10, i + padding);
        }
        quick.awaitValue("key9", 299 + padding);
        RecordingMember.until(() -> valuesOnTheBroker() == 11);
        go.countDown();
        for (int key = 0; key < 10; key++) {
            slow.awaitValue("key" + key, 290 + key + padding);
        }
        assertThat(slow.history("key0").size()).isLessThan(25);
    }

    /** Is stuck in the first value until it may go on. */
    private record Stuck(SharedTable.Listener told, CountDownLatch stuck, CountDownLatch go)
            implements SharedTable.Listener {

        @Override
        public void connected() {
            told.connected();
        }

        @Override
        public void heard(String key, byte[] value) {
            stuck.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            told.heard(key, value);
        }

        @Override
        public void complete() {
            told.complete();
        }

        @Override
        public void disconnected() {
            told.disconnected();
        }
    }

    /** What pages is not replaced, and PAGE pages as soon as mail has used up the memory of all. */
    @Test
    void valuesAreReplacedWhenTheMemoryOfAllIsUsedUp() throws Exception {
        SharedTable table = table();
        RecordingListener listener = RecordingListener.started(table).awaitEvents("connected", "complete");
        broker.server().getPagingManager().addSize(256 << 20, false);
        assertThat(broker.server().getPagingManager().isGlobalFull()).isTrue();
        for (int i = 0; i < 100; i++) {
            put(table, "key", Integer.toString(i));
        }
        listener.awaitValue("key", "99");
        RecordingMember.until(() -> valuesOnTheBroker() == 1);
        broker.server().getPagingManager().addSize(-(256 << 20), false);
    }

    @Test
    void valuesAreNotMail() throws Exception {
        SharedTable table = table();
        RecordingListener.started(table).awaitEvents("connected", "complete");
        put(table, "key", "value");
        try (ArtemisSpool.Reader reader = ArtemisSpool.at(url(), CONFIG).reader(directory)) {
            assertThat(reader.admin().depths()).allMatch(depth -> depth.messages() == 0);
        }
    }

    @Test
    void aBrokerThatComesLaterOrBackIsConnectedToAndPutsMeanwhileFail() throws Exception {
        broker.close();
        SharedTable table = table();
        RecordingListener listener = RecordingListener.started(table);
        assertThatThrownBy(() -> put(table, "key", "refused"))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SpoolException.class);
        broker = broker.restarted();
        listener.awaitEvents("connected", "complete");
        put(table, "key", "kept");
        broker.close();
        listener.awaitEvents("connected", "complete", "disconnected");
        assertThatThrownBy(() -> put(table, "key", "refused")).hasCauseInstanceOf(SpoolException.class);
        broker = broker.restarted();
        listener.awaitEvents("connected", "complete", "disconnected", "connected", "complete");
        assertThat(listener.state()).isEqualTo(Map.of("key", "kept"));
        put(table, "key", "new");
        listener.awaitValue("key", "new");
    }

    @Test
    void closingEndsItAndWhoIsToldMayDoSo() throws Exception {
        SharedTable table = table();
        AtomicInteger after = new AtomicInteger();
        CountDownLatch closed = new CountDownLatch(1);
        RecordingListener told = new RecordingListener();
        table.start(new SharedTable.Listener() {
            @Override
            public void connected() {
                told.connected();
            }

            @Override
            public void heard(String key, byte[] value) {
                if (closed.getCount() == 0) {
                    after.incrementAndGet();
                }
                table.close();
                closed.countDown();
            }

            @Override
            public void complete() {
                told.complete();
            }

            @Override
            public void disconnected() {
                told.disconnected();
            }
        });
        told.awaitEvents("connected", "complete");
        SharedTable other = table();
        RecordingListener.started(other).awaitEvents("connected", "complete");
        put(other, "key", "value");
        put(other, "other", "value");
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        told.awaitEvents("connected", "complete", "disconnected");
        assertThat(after).hasValue(0);
        assertThatThrownBy(() -> put(table, "key", "late")).hasCauseInstanceOf(SpoolException.class);
    }
}
