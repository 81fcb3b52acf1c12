package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.spool.SharedTable;
import io.backupmx.spool.SpoolException;
import io.backupmx.testing.TestBroker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a table promises, whichever way the broker is reached. */
@Timeout(120)
abstract class TableContract extends TableBrokerFixture {

    abstract String url(TestBroker broker);

    @Override
    String url() {
        return url(broker);
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
