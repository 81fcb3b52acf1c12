package io.backupmx.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.Lane;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.admin.FakeSpool;
import io.backupmx.worker.admin.SampleMail;
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

    @Test
    void aRouteHasOneSeriesForItsTwoLanes() throws InterruptedException {
        spool.put(SampleMail.ON_ROUTE, SampleMail.on(SampleMail.ON_ROUTE, 1));
        SpoolQueue behind = new SpoolQueue.ForRoute(SampleMail.ROUTE, Lane.BACKLOG);
        spool.put(behind, SampleMail.on(behind, 2), SampleMail.on(behind, 3));
        refresh();
        assertThat(registry.get("backupmx.spool.messages")
                        .tags("queue", "route", "next_hop", SampleMail.ROUTE.toString())
                        .gauge()
                        .value())
                .isEqualTo(3);
        assertThat(registry.get("backupmx.spool.bytes").gauge().value()).isEqualTo(3000);
        assertThat(registry.get("backupmx.spool.oldest.age").gauge().value()).isEqualTo(90);
        assertThat(registry.getMeters()).hasSize(3);
    }

    /** As the spool demands, not on the test's own thread. */
    private void refresh() throws InterruptedException {
        Thread.ofVirtual().start(metrics::refresh).join();
    }
}
