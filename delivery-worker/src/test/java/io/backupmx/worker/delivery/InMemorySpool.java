package io.backupmx.worker.delivery;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The spool's contract without a broker and without a disk. */
final class InMemorySpool implements SpoolReader {

    private static final Duration WATCH = Duration.ofMillis(20);

    private final InMemoryQueues queues = new InMemoryQueues();

    void store(Route route, Envelope envelope, Content content) {
        store(new StoredMail(route, envelope, content, 0, Instant.EPOCH));
    }

    void store(StoredMail mail) {
        queues.store(mail);
    }

    /** Mail that was deferred for {@code delay} and is due. */
    void storeDeferred(Duration delay, Route route, Envelope envelope, Content content) {
        change(() -> queues.deferred(delay).add(new StoredMail(route, envelope, content, 0, Instant.EPOCH)));
    }

    List<StoredMail> waiting(Route route) {
        return queues.locked(() -> List.copyOf(queues.queue(route)));
    }

    List<StoredMail> deferred() {
        return queues.locked(
                () -> queues.deferred.values().stream().flatMap(List::stream).toList());
    }

    List<StoredMail> failed() {
        return queues.locked(() -> List.copyOf(queues.failed));
    }

    int givenBack() {
        return queues.locked(() -> queues.givenBack);
    }

    /** Retry queues that are served. */
    int feeds() {
        return queues.locked(() -> queues.feeds);
    }

    /** Mails in takers' hands. */
    int taken() {
        return queues.locked(() -> queues.taken);
    }

    /** From now on mail that is given back is not there again before {@link #releaseGiveBacks}. */
    void holdGiveBacks() {
        change(() -> queues.holdsGiveBacks = true);
    }

    /** Those that are held so far stay so. */
    void holdNoFurtherGiveBacks() {
        change(() -> queues.holdsGiveBacks = false);
    }

    void releaseGiveBacks() {
        change(() -> {
            queues.holdsGiveBacks = false;
            queues.heldBack.forEach(Runnable::run);
            queues.heldBack.clear();
            queues.changed.signalAll();
        });
    }

    /** What is taken, and will be, is its taker's beyond doubt, or not. */
    void mailIsOurs(boolean sure) {
        change(() -> queues.lost = !sure);
    }

    /** Whether the {@link #admin} fails. */
    void unavailable(boolean now) {
        change(() -> queues.unavailable = now);
    }

    private void change(Runnable change) {
        queues.lock.lock();
        try {
            change.run();
        } finally {
            queues.lock.unlock();
        }
    }

    /** Tells of retry queues and routes. */
    InMemoryAdmin admin() {
        return new InMemoryAdmin(queues);
    }

    @Override
    public Feed feed(SpoolQueue.ForRoute queue, Taker taker) {
        return feed(() -> queues.queue(queue.route()), taker);
    }

    @Override
    public Feed feed(SpoolQueue.Reports queue, Taker taker) {
        return feed(() -> queues.reports(queue.kind()), taker);
    }

    private Feed feed(Supplier<Deque<StoredMail>> queue, Taker taker) {
        InMemoryFeed feed = new InMemoryFeed(queues, queue, taker);
        Thread.ofVirtual().name("feed").start(feed::run);
        return feed;
    }

    @Override
    public DelayFeed feed(SpoolQueue.Retry queue, Places places) {
        InMemoryDelayFeed feed = new InMemoryDelayFeed(queues, queue, places);
        change(() -> queues.feeds++);
        Thread.ofVirtual().name("retry-feed").start(feed::run);
        return feed;
    }

    @Override
    public Duration sweep() {
        return WATCH.multipliedBy(10);
    }

    /** Looks all the time: what a broker's hints come to. */
    @Override
    public AutoCloseable watch(Consumer<Set<Route>> listener) {
        Thread watching = Thread.ofVirtual().name("watch").start(() -> {
            try {
                while (true) {
                    Set<Route> waiting = queues.locked(() -> queues.routes.entrySet().stream()
                            .filter(entry -> !entry.getValue().isEmpty())
                            .map(Map.Entry::getKey)
                            .collect(Collectors.toSet()));
                    listener.accept(waiting);
                    Thread.sleep(WATCH);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // closed
            }
        });
        return watching::interrupt;
    }

    @Override
    public void close() {
        change(() -> {
            queues.closed = true;
            queues.changed.signalAll();
        });
    }
}
