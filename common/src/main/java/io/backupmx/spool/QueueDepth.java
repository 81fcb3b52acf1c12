package io.backupmx.spool;

import io.backupmx.route.Route;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One queue's counters, from the broker, without reading mail. Every queue has its count; bytes and age cost the broker a
 * question each, so only {@link #MAX_DETAILED} queues are asked for them: retry, failed and dead-letter queues, then the
 * longest ones of routes.
 *
 * @param messages all that are on it, taken and unsettled ones included
 * @param bytes of their stored form; 0 where not asked for
 * @param oldest age of the mail at the head; empty when the queue is, or where not asked for
 */
public record QueueDepth(SpoolQueue queue, long messages, long bytes, Optional<Duration> oldest) {

    /** Queues whose bytes and oldest mail are told in one listing. */
    public static final int MAX_DETAILED = 200;

    /** What waits on the routes among {@code depths}, both lanes of each together: by the queue of its fresh mail, the older head. */
    public static Map<Route, QueueDepth> byRoute(Collection<QueueDepth> depths) {
        Map<Route, QueueDepth> byRoute = new HashMap<>();
        for (QueueDepth depth : depths) {
            if (depth.queue() instanceof SpoolQueue.ForRoute(Route route, Lane _)) {
                byRoute.merge(
                        route,
                        new QueueDepth(new SpoolQueue.ForRoute(route), depth.messages, depth.bytes, depth.oldest),
                        QueueDepth::and);
            }
        }
        return byRoute;
    }

    private QueueDepth and(QueueDepth other) {
        return new QueueDepth(
                queue,
                messages + other.messages,
                bytes + other.bytes,
                Stream.of(oldest, other.oldest).flatMap(Optional::stream).max(Duration::compareTo));
    }
}
