package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.SpilledContent;
import io.backupmx.route.Route;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.BrokerStatus;
import io.backupmx.spool.FailedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.RestingMails;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.SpoolWriter;
import io.backupmx.spool.TakenMail;
import io.backupmx.testing.TestBroker;
import io.vertx.core.Future;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the spool promises, whichever way the broker is reached. */
@Timeout(120)
abstract class SpoolContract extends SpoolFixture {

    @Test
    void whatIsStoredIsTakenToTheOctet() throws Exception {
        Map<String, byte[]> stored = new HashMap<>();
        for (int size : new int[] {0, 1, 4096, 100 << 10, (100 << 10) + 1, 3 << 20}) {
            Envelope envelope = Mails.to("alice@example.org");
            byte[] octets = Mails.octets(size);
            stored.put(envelope.queueId().value(), octets);
            store(ROUTE, envelope, octets);
        }
        QueueOf taker = new QueueOf(10);
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker)) {
            for (int i = 0; i < 6; i++) {
                TakenMail mail = taker.next();
                byte[] octets = stored.remove(mail.envelope().queueId().value());
                assertThat(read(mail.content())).isEqualTo(octets);
                assertThat(mail.content().sizeBytes()).isEqualTo(octets.length);
                done(mail);
            }
            feed.wake();
        }
        assertThat(stored).isEmpty();
        assertThat(messages(new SpoolQueue.ForRoute(ROUTE))).isZero();
    }

    @Test
    void anEnvelopeOfAThousandLongRecipientsComesBackWhole() throws Exception {
        for (int size : new int[] {4 << 10, 25 << 20}) {
            Envelope envelope = Mails.huge(1000);
            byte[] octets = Mails.octets(size);
            store(ROUTE, envelope, octets);
            QueueOf taker = new QueueOf(1);
            try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker)) {
                TakenMail mail = taker.next();
                assertThat(mail.envelope()).isEqualTo(envelope);
                assertThat(read(mail.content())).isEqualTo(octets);
                done(mail);
                feed.wake();
            }
        }
    }

    @Test
    void aContentOnDiskIsStoredLikeOneInMemory() throws Exception {
        byte[] octets = Mails.octets(2 << 20);
        try (SpilledContent content = SpilledContent.in(directory)) {
            content.append(octets, 0, octets.length);
            finish(writer.store(List.of(new SpoolEntry(ROUTE, Mails.to("alice@example.org"))), content));
        }
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker)) {
            TakenMail mail = taker.next();
            assertThat(read(mail.content())).isEqualTo(octets);
            done(mail);
            feed.wake();
        }
    }

    @Test
    void mailOfSeveralRoutesIsStoredForEach() throws Exception {
        Envelope envelope = Mails.to("alice@example.org", "bob@example.net");
        finish(writer.store(
                List.of(
                        new SpoolEntry(
                                ROUTE,
                                envelope.withRecipients(envelope.recipients().subList(0, 1))),
                        new SpoolEntry(
                                OTHER,
                                envelope.withRecipients(envelope.recipients().subList(1, 2)))),
                Content.of(Mails.octets(4096))));
        assertThat(messages(new SpoolQueue.ForRoute(ROUTE))).isOne();
        assertThat(messages(new SpoolQueue.ForRoute(OTHER))).isOne();
        assertThat(list(new SpoolQueue.ForRoute(OTHER)).getFirst().envelope().recipients())
                .isEqualTo(envelope.recipients().subList(1, 2));
    }

    @Test
    void confirmedMailIsThereAfterTheBrokerWasRestarted() throws Exception {
        for (int i = 0; i < 200; i++) {
            store(ROUTE, Mails.to("alice@example.org"), Mails.octets(500 + 500 * i));
        }
        disconnect();
        broker.close();
        broker = TestBroker.start(directory, 0, 100);
        connect();
        assertThat(list(new SpoolQueue.ForRoute(ROUTE))).hasSize(200);
    }

    @Test
    void aListingShowsSmallAndLargeMailAlike() throws Exception {
        List<String> order = new ArrayList<>();
        for (int size : new int[] {4096, 3 << 20, 4096, 200 << 10, 4096}) {
            Envelope envelope = Mails.to("alice@example.org");
            order.add(envelope.queueId() + " " + size);
            store(ROUTE, envelope, Mails.octets(size));
        }
        assertThat(list(new SpoolQueue.ForRoute(ROUTE)).stream()
                        .map(mail -> mail.envelope().queueId() + " " + mail.sizeBytes()))
                .containsExactlyElementsOf(order);
    }

    @Test
    void manyStoresAtOnceAreAllConfirmed() throws Exception {
        List<Future<Void>> stores = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            stores.add(writer.store(
                    List.of(new SpoolEntry(ROUTE, Mails.to("alice@example.org"))), Content.of(Mails.octets(4096))));
        }
        finish(Future.all(stores).mapEmpty());
        assertThat(messages(new SpoolQueue.ForRoute(ROUTE))).isEqualTo(2000);
        assertThat(writer.inFlightBytes()).isZero();
    }

    @Test
    void moreThanTheBudgetIsRefusedNotQueued() {
        List<Future<Void>> stores = new ArrayList<>();
        byte[] octets = Mails.octets(90 << 10);
        for (int i = 0; i < 2000; i++) {
            stores.add(writer.store(List.of(new SpoolEntry(ROUTE, Mails.to("alice@example.org"))), Content.of(octets)));
        }
        finish(Future.join(stores).otherwiseEmpty().mapEmpty());
        assertThat(stores.stream().filter(Future::succeeded)).isNotEmpty();
        assertThat(stores.stream().filter(Future::failed).map(Future::cause))
                .isNotEmpty()
                .allSatisfy(cause -> assertThat(cause).isInstanceOf(SpoolException.class));
        assertThat(writer.inFlightBytes()).isZero();
    }

    @Test
    void deferredMailComesBackToItsRouteWhenItIsDue() throws Exception {
        Envelope envelope = Mails.to("alice@example.org");
        byte[] octets = Mails.octets(300 << 10);
        store(ROUTE, envelope, octets);
        QueueOf taker = new QueueOf(1);
        SpoolQueue.Retry retry = new SpoolQueue.Retry(Duration.ofSeconds(1));
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker);
                SpoolReader.DelayFeed _ = reader.feeds().feed(retry, _ -> java.util.Optional.empty())) {
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
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker);
                SpoolReader.DelayFeed delayed = reader.feeds().feed(retry, _ -> java.util.Optional.empty())) {
            for (int i = 0; i < 10; i++) {
                store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
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

    @Test
    void failedMailIsListedAndCanBeReleased() throws Exception {
        Envelope envelope = Mails.to("nobody@example.org");
        store(ROUTE, envelope, Mails.octets(4096));
        Envelope failed = envelope.withRecipients(
                List.of(envelope.recipients().getFirst().withLastReply("550 5.1.1 no such user")));
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker)) {
            settle(taker.next(), new Settlement.Copy.Failed(failed));
            feed.wake();
        }
        assertThat(list(new SpoolQueue.Failed()))
                .singleElement()
                .satisfies(mail -> assertThat(mail.envelope()).isEqualTo(failed));
        assertThat(reader.admin().release(Optional.of(Mails.to("x@example.org").queueId())))
                .isZero();
        assertThat(reader.admin().release(Optional.of(envelope.queueId()))).isOne();
        assertThat(messages(new SpoolQueue.Failed())).isZero();
        assertThat(list(new SpoolQueue.ForRoute(ROUTE))).hasSize(1);
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
    void anOperatorHasFailedMailReportedButNeverThatOfNobody() throws Exception {
        Envelope envelope = Mails.to("nobody@example.org");
        Envelope other = Mails.to("else@example.org");
        Envelope fromNobody = Mails.from(new ReversePath.Null(), "nobody@example.org");
        QueueOf taker = new QueueOf(3);
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker)) {
            for (Envelope each : List.of(envelope, other, fromNobody)) {
                store(ROUTE, each, Mails.octets(4096));
                settle(taker.next(), new Settlement.Copy.Failed(each));
            }
            feed.wake();
        }
        SpoolQueue.Reports demanded = new SpoolQueue.Reports(ReportKind.DEMANDED);
        assertThat(reader.admin().bounce(Optional.of(fromNobody.queueId()))).isZero();
        assertThat(reader.admin().bounce(Optional.of(envelope.queueId()))).isOne();
        assertThat(list(demanded))
                .singleElement()
                .satisfies(mail -> assertThat(mail.envelope()).isEqualTo(envelope));
        assertThat(reader.admin().bounce(Optional.empty())).isOne();
        assertThat(list(demanded)).hasSize(2);
        assertThat(list(new SpoolQueue.Failed()))
                .singleElement()
                .satisfies(mail -> assertThat(mail.envelope()).isEqualTo(fromNobody));
    }

    @Test
    void partsOfAMailAreShownWithTheirContentAndRemoved() throws Exception {
        Envelope small = Mails.to("alice@example.org", "bob@example.net");
        byte[] octets = Mails.octets(4096);
        finish(writer.store(
                List.of(new SpoolEntry(ROUTE, small), new SpoolEntry(OTHER, small)), Content.of(octets.clone())));
        Envelope large = Mails.to("carol@example.org");
        byte[] many = Mails.octets(3 << 20);
        store(ROUTE, large, many);
        store(ROUTE, Mails.to("dave@example.org"), new byte[0]);
        List<SpoolQueue> queues = List.of(
                new SpoolQueue.ForRoute(ROUTE),
                new SpoolQueue.ForRoute(Route.of("smtp:[nowhere.example]:25")),
                new SpoolQueue.ForRoute(OTHER));

        ByteArrayOutputStream content = new ByteArrayOutputStream();
        List<Route> parts = new ArrayList<>();
        reader.mails().look(small.queueId(), queues, part -> {
            parts.add(part.route());
            return parts.size() == 1 ? Optional.of(content) : Optional.empty();
        });
        assertThat(parts).containsExactly(ROUTE, OTHER);
        assertThat(content.toByteArray()).isEqualTo(octets);
        content.reset();
        reader.mails().look(large.queueId(), queues, part -> {
            assertThat(part.envelope()).isEqualTo(large);
            assertThat(part.sizeBytes()).isEqualTo(many.length);
            return Optional.of(content);
        });
        assertThat(content.toByteArray()).isEqualTo(many);

        assertThat(reader.mails().remove(small.queueId(), queues)).isEqualTo(2);
        assertThat(reader.mails().remove(small.queueId(), queues)).isZero();
        assertThat(list(new SpoolQueue.ForRoute(ROUTE)))
                .extracting(mail -> mail.envelope().queueId())
                .contains(large.queueId())
                .hasSize(2);
        assertThat(messages(new SpoolQueue.ForRoute(OTHER))).isZero();
    }

    @Test
    void failedMailIsPrunedFromItsHeadOnly() throws Exception {
        List<Envelope> failed = new ArrayList<>();
        QueueOf taker = new QueueOf(120);
        try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(ROUTE), taker)) {
            for (int i = 0; i < 120; i++) {
                Envelope envelope = Mails.to("nobody@example.org");
                failed.add(envelope);
                store(ROUTE, envelope, Mails.octets(i == 3 ? 200 << 10 : 3000 * (i % 5)));
                feed.wake();
                settle(taker.next(), new Settlement.Copy.Failed(envelope));
            }
        }
        Instant now = Instant.now();
        List<Envelope> judged = new ArrayList<>();
        List<Envelope> announced = new ArrayList<>();
        List<Envelope> removed = new ArrayList<>();
        RestingMails.Judge allBut2Of103 = new RestingMails.Judge() {
            @Override
            public Verdict judge(FailedMail mail) {
                judged.add(mail.mail().envelope());
                assertThat(mail.failedAt().orElseThrow()).isBetween(now.minusSeconds(100), now.plusSeconds(1));
                return judged.size() > 103
                        ? Verdict.STAYS
                        : judged.size() % 60 == 1 ? Verdict.PASSED_OVER : Verdict.GOES; // the 1st and the 61st
            }

            @Override
            public void removing(FailedMail mail) {
                announced.add(mail.mail().envelope());
            }

            @Override
            public void removed(FailedMail mail) {
                removed.add(mail.mail().envelope());
                assertThat(announced).containsAll(removed);
            }
        };

        assertThat(reader.mails().prune(new SpoolQueue.Failed(), allBut2Of103)).isEqualTo(101);

        List<Envelope> gone = new ArrayList<>(failed.subList(0, 103));
        gone.remove(60);
        gone.remove(0);
        List<Envelope> kept = new ArrayList<>(failed);
        kept.removeAll(gone);
        assertThat(judged).isEqualTo(failed.subList(0, 104));
        assertThat(removed).isEqualTo(gone);
        assertThat(announced).isEqualTo(gone);
        assertThat(list(new SpoolQueue.Failed()))
                .extracting(mail -> mail.envelope())
                .as("what was looked at and kept is in its place")
                .isEqualTo(kept);
        assertThat(reader.mails().prune(new SpoolQueue.DeadLetter(), allBut2Of103))
                .isZero();
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
    void depthsCountEveryQueueAndKnowTheOldest() throws Exception {
        store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
        store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
        QueueDepth depth = depth(new SpoolQueue.ForRoute(ROUTE)).orElseThrow();
        assertThat(depth.messages()).isEqualTo(2);
        assertThat(depth.bytes()).isGreaterThan(8192);
        assertThat(depth.oldest().orElseThrow()).isBetween(Duration.ZERO, Duration.ofSeconds(10));
        assertThat(depth(new SpoolQueue.Failed()).orElseThrow().oldest()).isEmpty();
    }

    @Test
    void headsAreToldWithoutBeingTaken() throws Exception {
        Envelope first = Mails.to("alice@example.org");
        store(ROUTE, first, Mails.octets(4096));
        store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
        SpoolQueue.ForRoute queue = new SpoolQueue.ForRoute(ROUTE);
        assertThat(reader.admin().heads(List.of(queue, new SpoolQueue.ForRoute(OTHER))))
                .containsExactly(Map.entry(queue, first.arrival().at()));
        assertThat(messages(queue)).isEqualTo(2);
    }

    @Test
    void theBrokerSaysHowItIs() throws Exception {
        store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));

        BrokerStatus status = reader.admin().broker();

        assertThat(status.version()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(status.uptime()).isBetween(Duration.ofMillis(1), Duration.ofHours(1));
        assertThat(status.diskUsage()).isBetween(0.0, 1.0);
        assertThat(status.memoryBytes()).isGreaterThan(4096);
        assertThat(status.memoryLimitBytes()).isEqualTo(64 << 20);
        assertThat(status.connections()).isPositive();
        assertThat(status.consumers()).isPositive();
    }

    @Test
    void aFullDiskIsSaidToBeFull() throws Exception {
        store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
        broker.setMaxDiskUsage(0);
        for (int size : new int[] {4096, 1 << 20}) {
            assertThatThrownBy(() -> store(ROUTE, Mails.to("alice@example.org"), Mails.octets(size)))
                    .isInstanceOfSatisfying(
                            SpoolException.class, e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.FULL));
        }
        broker.setMaxDiskUsage(100);
        await().untilAsserted(() -> store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096)));
        assertThat(writer.room()).isEqualTo(SpoolWriter.Room.OPEN);
    }

    @Test
    void aBrokerThatIsAwayIsSaidAtOnceAndFoundAgain() throws Exception {
        store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
        broker.close();
        await().untilAsserted(() -> assertThat(writer.room()).isEqualTo(SpoolWriter.Room.UNAVAILABLE));
        long start = System.nanoTime();
        assertThatThrownBy(() -> store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096)))
                .isInstanceOf(SpoolException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        broker = restarted();
        await().untilAsserted(() -> assertThat(writer.room()).isEqualTo(SpoolWriter.Room.OPEN));
        store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
        assertThat(list(new SpoolQueue.ForRoute(ROUTE))).hasSize(2);
    }
}
