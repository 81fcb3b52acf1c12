package io.backupmx.spool;

import io.backupmx.route.Route;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A queue of the spool. */
public sealed interface SpoolQueue {

    /** Mail to be tried now, or as soon as its route is up. */
    record ForRoute(Route route, Lane lane) implements SpoolQueue {

        /** A held domain has one queue, for nobody reads it: whatever is said, its lane is the {@link Lane#FRESH} one. */
        public ForRoute {
            lane = route instanceof Route.Hold ? Lane.FRESH : lane;
        }

        /** The lane of fresh mail. */
        public ForRoute(Route route) {
            this(route, Lane.FRESH);
        }

        /** All queues of {@code route}, that of fresh mail first. */
        public static List<ForRoute> lanesOf(Route route) {
            return Stream.of(Lane.values())
                    .map(lane -> new ForRoute(route, lane))
                    .distinct()
                    .toList();
        }
    }

    /** Deferred mail of all routes that waits equally long, so that its head is due first. */
    record Retry(Duration delay) implements SpoolQueue {}

    /** Mail whose recipients ended without delivery, waiting for an operator. */
    record Failed() implements SpoolQueue {}

    /** Mail about which its sender may have to be told, until that is decided. Never for long. */
    record Reports(ReportKind kind) implements SpoolQueue {}

    /** Mail that the broker could not route anywhere: never in normal running, alarmed when not empty. */
    record DeadLetter() implements SpoolQueue {}
}
