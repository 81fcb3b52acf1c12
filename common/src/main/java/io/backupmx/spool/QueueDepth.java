package io.backupmx.spool;

import java.time.Duration;
import java.util.Optional;

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
}
