package io.backupmx.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.admin.FakeSpool;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class SpoolMetricsTest {

    private final FakeSpool spool = new FakeSpool();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SpoolMetrics metrics = new SpoolMetrics(spool, registry);

    @Test
    void depthsAreToldWhileTheBrokerAnswersAndOnlyThen() throws InterruptedException {
        spool.put(new SpoolQueue.Failed());
        refresh();
        assertThat(registry.get("backupmx.spool.messages")
                        .tags("queue", "failed")
                        .gauge()
                        .value())
                .isZero();

        spool.away(true);
        refresh();
        assertThat(registry.getMeters()).isEmpty();

        spool.away(false);
        refresh();
        assertThat(registry.getMeters()).hasSize(3);
    }

    /** As the spool demands, not on the test's own thread. */
    private void refresh() throws InterruptedException {
        Thread.ofVirtual().start(metrics::refresh).join();
    }
}
