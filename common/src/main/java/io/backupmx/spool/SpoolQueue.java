package io.backupmx.spool;

import io.backupmx.route.Route;
import java.time.Duration;

/** A queue of the spool. */
public sealed interface SpoolQueue {

    /** Mail to be tried now, or as soon as its route is up. */
    record ForRoute(Route route) implements SpoolQueue {}

    /** Deferred mail of all routes that waits equally long, so that its head is due first. */
    record Retry(Duration delay) implements SpoolQueue {}

    /** Mail whose recipients ended without delivery, waiting for an operator. */
    record Failed() implements SpoolQueue {}

    /** Mail about which its sender may have to be told, until that is decided. Never for long. */
    record Reports(ReportKind kind) implements SpoolQueue {}

    /** Mail that the broker could not route anywhere: never in normal running, alarmed when not empty. */
    record DeadLetter() implements SpoolQueue {}
}
