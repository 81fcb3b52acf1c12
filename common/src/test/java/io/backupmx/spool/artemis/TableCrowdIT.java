package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.SharedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several who put, come, go and are slow, all at once. */
@Timeout(120)
final class TableCrowdIT extends TableBrokerFixture {

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
        for (int round = 0; round < 3; round++) {
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
        List<CompletableFuture<Void>> stages = new CopyOnWriteArrayList<>();
        for (int w = 0; w < 3; w++) {
            int number = w;
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 300; i++) {
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
}
