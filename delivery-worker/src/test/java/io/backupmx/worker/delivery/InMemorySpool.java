package io.backupmx.worker.delivery;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.route.Route;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.BrokerStatus;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The spool's contract without a broker and without a disk. */
final class InMemorySpool implements SpoolReader {

    /** One mail at rest. */
    record Stored(Route route, Envelope envelope, Content content, int deliveries, Instant dueAt) {}

    private static final Duration WATCH = Duration.ofMillis(20);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Route, Deque<Stored>> routes = new HashMap<>();
    private final Map<ReportKind, Deque<Stored>> reports = new EnumMap<>(ReportKind.class);
    private final Map<Duration, List<Stored>> deferred = new LinkedHashMap<>();
    private boolean unavailable;
    private final List<Stored> failed = new ArrayList<>();
    private int taken;
    private int givenBack;
    private boolean holdsGiveBacks;
    private boolean lost;
    private final List<Runnable> heldBack = new ArrayList<>();
    private boolean closed;

    void store(Route route, Envelope envelope, Content content) {
        store(new Stored(route, envelope, content, 0, Instant.EPOCH));
    }

    void store(Stored mail) {
        lock.lock();
        try {
            queue(mail.route()).addLast(mail);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<Stored> waiting(Route route) {
        return locked(() -> List.copyOf(queue(route)));
    }

    List<Stored> deferred() {
        return locked(() -> deferred.values().stream().flatMap(List::stream).toList());
    }

    List<Stored> failed() {
        return locked(() -> List.copyOf(failed));
    }

    int givenBack() {
        return locked(() -> givenBack);
    }

    /** From now on mail that is given back is not there again before {@link #releaseGiveBacks}. */
    void holdGiveBacks() {
        lock.lock();
        try {
            holdsGiveBacks = true;
        } finally {
            lock.unlock();
        }
    }

    /** What is taken, and will be, is its taker's beyond doubt, or not. */
    void mailIsOurs(boolean sure) {
        lock.lock();
        try {
            lost = !sure;
        } finally {
            lock.unlock();
        }
    }

    /** Those that are held so far stay so. */
    void holdNoFurtherGiveBacks() {
        lock.lock();
        try {
            holdsGiveBacks = false;
        } finally {
            lock.unlock();
        }
    }

    void releaseGiveBacks() {
        lock.lock();
        try {
            holdsGiveBacks = false;
            heldBack.forEach(Runnable::run);
            heldBack.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Mails in takers' hands. */
    int taken() {
        return locked(() -> taken);
    }

    private <T> T locked(Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }

    private Deque<Stored> queue(Route route) {
        return routes.computeIfAbsent(route, _ -> new ArrayDeque<>());
    }

    private Deque<Stored> reports(ReportKind kind) {
        return reports.computeIfAbsent(kind, _ -> new ArrayDeque<>());
    }

    private List<Stored> deferred(Duration delay) {
        return deferred.computeIfAbsent(delay, _ -> new ArrayList<>());
    }

    /** Mail that was deferred for {@code delay} and is due. */
    void storeDeferred(Duration delay, Route route, Envelope envelope, Content content) {
        lock.lock();
        try {
            deferred(delay).add(new Stored(route, envelope, content, 0, Instant.EPOCH));
        } finally {
            lock.unlock();
        }
    }

    /** Whether the {@link #admin} fails. */
    void unavailable(boolean now) {
        lock.lock();
        try {
            unavailable = now;
        } finally {
            lock.unlock();
        }
    }

    /** Tells of the retry queues only. */
    SpoolAdmin admin() {
        return new SpoolAdmin() {
            @Override
            public BrokerStatus broker() {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<QueueDepth> depths() {
                return locked(() -> {
                    if (unavailable) {
                        throw new SpoolException(SpoolException.Kind.UNAVAILABLE, "no broker");
                    }
                    return deferred.entrySet().stream()
                            .map(e -> new QueueDepth(
                                    new SpoolQueue.Retry(e.getKey()),
                                    e.getValue().size(),
                                    0,
                                    Optional.empty()))
                            .toList();
                });
            }

            @Override
            public List<SpoolQueue> occupied() {
                return depths().stream().map(QueueDepth::queue).toList();
            }

            @Override
            public void browse(List<SpoolQueue> queues, Predicate<ListedMail> viewer) {}

            @Override
            public int release(Optional<QueueId> id) {
                return 0;
            }

            @Override
            public int bounce(Optional<QueueId> id) {
                return locked(() -> {
                    List<Stored> moved = failed.stream()
                            .filter(mail -> id.isEmpty()
                                    || id.get().equals(mail.envelope().queueId()))
                            .filter(mail -> !(mail.envelope().from() instanceof ReversePath.Null))
                            .toList();
                    failed.removeAll(moved);
                    reports(ReportKind.DEMANDED).addAll(moved);
                    return moved.size();
                });
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Feed feed(SpoolQueue.ForRoute queue, Taker taker) {
        return feed(() -> queue(queue.route()), taker);
    }

    @Override
    public Feed feed(SpoolQueue.Reports queue, Taker taker) {
        return feed(() -> reports(queue.kind()), taker);
    }

    private Feed feed(Supplier<Deque<Stored>> queue, Taker taker) {
        RouteFeed feed = new RouteFeed(queue, taker);
        Thread.ofVirtual().name("feed").start(feed::run);
        return feed;
    }

    @Override
    public DelayFeed feed(SpoolQueue.Retry queue, Places places) {
        RetryFeed feed = new RetryFeed(queue, places);
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
                    Set<Route> waiting = locked(() -> routes.entrySet().stream()
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
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class RouteFeed implements Feed {
        private final Supplier<Deque<Stored>> queue;
        private final Taker taker;
        private boolean over;

        RouteFeed(Supplier<Deque<Stored>> queue, Taker taker) {
            this.queue = queue;
            this.taker = taker;
        }

        @Override
        public void wake() {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void run() {
            while (true) {
                boolean wanted = taker.wantsMail();
                Stored mail;
                lock.lock();
                try {
                    mail = wanted ? queue.get().pollFirst() : null;
                    if (over || closed) {
                        if (mail != null) {
                            queue.get().addFirst(mail);
                        }
                        mail = null;
                    }
                    if (mail != null) {
                        taken++;
                    }
                } finally {
                    lock.unlock();
                }
                if (mail != null) {
                    taker.accept(new Taken(mail, queue));
                    continue;
                }
                if (wanted) {
                    taker.none();
                }
                if (pause()) {
                    return;
                }
            }
        }

        private boolean pause() {
            lock.lock();
            try {
                long left = POLL_NANOS;
                while (left > 0 && !over && !closed) {
                    left = changed.awaitNanos(left);
                }
                return over || closed;
            } catch (InterruptedException e) {
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close(Duration grace) {
            lock.lock();
            try {
                over = true;
            } finally {
                lock.unlock();
            }
        }
    }

    private final class RetryFeed implements DelayFeed {
        private final SpoolQueue.Retry queue;
        private final Places places;
        private boolean over;
        private Instant flushedAt = Instant.MIN;

        RetryFeed(SpoolQueue.Retry queue, Places places) {
            this.queue = queue;
            this.places = places;
        }

        void run() {
            for (Optional<Stored> due = nextDue(); due.isPresent(); due = nextDue()) {
                Stored mail = due.get();
                Optional<Taker> place = places.placeFor(mail.route());
                if (place.isPresent()) {
                    place.get().accept(new Taken(mail));
                } else {
                    moved(mail);
                }
            }
        }

        private void moved(Stored mail) {
            lock.lock();
            try {
                taken--;
                store(mail);
            } finally {
                lock.unlock();
            }
        }

        /** Counts as taken. Empty when the feed is over. */
        private Optional<Stored> nextDue() {
            lock.lock();
            try {
                while (!over && !closed) {
                    Instant now = Instant.now();
                    List<Stored> waiting = deferred(queue.delay());
                    Optional<Stored> due = waiting.stream()
                            .filter(mail -> !mail.dueAt().isAfter(now) || isFlushed(mail))
                            .findFirst();
                    if (due.isPresent()) {
                        waiting.remove(due.get());
                        taken++;
                        return due;
                    }
                    long _ = changed.awaitNanos(POLL_NANOS);
                }
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            } finally {
                lock.unlock();
            }
        }

        private boolean isFlushed(Stored mail) {
            return mail.dueAt().minus(queue.delay()).isBefore(flushedAt);
        }

        @Override
        public Optional<ListedMail> held() {
            return locked(() -> deferred(queue.delay()).stream()
                    .findFirst()
                    .map(mail -> new ListedMail(
                            queue,
                            mail.route(),
                            mail.envelope(),
                            mail.content().sizeBytes(),
                            Optional.of(mail.dueAt()))));
        }

        @Override
        public void flush() {
            lock.lock();
            try {
                flushedAt = Instant.now();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close(Duration grace) {
            lock.lock();
            try {
                over = true;
            } finally {
                lock.unlock();
            }
        }
    }

    private final class Taken implements TakenMail {
        private final Stored mail;
        private final Runnable putBack;
        private @Nullable Settlement settled;

        /** From a retry queue: given back it goes behind its route's. */
        Taken(Stored mail) {
            this.mail = mail;
            this.putBack = () -> queue(mail.route()).addLast(mail);
        }

        /** As if never taken: the broker does not count these, either. */
        Taken(Stored mail, Supplier<Deque<Stored>> home) {
            this.mail = mail;
            this.putBack = () -> home.get().addFirst(mail);
        }

        private void putBack() {
            putBack.run();
        }

        @Override
        public Route route() {
            return mail.route();
        }

        @Override
        public Envelope envelope() {
            return mail.envelope();
        }

        @Override
        public Content content() {
            return mail.content();
        }

        @Override
        public int deliveryCount() {
            return mail.deliveries() + 1;
        }

        @Override
        public boolean isOurs() {
            lock.lock();
            try {
                return !lost;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public CompletionStage<Void> settle(Settlement settlement) {
            lock.lock();
            try {
                if (settled != null) {
                    throw new IllegalStateException("settled twice: " + settled + ", " + settlement);
                }
                settled = settlement;
                taken--;
                switch (settlement) {
                    case Settlement.GiveBack _ -> {
                        givenBack++;
                        if (holdsGiveBacks) {
                            CompletableFuture<Void> done = new CompletableFuture<>();
                            heldBack.add(() -> {
                                putBack();
                                done.complete(null);
                            });
                            return done;
                        }
                        putBack();
                    }
                    case Settlement.Replace(List<Settlement.Copy> copies) -> copies.forEach(this::put);
                }
                changed.signalAll();
                return CompletableFuture.completedFuture(null);
            } finally {
                lock.unlock();
            }
        }

        private void put(Settlement.Copy copy) {
            Duration delay = copy instanceof Settlement.Copy.Retry retry ? retry.delay() : Duration.ZERO;
            Stored copied = new Stored(
                    mail.route(),
                    copy.envelope(),
                    mail.content(),
                    0,
                    Instant.now().plus(delay));
            switch (copy) {
                case Settlement.Copy.Retry _ -> deferred(delay).add(copied);
                case Settlement.Copy.Failed _ -> failed.add(copied);
                case Settlement.Copy.Report report -> reports(report.kind()).addLast(copied);
                case Settlement.Copy.Fresh fresh ->
                    queue(fresh.route())
                            .addLast(new Stored(fresh.route(), fresh.envelope(), fresh.content(), 0, Instant.EPOCH));
                case Settlement.Copy.Requeued _ -> queue(mail.route()).addLast(copied);
            }
        }
    }
}
