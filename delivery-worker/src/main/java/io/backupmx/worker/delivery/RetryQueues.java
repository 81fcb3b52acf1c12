package io.backupmx.worker.delivery;

import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves every retry queue there is: those of the delays configured now, and, for as long as they have mail, those of delays that were
 * configured before, or are on another worker, so that a change of {@code retry.delays} or a domain's strands no mail.
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
    private Set<String> configured = Set.of();
    private Set<String> idle = Set.of(); // of those not configured, when the spool was asked last
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

    /** Serves those of {@code delays} now, the others as soon as the spool tells of them. */
    void start(List<Duration> delays) {
        configure(delays);
        asking.start();
    }

    /** These are the configured ones from now on. */
    synchronized void configure(List<Duration> delays) {
        List<SpoolQueue.Retry> queues =
                delays.stream().map(SpoolQueue.Retry::new).toList();
        configured = queues.stream().map(QueueNames::nameOf).collect(Collectors.toUnmodifiableSet());
        queues.forEach(this::serve);
    }

    private void run() {
        try {
            while (!isClosed()) {
                Together.close(ask(), CLOSING);
                Thread.sleep(askEvery);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Has those served that have mail; returns what there is to close. */
    private List<Runnable> ask() {
        try {
            Set<String> occupied = new HashSet<>();
            for (QueueDepth depth : admin.depthsOfLate()) {
                if (depth.queue() instanceof SpoolQueue.Retry queue && depth.messages() > 0) {
                    occupied.add(QueueNames.nameOf(queue));
                    serve(queue);
                }
            }
            return leaveIdle(occupied);
        } catch (SpoolException e) {
            LOG.atDebug().setCause(e).log("retry queues not listed, to be asked for again");
        } catch (RuntimeException | Error e) {
            LOG.atWarn().setCause(e).log("retry queues not listed, to be asked for again");
        }
        return List.of();
    }

    private synchronized void serve(SpoolQueue.Retry queue) {
        if (!closed) {
            var _ = feeds.computeIfAbsent(QueueNames.nameOf(queue), _ -> spool.feed(queue, places));
        }
    }

    /** Those that are not configured and had no mail twice in a row; whoever defers mail to one of them has it found again. */
    private synchronized List<Runnable> leaveIdle(Set<String> occupied) {
        Set<String> now = new HashSet<>(feeds.keySet());
        now.removeAll(configured);
        now.removeAll(occupied);
        List<Runnable> closings = new ArrayList<>();
        for (String name : now) {
            SpoolReader.DelayFeed feed = idle.contains(name) ? feeds.remove(name) : null;
            if (feed != null) {
                closings.add(feed::close);
            }
        }
        idle = now;
        return closings;
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
