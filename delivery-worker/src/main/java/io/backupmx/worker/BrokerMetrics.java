package io.backupmx.worker;

import io.backupmx.spool.BrokerStatus;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The broker as this worker finds it: {@code backupmx_broker_up}, and what it says of its disk, memory and clients, asked at
 * an interval. While it does not answer only {@code backupmx_broker_up} is there. Every worker tells the same, so that any
 * of them will do (docs/adr/0016).
 */
public final class BrokerMetrics implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final SpoolAdmin spool;
    private final MultiGauge info;
    private final List<Figure> figures;
    private final Periodic periodic = Periodic.leisurely("broker-metrics", INTERVAL, this::refresh);

    /** @param health tells whether the broker answers */
    public BrokerMetrics(SpoolAdmin spool, SpoolHealth health, MeterRegistry registry) {
        this.spool = spool;
        Gauge.builder("backupmx.broker.up", health, it -> it.problem().isEmpty() ? 1 : 0)
                .description("1 when the broker answers, 0 when it does not")
                .strongReference(true)
                .register(registry);
        this.info = MultiGauge.builder("backupmx.broker.info")
                .description("Always 1, for the broker's version")
                .register(registry);
        this.figures = List.of(
                new Figure(
                        gauge("uptime", "Since the broker was started").baseUnit("seconds"),
                        status -> status.uptime().toMillis() / 1000.0,
                        registry),
                new Figure(
                        gauge("disk.usage", "Share of the spool's disk in use, by anybody")
                                .baseUnit("ratio"),
                        BrokerStatus::diskUsage,
                        registry),
                new Figure(
                        gauge("memory", "The broker's heap taken by messages").baseUnit("bytes"),
                        BrokerStatus::memoryBytes,
                        registry),
                new Figure(
                        gauge("memory.limit", "From here on every queue rests on disk")
                                .baseUnit("bytes"),
                        BrokerStatus::memoryLimitBytes,
                        registry),
                new Figure(
                        gauge("connections", "Connections of ingresses and workers"),
                        BrokerStatus::connections,
                        registry),
                new Figure(gauge("consumers", "Consumers on the broker's queues"), BrokerStatus::consumers, registry));
    }

    private static MultiGauge.Builder gauge(String name, String description) {
        return MultiGauge.builder("backupmx.broker." + name).description(description);
    }

    /** One of what the broker says. */
    private record Figure(MultiGauge gauge, ToDoubleFunction<BrokerStatus> of) {
        Figure(MultiGauge.Builder gauge, ToDoubleFunction<BrokerStatus> of, MeterRegistry registry) {
            this(gauge.register(registry), of);
        }

        void show(Optional<BrokerStatus> status) {
            gauge.register(
                    BrokerMetrics.rows(status.map(known -> MultiGauge.Row.of(Tags.empty(), of.applyAsDouble(known)))),
                    true);
        }
    }

    public void start() {
        periodic.start();
    }

    @Override
    public void close() {
        periodic.close();
    }

    void refresh() {
        try {
            show(Optional.of(spool.broker()));
        } catch (SpoolException e) {
            show(Optional.empty()); // the feeds log it
        }
    }

    private void show(Optional<BrokerStatus> status) {
        info.register(rows(status.map(known -> MultiGauge.Row.of(Tags.of("version", known.version()), 1))), true);
        figures.forEach(figure -> figure.show(status));
    }

    private static List<MultiGauge.Row<?>> rows(Optional<MultiGauge.Row<Number>> row) {
        return row.<List<MultiGauge.Row<?>>>map(List::of).orElseGet(List::of);
    }
}
