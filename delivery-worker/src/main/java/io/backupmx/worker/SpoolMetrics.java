package io.backupmx.worker;

import io.backupmx.config.Durations;
import io.backupmx.route.Route;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much waits where: {@code backupmx_spool_messages}, {@code backupmx_spool_bytes} and
 * {@code backupmx_spool_oldest_age_seconds}, by queue and route. Asked of the broker's counters at an interval, not at each
 * scrape, and never by reading mail. While the broker does not answer there are none: yesterday's depth would be believed,
 * and a worker that is cut off would be believed before those that are not.
 */
public final class SpoolMetrics implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolMetrics.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final SpoolAdmin spool;
    private final MultiGauge messages;
    private final MultiGauge bytes;
    private final MultiGauge oldest;
    private final Periodic periodic = Periodic.leisurely("spool-metrics", INTERVAL, this::refresh);
    private boolean answered = true; // of the periodic thread

    public SpoolMetrics(SpoolAdmin spool, MeterRegistry registry) {
        this.spool = spool;
        this.messages = MultiGauge.builder("backupmx.spool.messages")
                .description("Mails on a queue of the spool, those in a worker's hands included")
                .register(registry);
        this.bytes = MultiGauge.builder("backupmx.spool.bytes")
                .description("Stored bytes on a queue of the spool")
                .baseUnit("bytes")
                .register(registry);
        this.oldest = MultiGauge.builder("backupmx.spool.oldest.age")
                .description("Age of the first mail on a queue of the spool, since it arrived")
                .baseUnit("seconds")
                .register(registry);
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
            show(spool.depths());
            answered = true;
        } catch (SpoolException e) {
            if (answered) {
                LOG.atWarn().addKeyValue("cause", e.getMessage()).log("spool counters are not to be had");
            }
            answered = false;
            show(List.of());
        }
    }

    private void show(List<QueueDepth> depths) {
        show(messages, depths, QueueDepth::messages);
        show(bytes, depths, QueueDepth::bytes);
        show(oldest, depths, depth -> depth.oldest().map(Duration::toMillis).orElse(0L) / 1000.0);
    }

    private static void show(MultiGauge gauge, List<QueueDepth> depths, ToDoubleFunction<QueueDepth> figure) {
        gauge.register(
                depths.stream()
                        .map(depth -> MultiGauge.Row.of(tags(depth.queue()), figure.applyAsDouble(depth)))
                        .toList(),
                true);
    }

    private static Tags tags(SpoolQueue queue) {
        return switch (queue) {
            case SpoolQueue.ForRoute(Route route) -> Tags.of("queue", "route", "next_hop", route.toString());
            case SpoolQueue.Retry(Duration delay) ->
                Tags.of("queue", "retry-" + Durations.format(delay), "next_hop", "");
            case SpoolQueue.Failed _ -> Tags.of("queue", "failed", "next_hop", "");
            case SpoolQueue.DeadLetter _ -> Tags.of("queue", "dead-letter", "next_hop", "");
        };
    }
}
