package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.config.SpoolConfig;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lock's queue that somebody removes, and that another worker makes anew before those who were on it have looked. */
@Timeout(120)
@RunsAlone
final class RemovedLockIT {

    private static final SpoolConfig CONFIG =
            new SpoolConfig(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(3), 12 << 20, 94);

    @TempDir
    Path directory;

    private final List<ClusterBus> buses = new ArrayList<>();
    private TestBroker broker;

    @BeforeEach
    void open() {
        broker = TestBroker.start(directory, 0, 100);
    }

    @AfterEach
    void close() {
        buses.forEach(ClusterBus::close);
        broker.close();
    }

    private RecordingMember started(int locks) {
        ClusterBus bus = ArtemisSpool.at(broker.tcpUrl(), CONFIG).cluster("worker");
        buses.add(bus);
        return RecordingMember.started(bus, locks);
    }

    private RecordingMember holder(int locks) {
        RecordingMember holder = started(locks);
        holder.awaitHeld(IntStream.range(0, locks).toArray());
        return holder;
    }

    /** @param tellsConsumers as all do who may remove queues; only one that is made at that moment is not told */
    private void remove(int lock, boolean tellsConsumers) throws Exception {
        broker.server().destroyQueue(ClusterQueues.lock(lock), null, false, tellsConsumers);
    }

    private void makeAnew(int lock) throws Exception {
        try (ServerLocator locator = ActiveMQClient.createServerLocator(broker.tcpUrl());
                ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session = factory.createSession(false, false)) {
            new ClusterLock(lock, session, session.createProducer()).ensure();
            session.commit();
        }
    }

    @Test
    void whoHeldItNoticesWithinSecondsWhicheverLockItIs() throws Exception {
        RecordingMember holder = holder(16);
        long epoch = holder.epoch(15);
        long start = System.nanoTime();
        remove(15, true);
        makeAnew(15);
        holder.awaitEvent("lost 15");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("not when it is this lock's turn to be looked at")
                .isLessThan(Duration.ofSeconds(8));
        RecordingMember.until(() -> holder.epoch(15) > epoch && holder.held().size() == 16);
    }

    @Test
    void whoIsOnTheQueueThatIsNoMoreDoesNotWaitThereForEver() throws Exception {
        RecordingMember before = holder(8);
        remove(7, false);
        RecordingMember between = started(8);
        between.awaitHeld(7);
        buses.getLast().close();
        RecordingMember.until(() -> before.held().size() == 8 && before.epoch(7) > between.epoch(7));
    }
}
