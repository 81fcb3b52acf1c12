package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.Settlement.Copy;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail that its taker moves is of another route from then on, and of no other; whichever way the broker is reached. */
@Timeout(120)
abstract class MoveContract extends SpoolFixture {

    static final int SMALL = 4096;
    static final int LARGE = 300 << 10;

    private static final Route HOLD = Route.of("hold:example.org");
    private static final SpoolQueue.ForRoute HERE = new SpoolQueue.ForRoute(ROUTE);
    private static final SpoolQueue.ForRoute THERE = new SpoolQueue.ForRoute(OTHER, Lane.BACKLOG);
    private static final SpoolQueue.ForRoute HELD = new SpoolQueue.ForRoute(HOLD);

    /** Between a hint and the first sweep that would tell of the same mail. */
    private static final Duration SOON = Duration.ofMillis(2500);

    /** Sizes of a mail in the journal, of the largest there, of the smallest of the others, and of one in a file of its own. */
    @ParameterizedTest
    @ValueSource(ints = {0, SMALL, MailMessages.LARGE_BYTES - 2000, MailMessages.LARGE_BYTES, LARGE, 3 << 20})
    void movedMailIsOnTheOtherRoutesQueueToTheOctetAndNowhereElse(int size) throws Exception {
        Envelope envelope = Mails.to("a@example.org", "b@example.org", "c@example.org");
        byte[] octets = Mails.octets(size);
        store(ROUTE, envelope, octets);
        Recipient tried = envelope.recipients().get(1).withLastReply("450 4.2.1 Mailbox busy");
        Envelope moved = envelope.withRecipients(
                        List.of(tried, envelope.recipients().get(2)))
                .withAttempts(3)
                .withDelayReported();
        settleOne(HERE, new Copy.Moved(OTHER, moved));

        assertThat(messages(HERE)).isZero();
        assertThat(list(THERE)).containsExactly(new ListedMail(THERE, OTHER, moved, size, Optional.empty()));
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.Feed _ = reader.feeds().feed(THERE, taker)) {
            assertIs(taker.next(), OTHER, moved, octets);
        }
        assertThat(messages(THERE)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {SMALL, LARGE})
    void oneMailMayGoToSeveralRoutesAndStayAsWell(int size) throws Exception {
        Envelope envelope = Mails.to("a@example.org", "b@example.org", "c@example.org");
        Envelope next = Mails.to("next@example.org");
        byte[] octets = Mails.octets(size);
        store(ROUTE, envelope, octets);
        store(ROUTE, next, Mails.octets(SMALL));
        settleOne(
                HERE,
                new Copy.Moved(HOLD, only(envelope, 0)),
                new Copy.Moved(OTHER, only(envelope, 1)),
                new Copy.Requeued(only(envelope, 2)));

        assertThat(envelopes(HERE)).as("behind what was there").containsExactly(next, only(envelope, 2));
        for (Copy.Moved moved :
                List.of(new Copy.Moved(HOLD, only(envelope, 0)), new Copy.Moved(OTHER, only(envelope, 1)))) {
            QueueOf taker = new QueueOf(1);
            try (SpoolReader.Feed _ =
                    reader.feeds().feed(new SpoolQueue.ForRoute(moved.route(), Lane.BACKLOG), taker)) {
                assertIs(taker.next(), moved.route(), moved.envelope(), octets);
            }
        }
        QueueOf taker = new QueueOf(2);
        try (SpoolReader.Feed _ = reader.feeds().feed(HERE, taker)) {
            done(taker.next());
            assertIs(taker.next(), ROUTE, only(envelope, 2), octets);
        }
        assertThat(List.of(messages(HERE), messages(THERE), messages(HELD))).containsOnly(0L);
    }

    @Test
    void movedMailComesBehindWhatIsThereHoweverOldItIs() throws Exception {
        Envelope old = Mails.to("old@example.org");
        Envelope young = Mails.to("young@example.org");
        store(ROUTE, old, Mails.octets(SMALL));
        store(THERE, young, Mails.octets(SMALL));
        settleOne(HERE, new Copy.Moved(OTHER, old));
        assertThat(envelopes(THERE)).containsExactly(young, old);
    }

    @Test
    void movedMailMayBeMovedBack() throws Exception {
        Envelope envelope = Mails.to("a@example.org");
        byte[] octets = Mails.octets(LARGE);
        store(ROUTE, envelope, octets);
        settleOne(HERE, new Copy.Moved(HOLD, envelope));
        settleOne(HELD, new Copy.Moved(ROUTE, envelope));
        assertThat(messages(HELD)).isZero();
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.Feed _ = reader.feeds().feed(BACKLOG, taker)) {
            assertIs(taker.next(), ROUTE, envelope, octets);
        }
        assertThat(messages(BACKLOG)).isZero();
    }

    /** Who knows only the first format is not to take it for mail that goes as any (RFC 8689). */
    @ParameterizedTest
    @ValueSource(ints = {SMALL, LARGE})
    void movedMailStillRequiresTlsAndSaysSoByItsFormat(int size) throws Exception {
        Envelope envelope = Mails.to("a@example.org", "b@example.org").withRequireTls();
        byte[] octets = Mails.octets(size);
        store(ROUTE, envelope, octets);
        settleOne(HERE, new Copy.Moved(OTHER, only(envelope, 0)), new Copy.Moved(HOLD, only(envelope, 1)));
        assertThat(formatOfHead(THERE)).isEqualTo(2);
        assertThat(formatOfHead(HELD)).isEqualTo(2);
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.Feed _ = reader.feeds().feed(THERE, taker)) {
            assertIs(taker.next(), OTHER, only(envelope, 0), octets);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {SMALL, LARGE})
    void mailOfARetryQueueIsMovedAsAnyAndWaitsNoLonger(int size) throws Exception {
        SpoolQueue.Retry retry = new SpoolQueue.Retry(Duration.ofHours(1));
        Envelope envelope = Mails.to("a@example.org", "b@example.org").withAttempts(2);
        byte[] octets = Mails.octets(size);
        new RetryMails().put(url(broker), retry, ROUTE, envelope, octets, Instant.now());
        QueueOf due = new QueueOf(1);
        try (SpoolReader.DelayFeed _ = reader.feeds().feed(retry, due.placesFor(ROUTE))) {
            settle(due.next(), new Copy.Moved(OTHER, only(envelope, 0)), new Copy.Requeued(only(envelope, 1)));
        }
        assertThat(messages(retry)).isZero();
        assertThat(envelopes(BACKLOG)).containsExactly(only(envelope, 1));
        assertThat(list(THERE))
                .singleElement()
                .satisfies(mail -> assertThat(mail.dueAt()).isEmpty());
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.Feed _ = reader.feeds().feed(THERE, taker)) {
            assertIs(taker.next(), OTHER, only(envelope, 0), octets);
        }
    }

    /** A sweep would name the route of the mail that stays in hand as well, so it is the hint that tells. */
    @Test
    void whoWatchesIsToldAtOnceOfTheRoutesThatMailWasMovedTo() throws Exception {
        List<Set<SpoolQueue.ForRoute>> told = new CopyOnWriteArrayList<>();
        Envelope envelope = Mails.to("a@example.org", "b@example.org");
        store(ROUTE, envelope, Mails.octets(SMALL));
        store(ROUTE, Mails.to("stays@example.org"), Mails.octets(SMALL));
        QueueOf taker = new QueueOf(2);
        try (AutoCloseable _ = reader.feeds().watch(told::add);
                SpoolReader.Feed _ = reader.feeds().feed(HERE, taker)) {
            await().untilAsserted(() -> assertThat(told).contains(Set.of(HERE)));
            TakenMail mail = taker.next();
            TakenMail _ = taker.next();
            settle(mail, new Copy.Moved(OTHER, only(envelope, 0)), new Copy.Moved(HOLD, only(envelope, 1)));
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(told).contains(Set.of(THERE)).contains(Set.of(HELD)));
        }
    }

    /** Takes the first mail of a queue, which no other is in hand of meanwhile. */
    private void settleOne(SpoolQueue.ForRoute queue, Copy... copies) throws Exception {
        QueueOf taker = new QueueOf(1);
        try (SpoolReader.Feed _ = reader.feeds().feed(queue, taker)) {
            settle(taker.next(), copies);
        }
    }

    private static void assertIs(TakenMail mail, Route route, Envelope envelope, byte[] octets) throws Exception {
        assertThat(mail.route()).isEqualTo(route);
        assertThat(mail.envelope()).isEqualTo(envelope);
        assertThat(mail.deliveryCount()).isOne();
        assertThat(read(mail.content())).isEqualTo(octets);
        done(mail);
    }

    private static Envelope only(Envelope envelope, int recipient) {
        return envelope.withRecipients(List.of(envelope.recipients().get(recipient)));
    }

    private List<Envelope> envelopes(SpoolQueue queue) {
        return list(queue).stream().map(ListedMail::envelope).toList();
    }

    private int formatOfHead(SpoolQueue queue) throws Exception {
        try (Links.Link link = new Links(url(broker), Optional.empty()).consuming();
                ClientSession session = link.plainSession();
                ClientConsumer browser = session.createConsumer(SimpleString.of(QueueNames.nameOf(queue)), true)) {
            session.start();
            return browser.receive(SOON.toMillis()).getIntProperty(MailMessages.FORMAT);
        }
    }
}
