package io.backupmx.worker.report;

import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolQueue;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/**
 * How much waits to be decided about: as the spool counted it last, and as it changed by this worker since. A flood of refused mail
 * whose senders' DNS is slow must not take the spool's disk: what is more than {@link #MAX_MAILS} or {@link #MAX_BYTES} of a kind is
 * not asked about any more, so that failed mail is failed mail at once, with its retention and its share of the disk. What an operator
 * has put there, who knows how much that is, counts for no other kind and has no bound. Safe from any thread.
 */
final class Backlog {

    /** At a slow DNS' worst, 15 s for each of five at once, the work of eight hours. */
    static final long MAX_MAILS = 10_000;

    /** As the spool counted them; what is stored until it counts again, once a minute, is beyond it. */
    static final long MAX_BYTES = 1L << 30;

    private record Waiting(long mails, long bytes) {
        static final Waiting NONE = new Waiting(0, 0);

        Waiting and(int more) {
            return new Waiting(Math.max(0, mails + more), bytes);
        }
    }

    private final Map<ReportKind, Waiting> waiting = new EnumMap<>(ReportKind.class);

    /** The spool has counted all its queues; those that are not among them are empty. */
    synchronized void counted(Collection<QueueDepth> depths) {
        waiting.clear();
        for (QueueDepth depth : depths) {
            if (depth.queue() instanceof SpoolQueue.Reports(ReportKind kind)) {
                waiting.put(kind, new Waiting(depth.messages(), depth.bytes()));
            }
        }
    }

    /** One more was stored. */
    synchronized void stored(ReportKind kind) {
        waiting.put(kind, of(kind).and(1));
    }

    /** One was decided about. */
    synchronized void decided(ReportKind kind) {
        waiting.put(kind, of(kind).and(-1));
    }

    /** Whether no more of this kind should be put there. */
    synchronized boolean isFull(ReportKind kind) {
        Waiting now = of(kind);
        return now.mails() >= MAX_MAILS || now.bytes() >= MAX_BYTES;
    }

    private Waiting of(ReportKind kind) {
        return waiting.getOrDefault(kind, Waiting.NONE);
    }
}
