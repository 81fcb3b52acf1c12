package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** More routes with mail than queues that may be read at once. */
class FeedBudgetTest {

    private static final Duration LONG = Duration.ofSeconds(5);

    private final Set<Integer> reading = ConcurrentHashMap.newKeySet();
    private static final int SLOW = 7;

    private final List<Integer> opened = new CopyOnWriteArrayList<>();
    private final FeedBudget budget = new FeedBudget(1);
    private CountDownLatch slowToEnd = new CountDownLatch(0);

    @Test
    void whoHasNothingToReadLeavesForTheNextInLine() {
        Supply first = supply(1, new AtomicBoolean(true));
        Supply second = supply(2, new AtomicBoolean(true));
        first.mailWaits();
        second.mailWaits();
        assertThat(reading).containsExactly(1);
        first.foundNone();
        await().atMost(LONG).until(() -> reading.equals(Set.of(2)));
        assertThat(first.hasMail()).isFalse();
    }

    @Test
    void nobodyLeavesWhileNobodyWaits() {
        Supply first = supply(1, new AtomicBoolean(true));
        first.mailWaits();
        first.foundNone();
        first.tick();
        assertThat(reading).containsExactly(1);
        assertThat(first.hasMail()).isTrue();
    }

    @Test
    void aGateThatHasShutMeanwhileDoesNotUseUpTheTurn() {
        AtomicBoolean gate = new AtomicBoolean(true);
        Supply first = supply(1, new AtomicBoolean(true));
        Supply shut = supply(2, gate);
        Supply third = supply(3, new AtomicBoolean(true));
        first.mailWaits();
        shut.mailWaits();
        third.mailWaits();
        gate.set(false);
        first.foundNone();
        await().atMost(LONG).until(() -> reading.equals(Set.of(3)));
        gate.set(true);
        shut.review();
        third.foundNone();
        await().atMost(LONG).until(() -> reading.equals(Set.of(2)));
    }

    @Test
    void aQueueIsReadAgainThoughItsFormerReaderIsStillDeliveringALastMail() {
        FeedBudget two = new FeedBudget(2);
        slowToEnd = new CountDownLatch(1);
        Supply first = new Supply(queue(SLOW), new Reader(), new NoTaker(), two, () -> true, () -> false);
        Supply second = new Supply(queue(2), new Reader(), new NoTaker(), two, () -> true, () -> false);
        Supply third = new Supply(queue(3), new Reader(), new NoTaker(), two, () -> true, () -> false);
        List.of(first, second, third).forEach(Supply::mailWaits);
        first.foundNone();
        first.mailWaits();
        second.foundNone();
        await().atMost(LONG).until(() -> reading.contains(3));
        third.foundNone();
        await().atMost(LONG)
                .until(() -> opened.stream().filter(port -> port == SLOW).count() == 2);
        slowToEnd.countDown();
    }

    @Test
    void thousandsOfRoutesWithAMailEachAllHaveTheirTurn() {
        Set<Integer> read = ConcurrentHashMap.newKeySet();
        FeedBudget many = new FeedBudget(1000);
        List<Supply> supplies = new ArrayList<>();
        AtomicInteger most = new AtomicInteger();
        for (int i = 1; i <= 3000; i++) {
            supplies.add(new Supply(queue(i), new Reader(), new NoTaker(), many, () -> true, () -> false));
        }
        supplies.forEach(Supply::mailWaits);
        await().atMost(LONG).until(() -> {
            Set<Integer> now = Set.copyOf(reading);
            most.accumulateAndGet(now.size(), Math::max);
            read.addAll(now);
            now.forEach(port -> supplies.get(port - 1).foundNone()); // its one mail is gone
            return read.size() == 3000;
        });
        assertThat(most).hasValueLessThanOrEqualTo(1000);
    }

    private void awaitSlow() {
        try {
            boolean _ = slowToEnd.await(LONG.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static SpoolQueue.ForRoute queue(int port) {
        return new SpoolQueue.ForRoute(Route.to(new NextHop("127.0.0.1", port)));
    }

    private Supply supply(int port, AtomicBoolean gate) {
        return new Supply(queue(port), new Reader(), new NoTaker(), budget, gate::get, () -> false);
    }

    private final class Reader implements SpoolReader {
        @Override
        public Feed feed(SpoolQueue.ForRoute queue, Taker taker) {
            int port = queue.route().nextHops().getFirst().port();
            reading.add(port);
            opened.add(port);
            return new Feed() {
                @Override
                public void wake() {}

                @Override
                public void close(Duration grace) {
                    if (port == SLOW) {
                        awaitSlow();
                    }
                    reading.remove(port);
                }
            };
        }

        @Override
        public Feed feed(SpoolQueue.Reports queue, Taker taker) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DelayFeed feed(SpoolQueue.Retry queue, Places places) {
            throw new UnsupportedOperationException();
        }

        @Override
        public AutoCloseable watch(Consumer<Set<SpoolQueue.ForRoute>> listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private static final class NoTaker implements SpoolReader.Taker {
        @Override
        public boolean wantsMail() {
            return false;
        }

        @Override
        public void accept(TakenMail mail) {}

        @Override
        public void none() {}
    }
}
