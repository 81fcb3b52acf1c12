package io.backupmx.spool;

import java.time.Duration;
import java.util.Optional;

/**
 * One queue's counters, from the broker, without reading mail.
 *
 * @param messages all that are on it, taken and unsettled ones included
 * @param bytes of their stored form
 * @param oldest age of the mail at the head; empty when the queue is
 */
public record QueueDepth(SpoolQueue queue, long messages, long bytes, Optional<Duration> oldest) {}
