package io.backupmx.worker.delivery;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The spool's contract without a broker and without a disk. */
final class InMemorySpool implements SpoolReader {

    private static final Duration WATCH = Duration.ofMillis(20);

    private final InMemoryQueues queues = new InMemoryQueues();
    private final Set<SpoolQueue.ForRoute> read = ConcurrentHashMap.newKeySet();

    void store(Route route, Envelope envelope, Content content) {
        store(new StoredMail(route, envelope, content, 0, Instant.EPOCH));
    }

    void store(StoredMail mail) {
        queues.store(mail, Lane.FRESH);
    }

    void storeBehind(Route route, Envelope envelope, Content content) {
        queues.store(new StoredMail(route, envelope, content, 0, Instant.EPOCH), Lane.BACKLOG);
    }

    /** Mail that was deferred for {@code delay} and is due. */
    void storeDeferred(Duration delay, Route route, Envelope envelope, Content content) {
        change(() -> queues.deferred(delay).add(new StoredMail(route, envelope, content, 0, Instant.EPOCH)));
    }

    List<StoredMail> waiting(Route route) {
        return queues.locked(() -> SpoolQueue.ForRoute.lanesOf(route).stream()
                .flatMap(queue -> queues.queue(queue).stream())
                .toList());
    }

    List<StoredMail> waiting(Route route, Lane lane) {
        return queues.locked(() -> List.copyOf(queues.queue(route, lane)));
    }

    /** The queues of routes that somebody reads now. */
    Set<SpoolQueue.ForRoute> read() {
        return Set.copyOf(read);
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

    /** From now on nothing that is taken leaves its queue. */
    void refuseSettlements() {
        change(() -> queues.refusesSettlements = true);
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
        read.add(queue);
        Feed feed = feed(queue.lane(), () -> queues.queue(queue), taker);
        return new Feed() {
            @Override
            public void wake() {
                feed.wake();
            }

            @Override
            public void close(Duration grace) {
                read.remove(queue);
                feed.close(grace);
            }
        };
    }

    @Override
    public Feed feed(SpoolQueue.Reports queue, Taker taker) {
        return feed(Lane.BACKLOG, () -> queues.reports(queue.kind()), taker);
    }

    private Feed feed(Lane lane, Supplier<Deque<StoredMail>> queue, Taker taker) {
        InMemoryFeed feed = new InMemoryFeed(queues, lane, queue, taker);
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
    public AutoCloseable watch(Consumer<Set<SpoolQueue.ForRoute>> listener) {
        Thread watching = Thread.ofVirtual().name("watch").start(() -> {
            try {
                while (true) {
                    Set<SpoolQueue.ForRoute> waiting = queues.locked(() -> queues.routes.entrySet().stream()
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
