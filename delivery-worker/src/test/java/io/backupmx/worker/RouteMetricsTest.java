package io.backupmx.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.Route;
import io.backupmx.worker.admin.FakeWorker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RouteMetricsTest {

    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
    private static final String STATE = "backupmx.route.state";

    private final FakeWorker worker = new FakeWorker();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RouteMetrics metrics = new RouteMetrics(worker, () -> NOW, registry);

    @Test
    void routesWithTroubleOrDeliveriesAreTold() {
        add(1, RouteStatus.State.UP, 0, 0);
        add(2, RouteStatus.State.UP, 3, 0);
        add(3, RouteStatus.State.THROTTLED, 0, 90);

        metrics.refresh();

        assertThat(registry.find(STATE).gauges().stream()
                        .map(gauge -> gauge.getId().getTag("next_hop") + " "
                                + gauge.getId().getTag("state") + " " + (int) gauge.value()))
                .containsExactlyInAnyOrder(name(2) + " UP 1", name(3) + " THROTTLED 1");
        assertThat(gauge("backupmx.route.state.age", "next_hop", name(3))).isEqualTo(90);
        assertThat(gauge("backupmx.route.limit", "next_hop", name(3))).isEqualTo(7);
    }

    @Test
    void allAreCounted() {
        add(1, RouteStatus.State.UP, 0, 0);
        add(2, RouteStatus.State.DOWN, 0, 0);
        add(3, RouteStatus.State.DOWN, 0, 0);

        metrics.refresh();

        assertThat(registry.find("backupmx.routes").gauges().stream()
                        .collect(Collectors.toMap(gauge -> gauge.getId().getTag("state"), Gauge::value)))
                .containsOnlyKeys("UP", "RAMP", "THROTTLED", "DOWN", "HELD", "QUARANTINE", "GONE")
                .containsEntry("UP", 1.0)
                .containsEntry("DOWN", 2.0)
                .containsEntry("HELD", 0.0);
    }

    @Test
    void stateThatIsOverIsGone() {
        add(1, RouteStatus.State.DOWN, 0, 5);
        metrics.refresh();
        worker.clear();
        add(1, RouteStatus.State.RAMP, 1, 1);

        metrics.refresh();

        assertThat(registry.find(STATE).gauges())
                .singleElement()
                .extracting(gauge -> gauge.getId().getTag("state"))
                .isEqualTo("RAMP");
    }

    @Test
    void tenThousandDeadRoutesAreBounded() {
        for (int i = 0; i < 10_000; i++) {
            add(i, RouteStatus.State.DOWN, 0, i);
        }

        metrics.refresh();

        assertThat(registry.find(STATE).gauges()).hasSize(RouteMetrics.MAX_ROUTES);
        assertThat(gauge(STATE, "next_hop", name(9_999))).as("the longest").isEqualTo(1);
        assertThat(gauge("backupmx.routes", "state", "DOWN")).isEqualTo(10_000);
    }

    private double gauge(String name, String tag, String value) {
        return registry.get(name).tag(tag, value).gauge().value();
    }

    private void add(int number, RouteStatus.State state, int connections, long age) {
        worker.add(new RouteStatus(
                Route.of(name(number)), state, NOW.minusSeconds(age), "", 7, connections, false, Optional.empty()));
    }

    private static String name(int number) {
        return "smtp:[mx" + number + ".example.org]:25";
    }
}
