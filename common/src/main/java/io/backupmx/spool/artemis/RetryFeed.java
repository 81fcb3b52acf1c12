package io.backupmx.spool.artemis;

import io.backupmx.config.Durations;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves a retry queue: {@link DelaySession} after {@link DelaySession}, as connections come and go. */
final class RetryFeed implements SpoolReader.DelayFeed {

    private static final Logger LOG = LoggerFactory.getLogger(RetryFeed.class);

    /** How long a session may take to end beyond the grace, before its thread is left to itself (ms). */
    private static final long END_MILLIS = 5000;

    private final SpoolQueue.Retry queue;
    private final SpoolReader.Places places;
    private final SharedLink links;
    private final Path spillDirectory;
    private final Runnable onNoRoomPause;
    private final Consumer<SpoolQueue.ForRoute> arrivals;
    private final DelayClock clock;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong closeBy = new AtomicLong();
    private volatile @Nullable DelaySession session;

    RetryFeed(
            SpoolQueue.Retry queue,
            SpoolReader.Places places,
            SharedLink links,
            Path spillDirectory,
            Consumer<SpoolQueue.ForRoute> arrivals,
            Runnable onNoRoomPause) {
        this.queue = queue;
        this.places = places;
        this.links = links;
        this.spillDirectory = spillDirectory;
        this.onNoRoomPause = onNoRoomPause;
        this.arrivals = arrivals;
        this.clock = new DelayClock(queue.delay(), InstantSource.system(), System::nanoTime);
        this.thread =
                Thread.ofVirtual().name("retry-" + queue.delay().toSeconds()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    SpoolQueue.Retry queue() {
        return queue;
    }

    @Override
    public Optional<ListedMail> held() {
        return Optional.ofNullable(session).flatMap(DelaySession::held);
    }

    @Override
    public void flush() {
        clock.flush();
        DelaySession current = session;
        if (current != null) {
            current.wake();
        }
    }

    @Override
    public void close(Duration grace) {
        if (!isClosing()) {
            closeBy.set(System.nanoTime() + grace.toNanos());
            closed.countDown();
        }
        DelaySession current = session;
        if (current != null) {
            current.close(grace);
        }
        try {
            if (!thread.join(grace.plusMillis(END_MILLIS))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosing() {
        return closed.getCount() == 0;
    }

    private void run() {
        Backoff backoff = Backoff.quiet();
        while (!isClosing()) {
            Links.Link link = null;
            try {
                link = links.get();
                serve(link);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (NoRoomPause e) {
                session = null;
                onNoRoomPause.run();
                LOG.atError()
                        .addKeyValue("queue", QueueNames.nameOf(queue))
                        .addKeyValue("pause", Durations.format(NoRoomPause.LENGTH))
                        .addKeyValue("cause", e.getMessage())
                        .log("no room: retries paused");
                pauseWithoutRoom();
            } catch (ActiveMQException | IOException | RuntimeException | Error e) {
                session = null;
                if (link != null && !isClosing() && Failures.isConnectionLost(e)) {
                    links.broken(link);
                }
                if (isClosing() || !backoff.pause(e)) {
                    return;
                }
            } finally {
                session = null;
            }
        }
    }

    private void serve(Links.Link link) throws ActiveMQException, IOException, NoRoomPause, InterruptedException {
        DelaySession opened = new DelaySession(link, queue, places, clock, spillDirectory, arrivals);
        session = opened;
        if (isClosing()) {
            opened.close(Duration.ofNanos(Math.max(0, closeBy.get() - System.nanoTime())));
        }
        opened.run();
    }

    private void pauseWithoutRoom() {
        try {
            boolean _ = closed.await(NoRoomPause.LENGTH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
