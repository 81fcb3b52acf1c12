package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.Lane;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import io.backupmx.testing.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk without room, the spool's or ours: what can end ends, what cannot stays where it is. */
@Timeout(120)
final class NoRoomIT extends SpoolFixture {

    private static final SpoolQueue.ForRoute QUEUE = new SpoolQueue.ForRoute(ROUTE);

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }

    @Test
    void aRefusedDeferralSparesTheOtherMailInHand() throws Exception {
        for (int i = 0; i < 4; i++) {
            store(ROUTE, Mails.to("alice@example.org"), Mails.octets(4096));
        }
        QueueOf taker = new QueueOf(4);
        TakenMail deferred;
        try (SpoolReader.Feed _ = reader.feeds().feed(QUEUE, taker)) {
            deferred = taker.next();
            List<TakenMail> others = List.of(taker.next(), taker.next(), taker.next());
            broker.setMaxDiskUsage(0);
            var delivered = others.getFirst().settle(Settlement.done());
            var refused = deferred.settle(new Settlement.Replace(
                    List.of(new Settlement.Copy.Retry(deferred.envelope(), Duration.ofHours(1)))));
            delivered.toCompletableFuture().get(10, TimeUnit.SECONDS);
            try {
                refused.toCompletableFuture().get(10, TimeUnit.SECONDS);
                throw new AssertionError("a deferral was stored on a full disk");
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(SpoolException.class);
            }
            done(others.get(1));
            done(others.get(2));
        }
        broker.setMaxDiskUsage(100);
        QueueOf later = new QueueOf(4);
        try (SpoolReader.Feed feed = reader.feeds().feed(QUEUE, later)) {
            TakenMail again = later.next();
            assertThat(again.envelope()).isEqualTo(deferred.envelope());
            done(again);
            assertThat(later.isEmptyFor(300)).isTrue();
            feed.wake();
        }
    }

    @Test
    void aContentThatOurDiskCannotKeepStaysOnTheSpool() throws Exception {
        store(ROUTE, Mails.to("large@example.org"), Mails.octets(1 << 20));
        store(ROUTE, Mails.to("small@example.org"), Mails.octets(4096));
        Path gone = Files.createTempDirectory(directory, "gone");
        Files.delete(gone);
        AtomicInteger pauses = new AtomicInteger();
        QueueOf taker = new QueueOf(4);
        try (ArtemisSpool.Reader other = ArtemisSpool.at(url(broker), CONFIG).reader(gone, pauses::incrementAndGet);
                SpoolReader.Feed _ = other.feeds().feed(QUEUE, taker)) {
            assertThat(taker.isEmptyFor(1000)).isTrue();
            assertThat(pauses).hasPositiveValue();
            QueueOf good = new QueueOf(4);
            try (SpoolReader.Feed feed = reader.feeds().feed(QUEUE, good)) {
                TakenMail one = good.next();
                TakenMail two = good.next();
                assertThat(Set.of(
                                one.envelope().recipients().getFirst().path().address(),
                                two.envelope().recipients().getFirst().path().address()))
                        .containsExactlyInAnyOrder("large@example.org", "small@example.org");
                done(one);
                done(two);
                feed.wake();
            }
        }
    }

    @Test
    void releaseMovesEachFailedMailOnce() throws Exception {
        for (int i = 0; i < 120; i++) {
            store(
                    i % 2 == 0 ? ROUTE : OTHER,
                    Mails.to("alice@example.org"),
                    Mails.octets(i % 10 == 0 ? 200 << 10 : 900));
        }
        for (SpoolQueue.ForRoute queue : List.of(QUEUE, new SpoolQueue.ForRoute(OTHER))) {
            QueueOf taker = new QueueOf(60);
            try (SpoolReader.Feed feed = reader.feeds().feed(queue, taker)) {
                for (int i = 0; i < 60; i++) {
                    TakenMail mail = taker.next();
                    settle(mail, new Settlement.Copy.Failed(mail.envelope()));
                }
                feed.wake();
            }
        }
        assertThat(messages(new SpoolQueue.Failed())).isEqualTo(120);
        assertThat(reader.admin().release(java.util.Optional.empty())).isEqualTo(120);
        assertThat(messages(new SpoolQueue.Failed())).isZero();
        assertThat(list(BACKLOG)).hasSize(60);
        assertThat(list(new SpoolQueue.ForRoute(OTHER, Lane.BACKLOG))).hasSize(60);
    }
}
