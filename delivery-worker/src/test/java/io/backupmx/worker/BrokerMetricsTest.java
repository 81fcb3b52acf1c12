package io.backupmx.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.worker.admin.FakeSpool;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BrokerMetricsTest {

    private final FakeSpool spool = new FakeSpool();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final BrokerMetrics metrics = new BrokerMetrics(spool, new SpoolHealth(spool), registry);

    @Test
    void brokersWordsAreTold() throws InterruptedException {
        refresh();

        assertThat(gauges())
                .containsEntry("backupmx.broker.disk.usage", 0.25)
                .containsEntry("backupmx.broker.memory", (double) (3 << 20))
                .containsEntry("backupmx.broker.memory.limit", (double) (64 << 20))
                .containsEntry("backupmx.broker.connections", 7.0)
                .containsEntry("backupmx.broker.consumers", 5.0)
                .containsEntry("backupmx.broker.uptime", 3600.0)
                .containsEntry("backupmx.broker.info", 1.0);
        assertThat(registry.get("backupmx.broker.info")
                        .tags("version", "2.56.0")
                        .gauge())
                .isNotNull();
    }

    @Test
    void nothingButItsAbsenceIsToldOfABrokerThatIsAway() throws InterruptedException {
        refresh();
        spool.away(true);
        refresh();
        assertThat(gauges()).containsExactly(Map.entry("backupmx.broker.up", 0.0));

        spool.away(false);
        refresh();
        assertThat(gauges()).containsEntry("backupmx.broker.disk.usage", 0.25);
    }

    /** As the spool demands, not on the test's own thread. */
    private void refresh() throws InterruptedException {
        Thread.ofVirtual().start(metrics::refresh).join();
    }

    private Map<String, Double> gauges() {
        return registry.getMeters().stream()
                .map(Gauge.class::cast)
                .collect(Collectors.toMap(gauge -> gauge.getId().getName(), Gauge::value));
    }
}
