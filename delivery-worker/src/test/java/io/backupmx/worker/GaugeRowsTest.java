package io.backupmx.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GaugeRowsTest {

    private static final Tags ONE = Tags.of("next_hop", "one");
    private static final Tags TWO = Tags.of("next_hop", "two");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GaugeRows rows = new GaugeRows(registry, "some.rows", "what they tell");

    @Test
    void aRowThatIsToldAgainHasItsNewValueAndItsOldMeter() {
        rows.show(Map.of(ONE, 1.0));
        Gauge before = gauge(ONE);
        rows.show(Map.of(ONE, 5.0, TWO, 2.0));
        assertThat(gauge(ONE)).isSameAs(before);
        assertThat(gauge(ONE).value()).isEqualTo(5);
        assertThat(gauge(TWO).value()).isEqualTo(2);
    }

    @Test
    void aRowThatIsNotToldIsGoneAndMayComeBack() {
        rows.show(Map.of(ONE, 1.0, TWO, 2.0));
        rows.show(Map.of(TWO, 3.0));
        assertThat(registry.find("some.rows").gauges()).singleElement().isSameAs(gauge(TWO));
        rows.show(Map.of(ONE, 4.0));
        assertThat(registry.find("some.rows").gauges()).singleElement().isSameAs(gauge(ONE));
        assertThat(gauge(ONE).value()).isEqualTo(4);
    }

    private Gauge gauge(Tags tags) {
        return registry.get("some.rows").tags(tags).gauge();
    }
}
