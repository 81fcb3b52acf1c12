package io.backupmx.spool.artemis;

import io.backupmx.config.Durations;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes mail from a queue that is read at once: {@link FeedSession} after {@link FeedSession}, as connections come and go. */
final class RouteFeed implements SpoolReader.Feed {

    private static final Logger LOG = LoggerFactory.getLogger(RouteFeed.class);

    /** How long a session may take to end beyond the grace, before its thread is left to itself (ms). */
    private static final long END_MILLIS = 5000;

    private final SpoolQueue queue;
    private final SpoolReader.Taker taker;
    private final SharedLink links;
    private final Path spillDirectory;
    private final Consumer<SpoolQueue.ForRoute> arrivals;
    private final Runnable onNoRoomPause;
    private final Thread thread;
    private final AtomicLong closeBy = new AtomicLong();
    private volatile boolean closing;
    private volatile @Nullable FeedSession session;

    RouteFeed(
            SpoolQueue queue,
            SpoolReader.Taker taker,
            SharedLink links,
            Path spillDirectory,
            Consumer<SpoolQueue.ForRoute> arrivals,
            Runnable onNoRoomPause) {
        this.queue = queue;
        this.taker = taker;
        this.links = links;
        this.spillDirectory = spillDirectory;
        this.arrivals = arrivals;
        this.onNoRoomPause = onNoRoomPause;
        this.thread =
                Thread.ofVirtual().name("feed-" + QueueNames.nameOf(queue)).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    SpoolQueue queue() {
        return queue;
    }

    @Override
    public void wake() {
        FeedSession current = session;
        if (current != null) {
            current.wake();
        }
    }

    @Override
    public void close(Duration grace) {
        if (!closing) {
            closeBy.set(System.nanoTime() + grace.toNanos());
            closing = true;
        }
        FeedSession current = session;
        if (current != null) {
            current.close(grace);
        } else {
            thread.interrupt();
        }
        try {
            if (!thread.join(grace.plusMillis(END_MILLIS))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Backoff backoff = Backoff.quiet();
        while (!closing) {
            Links.Link link = null;
            try {
                link = links.get();
                FeedSession opened = new FeedSession(link, queue, taker, spillDirectory, arrivals);
                session = opened;
                if (closing) {
                    opened.close(Duration.ofNanos(Math.max(0, closeBy.get() - System.nanoTime())));
                }
                opened.run();
            } catch (NoRoomPause e) {
                session = null;
                onNoRoomPause.run();
                LOG.atError()
                        .addKeyValue("queue", QueueNames.nameOf(queue))
                        .addKeyValue("pause", Durations.format(NoRoomPause.LENGTH))
                        .addKeyValue("cause", e.getMessage())
                        .log("no room: queue paused");
                if (closing || !pauseWithoutRoom()) {
                    return;
                }
            } catch (ActiveMQException | IOException | RuntimeException | Error e) {
                session = null;
                if (link != null && Failures.isConnectionLost(e)) {
                    links.broken(link);
                }
                if (closing || !backoff.pause(e)) {
                    return;
                }
            } finally {
                session = null;
            }
        }
    }

    private boolean pauseWithoutRoom() {
        try {
            Thread.sleep(NoRoomPause.LENGTH);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
