package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.testing.TestBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has mail is told soon, and never for good not at all. */
@Timeout(120)
final class WatchIT extends SpoolFixture {

    private static final Duration SOON = Duration.ofMillis(2500);

    private final List<Set<SpoolQueue.ForRoute>> told = new CopyOnWriteArrayList<>();

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }

    @Test
    void mailThatIsThereIsToldOfAtTheStart() throws Exception {
        store(ROUTE, Mails.to("alice@example.org"), Mails.octets(900));
        store(OTHER, Mails.to("alice@example.org"), Mails.octets(900));
        try (AutoCloseable _ = reader.feeds().watch(told::add)) {
            await().untilAsserted(() -> assertThat(told).contains(Set.of(FRESH, new SpoolQueue.ForRoute(OTHER))));
        }
    }

    @Test
    void mailThatIsStoredIsToldOfAtOnceAndAgainWhenItKeepsComing() throws Exception {
        try (AutoCloseable _ = watchAfterItsFirstSweep()) {
            store(ROUTE, Mails.to("alice@example.org"), Mails.octets(900));
            await().atMost(SOON).untilAsserted(() -> assertThat(told).contains(Set.of(FRESH)));
            for (int i = 0; i < 200; i++) {
                store(ROUTE, Mails.to("alice@example.org"), Mails.octets(900));
            }
            assertThat(told).as("not once for each mail").hasSizeLessThan(10);
        }
    }

    @Test
    void largeMailOfSeveralRoutesIsToldOf() throws Exception {
        try (AutoCloseable _ = watchAfterItsFirstSweep()) {
            store(OTHER, Mails.to("alice@example.org"), Mails.octets(300 << 10));
            await().atMost(SOON).untilAsserted(() -> assertThat(told).contains(Set.of(new SpoolQueue.ForRoute(OTHER))));
        }
    }

    @Test
    void dueMailWithoutAPlaceIsToldOf() throws Exception {
        SpoolQueue.Retry retry = new SpoolQueue.Retry(Duration.ofHours(1));
        try (AutoCloseable _ = watchAfterItsFirstSweep();
                SpoolReader.DelayFeed _ = reader.feeds().feed(retry, _ -> Optional.empty())) {
            new RetryMails()
                    .put(url(broker), retry, ROUTE, Mails.to("alice@example.org"), Mails.octets(900), Instant.now());
            await().atMost(SOON).untilAsserted(() -> assertThat(told).contains(Set.of(BACKLOG)));
        }
    }

    @Test
    void mailWhoseHintWasLostIsToldOfByTheSweepEvenWhereTheNameIsCut() throws Exception {
        Route cutRoute = Route.of("smtp:"
                + IntStream.range(0, 8)
                        .mapToObj(i -> "[mail-exchanger-number-" + i + ".some-long-name.example.org]:25")
                        .collect(Collectors.joining(",")));
        SpoolQueue.ForRoute cut = new SpoolQueue.ForRoute(cutRoute, Lane.BACKLOG);
        try (AutoCloseable _ = watchAfterItsFirstSweep()) {
            new RetryMails().putReady(url(broker), cut, Mails.to("alice@example.org"), Mails.octets(900));
            await().atMost(SpoolReader.SWEEP)
                    .untilAsserted(() -> assertThat(told).contains(Set.of(cut)));
        }
    }

    @Test
    void aBrokerThatWasAwayIsWatchedAgain() throws Exception {
        try (AutoCloseable _ = watchAfterItsFirstSweep()) {
            broker.close();
            broker = broker.restarted();
            new RetryMails().putReady(url(broker), FRESH, Mails.to("alice@example.org"), Mails.octets(900));
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(told).contains(Set.of(FRESH)));
        }
    }

    @Test
    void oneLaneOfARouteIsToldOfThoughTheOtherJustWas() throws Exception {
        try (AutoCloseable _ = watchAfterItsFirstSweep()) {
            store(BACKLOG, Mails.to("alice@example.org"), Mails.octets(900));
            store(FRESH, Mails.to("alice@example.org"), Mails.octets(900));
            await().atMost(SOON).untilAsserted(() -> assertThat(told).contains(Set.of(BACKLOG), Set.of(FRESH)));
        }
    }

    private AutoCloseable watchAfterItsFirstSweep() {
        AutoCloseable watch = reader.feeds().watch(told::add);
        await().untilAsserted(() -> assertThat(told).contains(Set.of()));
        return watch;
    }
}
