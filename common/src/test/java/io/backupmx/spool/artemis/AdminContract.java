package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.route.Route;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.BrokerStatus;
import io.backupmx.spool.FailedMail;
import io.backupmx.spool.MailParts;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.RestingMails;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators see of the spool, and do with the mail in it; whichever way the broker is reached. */
@Timeout(120)
abstract class AdminContract extends SpoolFixture {

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
        assertThat(list(BACKLOG))
                .as("behind nobody's fresh mail, nor before it")
                .hasSize(1);
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
    void manyMailsGoAtOnceThoseOfOneRouteIfSo() throws Exception {
        List<Envelope> mails = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Envelope envelope = Mails.to("alice@example.org", "bob@example.net");
            mails.add(envelope);
            finish(writer.store(
                    List.of(new SpoolEntry(ROUTE, envelope), new SpoolEntry(OTHER, envelope)),
                    Content.of(Mails.octets(i == 5 ? 200 << 10 : 4096))));
        }
        List<SpoolQueue> queues = List.of(new SpoolQueue.ForRoute(ROUTE), new SpoolQueue.ForRoute(OTHER));
        Set<QueueId> some = new HashSet<>(ids(mails.subList(0, 6)));
        while (some.size() < MailParts.MAX_IDS) {
            some.add(Mails.to("nowhere@example.org").queueId());
        }
        MailParts ofOther = new MailParts(some, Optional.of(OTHER));
        SpoolQueue.Reports givenUp = new SpoolQueue.Reports(ReportKind.GIVEN_UP);

        assertThat(reader.mails().remove(ofOther, queues)).isEqualTo(6);
        assertThat(list(new SpoolQueue.ForRoute(ROUTE))).hasSize(10);
        assertThat(reader.mails().move(ofOther, queues.getFirst(), givenUp)).isZero();
        assertThat(reader.mails().move(MailParts.of(some), queues.getFirst(), givenUp))
                .isEqualTo(6);

        assertThat(list(givenUp)).extracting(mail -> mail.envelope()).isEqualTo(mails.subList(0, 6));
        for (SpoolQueue queue : queues) {
            assertThat(list(queue)).extracting(mail -> mail.envelope()).isEqualTo(mails.subList(6, 10));
        }
    }

    private static List<QueueId> ids(List<Envelope> mails) {
        return mails.stream().map(Envelope::queueId).toList();
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
    void eachLaneIsCountedAndListedForItself() throws Exception {
        Envelope old = Mails.to("alice@example.org");
        Envelope fresh = Mails.to("alice@example.org");
        store(BACKLOG, old, Mails.octets(4096));
        store(FRESH, fresh, Mails.octets(4096));

        assertThat(reader.admin().occupied()).containsExactlyInAnyOrder(FRESH, BACKLOG);
        assertThat(list(BACKLOG)).singleElement().satisfies(mail -> {
            assertThat(mail.envelope()).isEqualTo(old);
            assertThat(mail.queue()).isEqualTo(BACKLOG);
            assertThat(mail.route()).isEqualTo(ROUTE);
        });
        assertThat(reader.admin().heads(List.of(FRESH, BACKLOG)))
                .containsOnly(
                        Map.entry(FRESH, fresh.arrival().at()),
                        Map.entry(BACKLOG, old.arrival().at()));
        assertThat(messages(FRESH)).isOne();
        assertThat(messages(BACKLOG)).isOne();
        QueueDepth both = QueueDepth.byRoute(reader.admin().depths()).get(ROUTE);
        assertThat(both.messages()).isEqualTo(2);
        assertThat(both.oldest()).isPresent();
        assertThat(reader.mails().remove(old.queueId(), List.of(FRESH, BACKLOG)))
                .isOne();
        assertThat(messages(BACKLOG)).isZero();
    }
}
