package io.backupmx.worker;

import io.backupmx.config.Durations;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much waits where: {@code backupmx_spool_messages}, {@code backupmx_spool_bytes} and
 * {@code backupmx_spool_oldest_age_seconds}, by queue and route, both lanes of each together; bytes and age of the {@value QueueDepth#MAX_DETAILED} routes
 * with most mail. Asked of the broker's counters at an interval, not at each scrape, and never by reading mail. While the broker
 * does not answer there are none: yesterday's depth would be believed, and a worker that is cut off would be believed before
 * those that are not.
 */
public final class SpoolMetrics implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolMetrics.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final SpoolAdmin spool;
    private final GaugeRows messages;
    private final GaugeRows bytes;
    private final GaugeRows oldest;
    private final Periodic periodic = Periodic.leisurely("spool-metrics", INTERVAL, this::refresh);
    private boolean answered = true; // of the periodic thread
    private volatile boolean closed;

    public SpoolMetrics(SpoolAdmin spool, MeterRegistry registry) {
        this.spool = spool;
        this.messages = new GaugeRows(
                registry,
                "backupmx.spool.messages",
                "Mails on a queue of the spool, those in a worker's hands included");
        this.bytes = new GaugeRows(registry, "backupmx.spool.bytes", "Stored bytes on a queue of the spool", "bytes");
        this.oldest = new GaugeRows(
                registry,
                "backupmx.spool.oldest.age",
                "Age of the first mail on a queue of the spool, since it arrived",
                "seconds");
    }

    public void start() {
        periodic.start();
    }

    @Override
    public void close() {
        closed = true; // the broker goes, too, and need not have answered
        periodic.close();
    }

    void refresh() {
        try {
            show(spool.depthsOfLate());
            answered = true;
        } catch (SpoolException e) {
            if (answered && !closed) {
                LOG.atWarn().addKeyValue("cause", e.getMessage()).log("spool counters are not to be had");
            }
            answered = false;
            show(List.of());
        }
    }

    private void show(List<QueueDepth> depths) {
        List<QueueDepth> queues = withLanesTogether(depths);
        messages.show(figures(queues, QueueDepth::messages));
        List<QueueDepth> detailed =
                queues.stream().filter(SpoolMetrics::isDetailed).toList();
        bytes.show(figures(detailed, QueueDepth::bytes));
        oldest.show(figures(
                detailed, depth -> depth.oldest().map(Duration::toMillis).orElse(0L) / 1000.0));
    }

    private static List<QueueDepth> withLanesTogether(List<QueueDepth> depths) {
        return Stream.concat(
                        depths.stream().filter(depth -> !(depth.queue() instanceof SpoolQueue.ForRoute)),
                        QueueDepth.byRoute(depths).values().stream())
                .toList();
    }

    /** The few that are no route's always are, also when they are empty: an alarm on them should not go blind. */
    private static boolean isDetailed(QueueDepth depth) {
        return !(depth.queue() instanceof SpoolQueue.ForRoute)
                || depth.bytes() > 0
                || depth.oldest().isPresent();
    }

    private static Map<Tags, Double> figures(List<QueueDepth> depths, ToDoubleFunction<QueueDepth> figure) {
        return depths.stream()
                .collect(Collectors.toMap(depth -> tags(depth.queue()), figure::applyAsDouble, Double::sum));
    }

    private static Tags tags(SpoolQueue queue) {
        return switch (queue) {
            case SpoolQueue.ForRoute(Route route, Lane _) -> Tags.of("queue", "route", "next_hop", route.toString());
            case SpoolQueue.Retry(Duration delay) ->
                Tags.of("queue", "retry-" + Durations.format(delay), "next_hop", "");
            case SpoolQueue.Reports(ReportKind kind) ->
                Tags.of("queue", "report-" + kind.name().toLowerCase(Locale.ROOT), "next_hop", "");
            case SpoolQueue.Failed _ -> Tags.of("queue", "failed", "next_hop", "");
            case SpoolQueue.DeadLetter _ -> Tags.of("queue", "dead-letter", "next_hop", "");
        };
    }
}
