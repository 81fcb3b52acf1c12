package io.backupmx.worker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gauges of one name that differ in their tags, told all at once. What is told again keeps its meter: to register tens of
 * thousands anew each time would cost more than to find out what they tell. For one thread; scraped from any.
 */
final class GaugeRows {

    private final MeterRegistry registry;
    private final String name;
    private final String description;
    private final @Nullable String unit;
    private Map<Tags, Row> rows = Map.of();

    private record Row(Figure figure, Meter meter) {}

    private static final class Figure {
        private volatile double value;

        private Figure(double value) {
            this.value = value;
        }

        private double value() {
            return value;
        }
    }

    GaugeRows(MeterRegistry registry, String name, String description) {
        this(registry, name, description, null);
    }

    GaugeRows(MeterRegistry registry, String name, String description, @Nullable String unit) {
        this.registry = registry;
        this.name = name;
        this.description = description;
        this.unit = unit;
    }

    /** These are the values now; rows that are not among them are gone. */
    void show(Map<Tags, Double> values) {
        Map<Tags, Row> before = rows;
        Map<Tags, Row> now = HashMap.newHashMap(values.size());
        before.forEach((tags, row) -> {
            if (!values.containsKey(tags)) {
                registry.remove(row.meter());
            }
        });
        values.forEach((tags, value) -> {
            Row known = before.get(tags);
            if (known == null) {
                now.put(tags, row(tags, value));
            } else {
                known.figure().value = value;
                now.put(tags, known);
            }
        });
        rows = now;
    }

    private Row row(Tags tags, double value) {
        Figure figure = new Figure(value);
        return new Row(
                figure,
                Gauge.builder(name, figure, Figure::value)
                        .description(description)
                        .baseUnit(unit)
                        .tags(tags)
                        .strongReference(true)
                        .register(registry));
    }
}
