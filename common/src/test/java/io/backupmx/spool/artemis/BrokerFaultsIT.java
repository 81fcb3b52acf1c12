package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.SpoolConfig;
import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.SpoolWriter;
import io.backupmx.spool.TakenMail;
import io.backupmx.testing.BrokerProcess;
import io.backupmx.testing.RunsAlone;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is killed or frozen: nothing confirmed is lost, and nobody waits longer than the store timeout. */
@Timeout(180)
@RunsAlone
final class BrokerFaultsIT {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.org]:25");
    private static final SpoolQueue.ForRoute QUEUE = new SpoolQueue.ForRoute(ROUTE);
    private static final SpoolConfig CONFIG =
            new SpoolConfig(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(2), 32 << 20, 94);

    @TempDir
    Path directory;

    private Vertx vertx;
    private BrokerProcess broker;
    private ArtemisSpool.Writer writer;
    private ArtemisSpool.Reader reader;
    private final QueueOf handedOutAgain = new QueueOf(2);

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        broker = BrokerProcess.start(directory);
        ArtemisSpool spool = ArtemisSpool.at(broker.url(), CONFIG);
        writer = spool.writer(vertx);
        reader = spool.reader(directory);
    }

    @AfterEach
    void close() throws Exception {
        writer.close();
        reader.close();
        broker.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void whatWasConfirmedBeforeAKillIsThereAfterIt() throws Exception {
        Set<String> confirmed = ConcurrentHashMap.newKeySet();
        AtomicInteger unconfirmed = new AtomicInteger();
        for (int round = 0; round < 3; round++) {
            int before = confirmed.size();
            Thread storing = Thread.ofVirtual().start(() -> storeUntilRefused(confirmed, unconfirmed));
            await().until(() -> confirmed.size() > before + 500);
            broker.kill();
            storing.join();
            // A call that was in progress may hold its session until the call timeout.
            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(writer.inFlightBytes()).isZero());
            broker.restart();
            await().atMost(20, TimeUnit.SECONDS).until(() -> writer.room() == SpoolWriter.Room.OPEN);
        }
        assertThat(unconfirmed).as("stores the kills cut short").hasPositiveValue();
        Set<String> found = new HashSet<>();
        reader.admin()
                .browse(
                        List.of(QUEUE),
                        mail -> found.add(mail.envelope().queueId().value()) || true);
        assertThat(found).containsAll(confirmed);
    }

    private void storeUntilRefused(Set<String> confirmed, AtomicInteger unconfirmed) {
        AtomicInteger open = new AtomicInteger();
        int n = 0;
        while (writer.room() == SpoolWriter.Room.OPEN) {
            if (open.get() > 200) {
                Thread.onSpinWait();
                continue;
            }
            Envelope envelope = Mails.to("alice@example.org");
            open.incrementAndGet();
            store(envelope, n++ % 50 == 0 ? 300 << 10 : 4 << 10).onComplete(result -> {
                open.decrementAndGet();
                if (result.succeeded()) {
                    confirmed.add(envelope.queueId().value());
                } else {
                    unconfirmed.incrementAndGet();
                }
            });
        }
    }

    @Test
    void aFrozenBrokerMeansTryLaterInTime() throws Exception {
        store(Mails.to("alice@example.org"), 4096).await(20, TimeUnit.SECONDS);
        broker.freeze();
        for (int size : new int[] {4096, 1 << 20}) {
            long start = System.nanoTime();
            Future<Void> store = store(Mails.to("alice@example.org"), size);
            await().until(store::isComplete);
            assertThat(store.cause())
                    .isInstanceOfSatisfying(
                            SpoolException.class, e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.UNAVAILABLE));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        }
        assertThat(writer.room()).isEqualTo(SpoolWriter.Room.UNAVAILABLE);
        broker.thaw();
        await().atMost(30, TimeUnit.SECONDS).until(() -> writer.room() == SpoolWriter.Room.OPEN);
        store(Mails.to("alice@example.org"), 4096).await(20, TimeUnit.SECONDS);
        await().atMost(30, TimeUnit.SECONDS).until(() -> writer.inFlightBytes() == 0);
    }

    @Test
    void takenMailIsHandedOutAgainAfterAKill() throws Exception {
        for (int i = 0; i < 10; i++) {
            store(Mails.to("alice@example.org"), 4096).await(20, TimeUnit.SECONDS);
        }
        QueueOf taker = new QueueOf(5);
        try (SpoolReader.Feed feed = reader.feeds().feed(QUEUE, taker)) {
            TakenMail first = taker.next();
            first.settle(Settlement.done()).toCompletableFuture().get(10, TimeUnit.SECONDS);
            TakenMail second = taker.next();
            broker.kill();
            try {
                second.settle(Settlement.done()).toCompletableFuture().get(20, TimeUnit.SECONDS);
                throw new AssertionError("settled on a dead broker");
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(SpoolException.class);
            }
            broker.restart();
            taker.addPlaces(20);
            feed.wake();
            Set<String> again = new HashSet<>();
            while (!again.contains(second.envelope().queueId().value())) {
                TakenMail mail = taker.next();
                again.add(mail.envelope().queueId().value());
            }
            assertThat(again).doesNotContain(first.envelope().queueId().value());
        }
    }

    @Test
    void mailOfAConnectionThatBrokeIsNoLongerOurs() throws Exception {
        List<TakenMail> mails = takeFromBothKindsOfQueue();
        await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(10)).until(() -> areAllOurs(mails));
        broker.kill();
        await().atMost(Duration.ofSeconds(2)).until(() -> mails.stream().noneMatch(TakenMail::isOurs));
        broker.restart();
        TakenMail again = handedOutAgain.next();
        assertThat(again.isOurs()).isTrue();
        assertThat(mails).noneMatch(TakenMail::isOurs);
    }

    @Test
    void mailOfABrokerThatIsSilentIsNotOursForSureAfterHalfTheTimeInWhichItGivesUsUp() throws Exception {
        List<TakenMail> mails = takeFromBothKindsOfQueue();
        broker.freeze();
        try {
            await().atMost(Duration.ofMillis(3500)).until(() -> mails.stream().noneMatch(TakenMail::isOurs));
        } finally {
            broker.thaw();
        }
    }

    private static boolean areAllOurs(List<TakenMail> mails) {
        return mails.stream().allMatch(TakenMail::isOurs);
    }

    private List<TakenMail> takeFromBothKindsOfQueue() throws Exception {
        SpoolQueue.Retry retry = new SpoolQueue.Retry(Duration.ofHours(1));
        store(Mails.to("alice@example.org"), 4096).await(20, TimeUnit.SECONDS);
        new RetryMails().put(broker.url(), retry, ROUTE, Mails.to("bob@example.org"), Mails.octets(900), Instant.now());
        QueueOf due = new QueueOf(1);
        var _ = reader.feeds().feed(QUEUE, handedOutAgain);
        var _ = reader.feeds().feed(retry, due.placesFor(ROUTE));
        return List.of(handedOutAgain.next(), due.next());
    }

    @Test
    void mailThatADelayFeedHandedOutOutlivesAKill() throws Exception {
        SpoolQueue.Retry retry = new SpoolQueue.Retry(Duration.ofHours(1));
        Set<String> all = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            Envelope envelope = Mails.to("alice@example.org");
            all.add(envelope.queueId().value());
            int size = i % 20 == 0 ? 300 << 10 : 4 << 10;
            new RetryMails().put(broker.url(), retry, ROUTE, envelope, Mails.octets(size), Instant.now());
        }
        QueueOf taker = new QueueOf(40);
        Set<String> done = new HashSet<>();
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(retry, taker.placesFor(ROUTE))) {
            List<TakenMail> inHand = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                inHand.add(taker.next());
            }
            for (TakenMail mail : inHand.subList(0, 10)) {
                mail.settle(Settlement.done()).toCompletableFuture().get(10, TimeUnit.SECONDS);
                done.add(mail.envelope().queueId().value());
            }
            broker.kill();
            for (TakenMail mail : inHand.subList(10, 40)) {
                assertThat(mail.settle(Settlement.done()).toCompletableFuture())
                        .failsWithin(Duration.ofSeconds(20))
                        .withThrowableOfType(ExecutionException.class)
                        .withCauseInstanceOf(SpoolException.class);
            }
            broker.restart();
            // Handed out again, or behind the route's backlog: the 20 that found no place are there already.
            taker.addPlaces(100);
            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> {
                while (!taker.isEmptyFor(0)) {
                    TakenMail mail = taker.next();
                    String id = mail.envelope().queueId().value();
                    assertThat(done).doesNotContain(id);
                    if (settles(mail)) {
                        done.add(id);
                    }
                }
                Set<String> found = new HashSet<>(done);
                reader.admin()
                        .browse(
                                List.of(new SpoolQueue.ForRoute(ROUTE, Lane.BACKLOG)),
                                mail -> found.add(mail.envelope().queueId().value()) || true);
                assertThat(found).isEqualTo(all);
            });
        }
    }

    private static boolean settles(TakenMail mail) throws InterruptedException, TimeoutException {
        try {
            mail.settle(Settlement.done()).toCompletableFuture().get(10, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            return false; // handed out again
        }
    }

    private Future<Void> store(Envelope envelope, int size) {
        return writer.store(List.of(new SpoolEntry(ROUTE, envelope)), Content.of(Mails.octets(size)));
    }
}
