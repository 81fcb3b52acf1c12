package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Envelope;
import io.backupmx.spool.Lane;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a retry queue's feed promises, whichever way the broker is reached. */
@Timeout(120)
abstract class DelayContract extends SpoolFixture {

    static final SpoolQueue.Retry HOUR = new SpoolQueue.Retry(Duration.ofHours(1));
    static final SpoolQueue.ForRoute QUEUE = new SpoolQueue.ForRoute(ROUTE);

    private final RetryMails mails = new RetryMails();

    @Test
    void dueMailIsHandedToAPlaceOfItsRouteToTheOctet() throws Exception {
        Map<String, byte[]> stored = new HashMap<>();
        Instant due = Instant.now().plusMillis(700).truncatedTo(ChronoUnit.MILLIS);
        for (int size : new int[] {0, 4096, 300 << 10, 3 << 20}) {
            Envelope envelope = Mails.to("alice@example.org").withAttempts(3);
            byte[] octets = Mails.octets(size);
            stored.put(envelope.queueId().value(), octets);
            mails.put(url(broker), HOUR, ROUTE, envelope, octets, due);
        }
        QueueOf taker = new QueueOf(10);
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(HOUR, taker.placesFor(ROUTE))) {
            for (int i = 0; i < 4; i++) {
                TakenMail mail = taker.next();
                assertThat(Instant.now()).isAfterOrEqualTo(due);
                assertThat(mail.route()).isEqualTo(ROUTE);
                assertThat(mail.envelope().attempts()).isEqualTo(3);
                assertThat(read(mail.content()))
                        .isEqualTo(stored.remove(mail.envelope().queueId().value()));
                done(mail);
            }
        }
        assertThat(stored).isEmpty();
        assertThat(messages(HOUR)).isZero();
        assertThat(messages(QUEUE)).isZero();
    }

    @Test
    void whatIsInHandSettlesThoughTheNextHeadIsHeld() throws Exception {
        putDue(Instant.now());
        putDue(Instant.now().plusSeconds(3000));
        QueueOf taker = new QueueOf(10);
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(HOUR, taker.placesFor(ROUTE))) {
            TakenMail mail = taker.next();
            await().untilAsserted(() -> assertThat(list(HOUR)).hasSize(1)); // the other, held
            long start = System.nanoTime();
            mail.settle(Settlement.done()).toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            assertThat(messages(HOUR)).isOne();
        }
        assertThat(list(HOUR)).hasSize(1);
    }

    @Test
    void aQueueIsServedOnAfterASurprise() throws Exception {
        putDue(Instant.now());
        QueueOf taker = new QueueOf(1);
        AtomicBoolean surprise = new AtomicBoolean(true);
        SpoolReader.Places places = route -> {
            if (surprise.getAndSet(false)) {
                throw new AssertionError("what nobody thought of");
            }
            return taker.placesFor(ROUTE).placeFor(route);
        };
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(HOUR, places)) {
            done(taker.next());
        }
        assertThat(messages(HOUR)).isZero();
    }

    @Test
    void theNextMailDoesNotWaitForADelivery() throws Exception {
        for (int i = 0; i < 50; i++) {
            putDue(Instant.now());
        }
        QueueOf taker = new QueueOf(50);
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(HOUR, taker.placesFor(ROUTE))) {
            List<TakenMail> inHand = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                inHand.add(taker.next());
            }
            for (TakenMail mail : inHand) {
                done(mail);
            }
        }
        assertThat(messages(HOUR)).isZero();
    }

    @Test
    void beyondWhatAFeedMayHaveInHandMailGoesBehindItsRoutesBacklog() throws Exception {
        int more = 30;
        for (int i = 0; i < DelaySession.MAX_IN_HAND + more; i++) {
            putDue(Instant.now());
        }
        QueueOf taker = new QueueOf(1000);
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(HOUR, taker.placesFor(ROUTE))) {
            await().untilAsserted(() -> assertThat(messages(BACKLOG)).isEqualTo(more));
            List<TakenMail> inHand = new ArrayList<>();
            for (int i = 0; i < DelaySession.MAX_IN_HAND; i++) {
                inHand.add(taker.next());
            }
            assertThat(taker.isEmptyFor(100)).isTrue();
            for (TakenMail mail : inHand) {
                mail.settle(Settlement.done());
            }
            await().untilAsserted(() -> assertThat(messages(HOUR)).isZero());
        }
    }

    @Test
    void aRouteWithoutPlacesHoldsUpNoOther() throws Exception {
        for (int i = 0; i < 20; i++) {
            mails.put(
                    url(broker),
                    HOUR,
                    i % 2 == 0 ? OTHER : ROUTE,
                    Mails.to("alice@example.org"),
                    Mails.octets(900),
                    Instant.now());
        }
        QueueOf taker = new QueueOf(100);
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(HOUR, taker.placesFor(ROUTE))) {
            for (int i = 0; i < 10; i++) {
                TakenMail mail = taker.next();
                assertThat(mail.route()).isEqualTo(ROUTE);
                done(mail);
            }
            await().untilAsserted(() -> assertThat(messages(HOUR)).isZero());
        }
        assertThat(messages(new SpoolQueue.ForRoute(OTHER, Lane.BACKLOG))).isEqualTo(10);
        assertThat(messages(QUEUE)).isZero();
    }

    @Test
    void givenBackMailGoesBehindItsRoutesBacklogWithNoAttemptBurnt() throws Exception {
        Envelope waiting = Mails.to("first@example.org");
        store(BACKLOG, waiting, Mails.octets(900));
        Envelope envelope = Mails.to("alice@example.org").withAttempts(2);
        byte[] octets = Mails.octets(300 << 10);
        mails.put(url(broker), HOUR, ROUTE, envelope, octets, Instant.now());
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(HOUR, taker.placesFor(ROUTE))) {
            taker.next().settle(new Settlement.GiveBack()).toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(list(BACKLOG).stream().map(mail -> mail.envelope())).containsExactly(waiting, envelope);
        }
        assertThat(messages(HOUR)).isZero();
    }

    @Test
    void copiesOfMailInHandGoWhereTheyAreSent() throws Exception {
        for (int i = 0; i < 90; i++) {
            putDue(Instant.now());
        }
        SpoolQueue.Retry longer = new SpoolQueue.Retry(Duration.ofHours(2));
        QueueOf taker = new QueueOf(90);
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(HOUR, taker.placesFor(ROUTE))) {
            for (int i = 0; i < 90; i++) {
                TakenMail mail = taker.next();
                var _ = switch (i % 3) {
                    case 0 -> mail.settle(Settlement.done());
                    case 1 ->
                        mail.settle(new Settlement.Replace(
                                List.of(new Settlement.Copy.Retry(mail.envelope(), longer.delay()))));
                    default ->
                        mail.settle(new Settlement.Replace(List.of(new Settlement.Copy.Failed(mail.envelope()))));
                };
            }
            await().untilAsserted(() -> assertThat(messages(HOUR)).isZero());
        }
        assertThat(messages(longer)).isEqualTo(30);
        assertThat(messages(new SpoolQueue.Failed())).isEqualTo(30);
        assertThat(messages(QUEUE)).isZero();
    }

    @Test
    void aCloseWaitsForWhatIsInHandAndGivesTheHeadBack() throws Exception {
        putDue(Instant.now());
        putDue(Instant.now().plusSeconds(3000));
        QueueOf taker = new QueueOf(10);
        SpoolReader.DelayFeed feed = reader.feeds().feed(HOUR, taker.placesFor(ROUTE));
        TakenMail mail = taker.next();
        Thread closing = Thread.ofVirtual().start(() -> feed.close(Duration.ofSeconds(20)));
        assertThat(closing.join(Duration.ofMillis(200))).isFalse();
        done(mail);
        assertThat(closing.join(Duration.ofSeconds(5))).isTrue();
        assertThat(list(HOUR)).hasSize(1);
    }

    @Test
    void aCloseWithoutGraceGivesBackWhatIsInHand() throws Exception {
        putDue(Instant.now());
        QueueOf taker = new QueueOf(10);
        TakenMail mail;
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(HOUR, taker.placesFor(ROUTE))) {
            mail = taker.next();
        }
        assertThat(mail.settle(Settlement.done()).toCompletableFuture()).isCompletedExceptionally();
        assertThat(list(HOUR)).hasSize(1);
    }

    @Test
    void unknownMailIsLeftWhereItIsAndHoldsUpNoOther() throws Exception {
        mails.putForeign(url(broker), HOUR);
        putDue(Instant.now());
        QueueOf taker = new QueueOf(10);
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(HOUR, taker.placesFor(ROUTE))) {
            done(taker.next());
        }
        assertThat(messages(HOUR)).isOne();
    }

    @Test
    void severalReadersShareAQueueEvenlyAndInTime() throws Exception {
        int count = 300;
        Instant start = Instant.now().plusSeconds(1);
        Map<Envelope, Instant> due = new LinkedHashMap<>();
        Map<String, Instant> dueAt = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Envelope envelope = Mails.to("alice@example.org");
            due.put(envelope, start.plusMillis(10L * i));
            dueAt.put(envelope.queueId().value(), start.plusMillis(10L * i));
        }
        mails.putAll(url(broker), HOUR, ROUTE, due, Mails.octets(900));
        List<Lateness> takers =
                IntStream.range(0, 3).mapToObj(_ -> new Lateness(dueAt)).toList();
        ArtemisSpool spool = ArtemisSpool.at(url(broker), CONFIG);
        try (ArtemisSpool.Reader second = spool.reader(directory);
                ArtemisSpool.Reader third = spool.reader(directory)) {
            reader.feeds().feed(HOUR, _ -> Optional.of(takers.get(0)));
            second.feeds().feed(HOUR, _ -> Optional.of(takers.get(1)));
            third.feeds().feed(HOUR, _ -> Optional.of(takers.get(2)));
            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(messages(HOUR)).isZero());
        }
        List<Long> late = takers.stream()
                .flatMap(taker -> taker.millis().stream())
                .sorted()
                .toList();
        Set<String> taken = new HashSet<>();
        takers.forEach(taker -> taken.addAll(taker.ids()));
        assertThat(taken).isEqualTo(dueAt.keySet());
        assertThat(late).hasSize(count);
        assertThat(late.getFirst()).as("earliest, ms").isNotNegative();
        assertThat(late.get(count * 99 / 100)).as("p99, ms").isLessThan(500);
        assertThat(takers).allSatisfy(taker -> assertThat(taker.ids()).hasSizeGreaterThan(count / 6));
    }

    private void putDue(Instant notBefore) throws Exception {
        mails.put(url(broker), HOUR, ROUTE, Mails.to("alice@example.org"), Mails.octets(900), notBefore);
    }
}
