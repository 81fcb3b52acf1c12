package io.backupmx.worker.delivery;

import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves every retry queue there is: those of the delays configured now, and those of delays that were configured before, or
 * are on another worker, so that a change of {@code retry.delays} strands no mail.
 */
final class RetryQueues implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RetryQueues.class);

    private static final Duration CLOSING = Duration.ofSeconds(6);

    private final SpoolReader spool;
    private final SpoolAdmin admin;
    private final Duration askEvery;
    private final SpoolReader.Places places;
    private final Map<String, SpoolReader.DelayFeed> feeds = new LinkedHashMap<>(); // by name of queue
    private final Thread asking = Thread.ofVirtual().name("retry-queues").unstarted(this::run);
    private boolean closed;

    /**
     * @param askEvery how long a queue that was not to be seen before may wait
     * @param places where due mail may go at once
     */
    RetryQueues(SpoolReader spool, SpoolAdmin admin, Duration askEvery, SpoolReader.Places places) {
        this.spool = spool;
        this.admin = admin;
        this.askEvery = askEvery;
        this.places = places;
    }

    /** Serves those of {@code configured} now, the others as soon as the spool tells of them. */
    void start(List<Duration> configured) {
        serve(configured);
        asking.start();
    }

    /** Serves these, too. */
    void serve(List<Duration> delays) {
        delays.forEach(delay -> serve(new SpoolQueue.Retry(delay)));
    }

    private void run() {
        try {
            while (!isClosed()) {
                ask();
                Thread.sleep(askEvery);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void ask() {
        try {
            for (QueueDepth depth : admin.depthsOfLate()) {
                if (depth.queue() instanceof SpoolQueue.Retry queue) {
                    serve(queue);
                }
            }
        } catch (SpoolException e) {
            LOG.atDebug().setCause(e).log("retry queues not listed, to be asked for again");
        } catch (RuntimeException | Error e) {
            LOG.atWarn().setCause(e).log("retry queues not listed, to be asked for again");
        }
    }

    private synchronized void serve(SpoolQueue.Retry queue) {
        if (!closed) {
            var _ = feeds.computeIfAbsent(QueueNames.nameOf(queue), _ -> spool.feed(queue, places));
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Mail deferred before this call is due now. Blocks as far as the spool does. */
    void flush() {
        for (SpoolReader.DelayFeed feed : feeds()) {
            try {
                feed.flush();
            } catch (RuntimeException | Error e) {
                LOG.atWarn().setCause(e).log("deferred mail not flushed");
            }
        }
    }

    /** Mail that is held until it is due, which no listing of the spool by another worker shows. */
    List<ListedMail> held() {
        return feeds().stream()
                .map(SpoolReader.DelayFeed::held)
                .flatMap(Optional::stream)
                .toList();
    }

    private synchronized List<SpoolReader.DelayFeed> feeds() {
        return List.copyOf(feeds.values());
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        asking.interrupt();
        try {
            Together.close(feeds().stream().<Runnable>map(feed -> feed::close).toList(), CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
