package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.spool.SharedTable;
import io.backupmx.testing.BrokerProcess;
import io.backupmx.testing.RunsAlone;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Brokers that are killed or frozen: what was confirmed is kept, and who hears knows. */
@Timeout(120)
@RunsAlone
final class TableFaultsIT extends TableFixture {

    private BrokerProcess broker;

    @Override
    String url() {
        return broker.url();
    }

    @BeforeEach
    void open() {
        broker = BrokerProcess.start(directory);
    }

    @AfterEach
    void close() {
        closeTables();
        broker.close();
    }

    @Test
    void confirmedValuesStayWhenTheBrokerIsKilled() throws Exception {
        SharedTable table = table();
        RecordingListener listener = RecordingListener.started(table).awaitEvents("connected", "complete");
        String large = "x".repeat(300_000);
        put(table, "large", large);
        int confirmed = putUntilKilled(table);
        listener.awaitEvents("connected", "complete", "disconnected");
        broker.restart();
        listener.awaitEvents("connected", "complete", "disconnected", "connected", "complete");
        assertThat(Integer.parseInt(listener.state().get("key"))).isGreaterThanOrEqualTo(confirmed);
        assertThat(listener.state()).containsEntry("large", large);
    }

    private int putUntilKilled(SharedTable table) throws Exception {
        Thread killing = Thread.ofVirtual().unstarted(broker::kill);
        int confirmed = -1;
        for (int i = 0; ; i++) {
            try {
                put(table, "key", Integer.toString(i));
                confirmed = i;
            } catch (ExecutionException _) {
                break;
            }
            if (i == 200) {
                killing.start();
            }
        }
        killing.join();
        assertThat(confirmed).isGreaterThanOrEqualTo(200);
        return confirmed;
    }

    @Test
    void aFrozenBrokerIsAway() throws Exception {
        SharedTable table = table();
        RecordingListener listener = RecordingListener.started(table).awaitEvents("connected", "complete");
        long start = System.nanoTime();
        broker.freeze();
        var stage = putting(table, "key", "value");
        listener.awaitEvents("connected", "complete", "disconnected");
        ClusterContract.report("a table notices a frozen broker", start);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(Links.TTL_MILLIS));
        await().atMost(1, TimeUnit.SECONDS).until(stage::isCompletedExceptionally);
        broker.thaw();
        RecordingMember.until(() -> listener.events().getLast().equals("complete"));
        put(table, "key", "new");
        listener.awaitValue("key", "new");
        broker.freeze();
        start = System.nanoTime();
        table.close();
        ClusterContract.report("a table closed on a frozen broker", start);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(listener.events()).endsWith("disconnected");
    }
}
