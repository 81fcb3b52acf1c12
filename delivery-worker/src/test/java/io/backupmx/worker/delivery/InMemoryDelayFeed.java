package io.backupmx.worker.delivery;

import io.backupmx.spool.Lane;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Mail of one retry queue of an {@link InMemorySpool}, as it is due. */
final class InMemoryDelayFeed implements SpoolReader.DelayFeed {

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final InMemoryQueues queues;
    private final SpoolQueue.Retry queue;
    private final SpoolReader.Places places;
    private boolean over;
    private Instant flushedAt = Instant.MIN;

    InMemoryDelayFeed(InMemoryQueues queues, SpoolQueue.Retry queue, SpoolReader.Places places) {
        this.queues = queues;
        this.queue = queue;
        this.places = places;
    }

    void run() {
        for (Optional<StoredMail> due = nextDue(); due.isPresent(); due = nextDue()) {
            StoredMail mail = due.get();
            Optional<SpoolReader.Taker> place = places.placeFor(mail.route());
            if (place.isPresent()) {
                place.get().accept(new InMemoryTaken(queues, mail));
            } else {
                moved(mail);
            }
        }
    }

    private void moved(StoredMail mail) {
        queues.lock.lock();
        try {
            queues.taken--;
            queues.store(mail, Lane.BACKLOG);
        } finally {
            queues.lock.unlock();
        }
    }

    /** Counts as taken. Empty when the feed is over. */
    private Optional<StoredMail> nextDue() {
        queues.lock.lock();
        try {
            while (!over && !queues.closed) {
                Instant now = Instant.now();
                List<StoredMail> waiting = queues.deferred(queue.delay());
                Optional<StoredMail> due = waiting.stream()
                        .filter(mail -> !mail.dueAt().isAfter(now) || isFlushed(mail))
                        .findFirst();
                if (due.isPresent()) {
                    waiting.remove(due.get());
                    queues.taken++;
                    return due;
                }
                long _ = queues.changed.awaitNanos(POLL_NANOS);
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            queues.lock.unlock();
        }
    }

    private boolean isFlushed(StoredMail mail) {
        return mail.dueAt().minus(queue.delay()).isBefore(flushedAt);
    }

    @Override
    public Optional<ListedMail> held() {
        return queues.locked(() -> queues.deferred(queue.delay()).stream()
                .findFirst()
                .map(mail -> new ListedMail(
                        queue, mail.route(), mail.envelope(), mail.content().sizeBytes(), Optional.of(mail.dueAt()))));
    }

    @Override
    public void flush() {
        queues.lock.lock();
        try {
            flushedAt = Instant.now();
            queues.changed.signalAll();
        } finally {
            queues.lock.unlock();
        }
    }

    @Override
    public void close(Duration grace) {
        queues.lock.lock();
        try {
            queues.feeds -= over ? 0 : 1;
            over = true;
        } finally {
            queues.lock.unlock();
        }
    }
}
