package io.backupmx.spool.artemis;

import io.backupmx.spool.ListedMail;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Feeds over one shared connection. */
final class ArtemisReader implements SpoolReader {

    /** For all feeds together to end, the broker willing. */
    private static final Duration CLOSING = Duration.ofSeconds(6);

    private final SharedLink links;
    private final Path spillDirectory;
    private final Runnable onNoRoomPause;
    private final ArrivalHints hints;
    private final RecentCounts counts = new RecentCounts();
    private final List<RouteWatch> watches = new CopyOnWriteArrayList<>();
    private final Set<RouteFeed> routeFeeds = ConcurrentHashMap.newKeySet();
    private final List<RetryFeed> retryFeeds = new CopyOnWriteArrayList<>();

    /** @param onNoRoomPause told each time a feed pauses for want of room */
    ArtemisReader(Links links, Path spillDirectory, Runnable onNoRoomPause) {
        this.links = new SharedLink(links);
        this.spillDirectory = spillDirectory;
        this.onNoRoomPause = onNoRoomPause;
        this.hints = new ArrivalHints(this.links::get);
        hints.start();
    }

    @Override
    public Feed feed(SpoolQueue.ForRoute queue, Taker taker) {
        return open(queue, taker);
    }

    @Override
    public Feed feed(SpoolQueue.Reports queue, Taker taker) {
        return open(queue, taker);
    }

    private Feed open(SpoolQueue queue, Taker taker) {
        RouteFeed feed = new RouteFeed(queue, taker, links, spillDirectory, hints::tell, onNoRoomPause);
        routeFeeds.add(feed);
        feed.start();
        return new Feed() {
            @Override
            public void wake() {
                feed.wake();
            }

            @Override
            public void close(Duration grace) {
                try {
                    feed.close(grace);
                } finally {
                    routeFeeds.remove(feed); // they come and go with every pause of their route
                }
            }
        };
    }

    /** How many feeds of routes are not closed yet. */
    int openRouteFeeds() {
        return routeFeeds.size();
    }

    @Override
    public DelayFeed feed(SpoolQueue.Retry queue, Places places) {
        RetryFeed feed = new RetryFeed(queue, places, links, spillDirectory, hints::tell, onNoRoomPause);
        retryFeeds.add(feed);
        feed.start();
        return new DelayFeed() {
            @Override
            public void flush() {
                feed.flush();
            }

            @Override
            public Optional<ListedMail> held() {
                return feed.held();
            }

            @Override
            public void close(Duration grace) {
                try {
                    feed.close(grace);
                } finally {
                    retryFeeds.remove(feed); // delays come and go with the configuration
                }
            }
        };
    }

    @Override
    public AutoCloseable watch(Consumer<Set<SpoolQueue.ForRoute>> listener) {
        RouteWatch watch = new RouteWatch(links, counts, listener);
        watches.add(watch);
        watch.start();
        return watch;
    }

    /** Tells workers of mail that was put onto {@code queue}. */
    void arrived(SpoolQueue.ForRoute queue) {
        hints.tell(queue);
    }

    /** What was found last of how much is on which queue. */
    RecentCounts counts() {
        return counts;
    }

    /** Mail of {@code queue} that a feed holds back until it is due. */
    List<ListedMail> held(SpoolQueue queue) {
        return retryFeeds.stream()
                .filter(feed -> feed.queue().equals(queue))
                .map(RetryFeed::held)
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public void close() {
        // At once: one that waits for a broker that does not answer must not make the others wait their turn.
        List<Thread> closing = Stream.of(
                        watches.stream().<Runnable>map(watch -> watch::close),
                        routeFeeds.stream().<Runnable>map(feed -> () -> feed.close(Duration.ZERO)),
                        retryFeeds.stream().<Runnable>map(feed -> () -> feed.close(Duration.ZERO)))
                .flatMap(closings -> closings)
                .map(close -> Thread.ofVirtual().name("feed-closing").start(close))
                .toList();
        long end = System.nanoTime() + CLOSING.toNanos();
        try {
            for (Thread thread : closing) {
                boolean _ = thread.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        hints.close();
        links.close();
    }
}
