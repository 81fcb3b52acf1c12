package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.SpilledContent;
import io.backupmx.spool.Lane;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.SpoolWriter;
import io.backupmx.spool.TakenMail;
import io.backupmx.testing.TestBroker;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is stored is there, to the octet, and what cannot be is refused at once; whichever way the broker is reached. */
@Timeout(120)
abstract class StoreContract extends SpoolFixture {

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
        broker = broker.restarted();
        await().untilAsserted(() -> assertThat(writer.room()).isEqualTo(SpoolWriter.Room.OPEN));
        store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
        assertThat(list(new SpoolQueue.ForRoute(ROUTE))).hasSize(2);
    }

    @Test
    void mailIsStoredOnTheLaneThatItIsGivenWhateverItsSize() throws Exception {
        List<Envelope> behind = new ArrayList<>();
        for (int size : new int[] {900, 300 << 10, 900}) {
            Envelope envelope = Mails.to("alice@example.org");
            behind.add(envelope);
            store(BACKLOG, envelope, Mails.octets(size));
            store(FRESH, Mails.to("alice@example.org"), Mails.octets(size));
        }
        Envelope both = Mails.to("alice@example.org");
        finish(writer.store(
                List.of(new SpoolEntry(ROUTE, both, Lane.BACKLOG), new SpoolEntry(OTHER, both)),
                Content.of(Mails.octets(900))));
        behind.add(both);

        assertThat(list(BACKLOG)).extracting(mail -> mail.envelope()).isEqualTo(behind);
        assertThat(list(FRESH)).hasSize(3);
        assertThat(list(new SpoolQueue.ForRoute(OTHER))).hasSize(1);
    }
}
