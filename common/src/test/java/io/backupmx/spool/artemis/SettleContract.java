package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.Lane;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who takes mail has no more of it than it has places for, and what it settles is so; whichever way the broker is reached. */
@Timeout(120)
abstract class SettleContract extends SpoolFixture {

    /** Of one who waits as long as he likes; a tenth would do for one who does not. */
    private static final Duration PATIENCE_OF_TWENTY = SpoolReader.Taker.PATIENCE.multipliedBy(20);

    @Test
    void deferredMailComesBackToItsRouteWhenItIsDue() throws Exception {
        Envelope envelope = Mails.to("alice@example.org");
        byte[] octets = Mails.octets(300 << 10);
        store(BACKLOG, envelope, octets);
        QueueOf taker = new QueueOf(1);
        SpoolQueue.Retry retry = new SpoolQueue.Retry(Duration.ofSeconds(1));
        try (SpoolReader.Feed feed = reader.feeds().feed(BACKLOG, taker);
                SpoolReader.DelayFeed _ = reader.feeds().feed(retry, _ -> Optional.empty())) {
            long start = System.nanoTime();
            settle(taker.next(), new Settlement.Copy.Retry(envelope.withAttempts(1), retry.delay()));
            await().untilAsserted(() -> assertThat(list(retry))
                    .singleElement()
                    .satisfies(mail -> assertThat(mail.dueAt()).isPresent()));
            taker.addPlaces(1);
            feed.wake();
            TakenMail again = taker.next();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(950));
            assertThat(again.envelope()).isEqualTo(envelope.withAttempts(1));
            assertThat(read(again.content())).isEqualTo(octets);
            done(again);
        }
    }

    @Test
    void flushMakesDeferredMailDueNow() throws Exception {
        SpoolQueue.Retry retry = new SpoolQueue.Retry(Duration.ofHours(1));
        QueueOf taker = new QueueOf(20);
        try (SpoolReader.Feed feed = reader.feeds().feed(BACKLOG, taker);
                SpoolReader.DelayFeed delayed = reader.feeds().feed(retry, _ -> Optional.empty())) {
            for (int i = 0; i < 10; i++) {
                store(BACKLOG, Mails.to("alice@example.org"), Mails.octets(4096));
                TakenMail mail = taker.next();
                settle(mail, new Settlement.Copy.Retry(mail.envelope().withAttempts(1), retry.delay()));
            }
            assertThat(taker.isEmptyFor(300)).isTrue();
            delayed.flush();
            for (int i = 0; i < 10; i++) {
                TakenMail mail = taker.next();
                assertThat(mail.envelope().attempts()).isOne();
                done(mail);
            }
            feed.wake();
        }
        assertThat(messages(retry)).isZero();
    }

    /** One transaction each: first to where it is decided, then the report together with what remains of the mail. */
    @Test
    void aReportIsStoredWithTheSettlementOfTheMailItIsAbout() throws Exception {
        Envelope envelope = Mails.to("nobody@example.org", "else@example.org");
        byte[] octets = Mails.octets(300 << 10);
        store(ROUTE, envelope, octets);
        SpoolQueue.Reports failures = new SpoolQueue.Reports(ReportKind.FAILED);
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker)) {
            settle(taker.next(), new Settlement.Copy.Report(envelope, ReportKind.FAILED));
            feed.wake();
        }
        assertThat(list(failures)).singleElement().satisfies(mail -> {
            assertThat(mail.envelope()).isEqualTo(envelope);
            assertThat(mail.route()).isEqualTo(ROUTE);
        });
        Envelope report = Mails.to("sender@example.net");
        byte[] text = Mails.octets(2000);
        QueueOf decider = new QueueOf(1);
        try (SpoolReader.Feed feed = reader.feeds().feed(failures, decider)) {
            TakenMail mail = decider.next();
            assertThat(read(mail.content())).isEqualTo(octets);
            settle(
                    mail,
                    new Settlement.Copy.Fresh(OTHER, report, Content.of(text)),
                    new Settlement.Copy.Failed(
                            envelope.withRecipients(envelope.recipients().subList(1, 2))));
            feed.wake();
        }
        assertThat(messages(failures)).isZero();
        assertThat(messages(new SpoolQueue.Failed())).isOne();
        QueueOf next = new QueueOf(1);
        try (SpoolReader.Feed _ = reader.feeds().feed(new SpoolQueue.ForRoute(OTHER), next)) {
            TakenMail mail = next.next();
            assertThat(mail.envelope()).isEqualTo(report);
            assertThat(read(mail.content())).isEqualTo(text);
            done(mail);
        }
    }

    @Test
    void oneMailMayBeDeferredAndFailedAtOnce() throws Exception {
        Envelope envelope = Mails.to("a@example.org", "b@example.org", "c@example.org");
        store(ROUTE, envelope, Mails.octets(4096));
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker)) {
            settle(
                    taker.next(),
                    new Settlement.Copy.Retry(
                            envelope.withRecipients(envelope.recipients().subList(0, 1)), Duration.ofHours(1)),
                    new Settlement.Copy.Failed(
                            envelope.withRecipients(envelope.recipients().subList(1, 2))));
            feed.wake();
        }
        assertThat(messages(new SpoolQueue.ForRoute(ROUTE))).isZero();
        assertThat(messages(new SpoolQueue.Retry(Duration.ofHours(1)))).isOne();
        assertThat(messages(new SpoolQueue.Failed())).isOne();
    }

    @Test
    void whatIsGivenBackStaysInItsPlace() throws Exception {
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Envelope envelope = Mails.to("alice@example.org");
            order.add(envelope.queueId().value());
            store(ROUTE, envelope, Mails.octets(4096));
        }
        QueueOf taker = new QueueOf(5);
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker)) {
            List<TakenMail> taken = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                taken.add(taker.next());
            }
            taken.forEach(mail -> mail.settle(new Settlement.GiveBack()));
            await().untilAsserted(() -> assertThat(list(new SpoolQueue.ForRoute(ROUTE)).stream()
                            .map(m -> m.envelope().queueId().value()))
                    .containsExactlyElementsOf(order));
            taker.addPlaces(10);
            feed.wake();
            for (String id : order) {
                TakenMail mail = taker.next();
                assertThat(mail.envelope().queueId().value()).isEqualTo(id);
                done(mail);
            }
        }
    }

    @Test
    void givenBackMailComesAgainThoughOtherMailIsStillInHand() throws Exception {
        store(ROUTE, Mails.to("slow@example.org"), Mails.octets(4096));
        store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
        QueueOf taker = new QueueOf(2);
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker)) {
            TakenMail slow = taker.next();
            TakenMail back = taker.next();
            back.settle(new Settlement.GiveBack());
            taker.addPlaces(1);
            feed.wake();
            TakenMail again = taker.next();
            assertThat(again.envelope()).isEqualTo(back.envelope());
            done(again);
            done(slow);
        }
        assertThat(messages(new SpoolQueue.ForRoute(ROUTE))).isZero();
    }

    @Test
    void aTakerWithoutPlacesHoardsNothing() throws Exception {
        for (int i = 0; i < 20; i++) {
            store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
        }
        QueueOf busy = new QueueOf(3);
        QueueOf other = new QueueOf(50);
        try (SpoolReader.Feed _ = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), busy)) {
            for (int i = 0; i < 3; i++) {
                busy.next();
            }
            try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), other)) {
                for (int i = 0; i < 17; i++) {
                    done(other.next());
                }
                feed.wake();
            }
        }
        assertThat(list(new SpoolQueue.ForRoute(ROUTE))).hasSize(3);
    }

    @Test
    void whatHasItsTurnAgainHasItOnTheLaneThatItCameFrom() throws Exception {
        for (SpoolQueue.ForRoute queue : List.of(FRESH, BACKLOG)) {
            Envelope envelope = Mails.to("alice@example.org");
            store(queue, envelope, Mails.octets(4096));
            QueueOf taker = new QueueOf(1);
            try (SpoolReader.Feed feed = reader.feeds().feed(queue, taker)) {
                settle(taker.next(), new Settlement.Copy.Requeued(envelope.withAttempts(1)));
                feed.wake();
            }
            assertThat(list(queue))
                    .singleElement()
                    .satisfies(mail -> assertThat(mail.envelope()).isEqualTo(envelope.withAttempts(1)));
        }
    }

    @Test
    void mailThatMovesGoesBehindTheBacklogOfItsNewRouteAndAReportIsFresh() throws Exception {
        Envelope envelope = Mails.to("alice@example.org");
        store(FRESH, envelope, Mails.octets(4096));
        Envelope report = Mails.to("sender@example.net");
        Route.Hold held = new Route.Hold(Domain.of("example.org"));
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.Feed feed = reader.feeds().feed(FRESH, taker)) {
            settle(
                    taker.next(),
                    new Settlement.Copy.Moved(OTHER, envelope),
                    new Settlement.Copy.Moved(held, envelope),
                    new Settlement.Copy.Fresh(OTHER, report, Content.of(Mails.octets(100))));
            feed.wake();
        }
        assertThat(list(new SpoolQueue.ForRoute(OTHER, Lane.BACKLOG)))
                .extracting(mail -> mail.envelope())
                .containsExactly(envelope);
        assertThat(list(new SpoolQueue.ForRoute(OTHER)))
                .extracting(mail -> mail.envelope())
                .containsExactly(report);
        assertThat(list(new SpoolQueue.ForRoute(held))).hasSize(1);
    }

    @Test
    void whoHasNoPatienceIsToldAtOnceThatThereIsNoneAndGetsWhatThereIs() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        BlockingQueue<TakenMail> got = new LinkedBlockingQueue<>();
        SpoolReader.Taker hurried = new SpoolReader.Taker() {
            @Override
            public boolean wantsMail() {
                return got.isEmpty();
            }

            @Override
            public void accept(TakenMail mail) {
                got.add(mail);
            }

            @Override
            public void none() {
                asked.incrementAndGet();
            }

            @Override
            public Duration patience() {
                return Duration.ZERO;
            }
        };
        try (SpoolReader.Feed _ = reader.feeds().feed(FRESH, hurried)) {
            await().atMost(PATIENCE_OF_TWENTY).until(() -> asked.get() >= 20);
            store(FRESH, Mails.to("alice@example.org"), Mails.octets(4096));
            await().until(() -> !got.isEmpty());
            done(got.remove());
        }
    }
}
