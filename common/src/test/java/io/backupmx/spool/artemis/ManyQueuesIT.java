package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.backupmx.route.Route;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.TestBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand routes, a quarter of them with mail, more than one answer tells of: looking at them all costs the broker little. */
@Timeout(180)
@RunsAlone
final class ManyQueuesIT extends SpoolFixture {

    private static final int QUEUES = 10_000;
    private static final int WITH_MAIL = 2600;

    /** Far above what it takes on an idle machine, far below what a question for each queue would. */
    private static final Duration BOUND = Duration.ofSeconds(3);

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }

    @Test
    void depthsAndSweepsScale() throws Exception {
        try (Links.Link link = new Links(url(broker), Optional.empty()).consuming();
                ClientSession session = link.plainSession()) {
            for (int i = 0; i < QUEUES; i++) {
                Links.ensureQueue(session, QueueNames.nameOf(new SpoolQueue.ForRoute(route(i))));
            }
        }
        for (int i = 0; i < WITH_MAIL; i++) {
            store(route(i), Mails.to("alice@example.org"), Mails.octets(100));
        }
        List<QueueDepth> depths = reader.admin().depths(); // once before the clock runs
        assertThat(depths.stream().filter(depth -> depth.messages() > 0)).hasSize(WITH_MAIL);
        assertThat(depths).hasSizeGreaterThanOrEqualTo(QUEUES);
        assertThat(depths.stream().filter(depth -> depth.oldest().isPresent())).hasSize(QueueDepth.MAX_DETAILED);

        timed("depths", () -> reader.admin().depths());
        timed("listing", () -> {
            try (Links.Link link = new Links(url(broker), Optional.empty()).consuming();
                    Management management = new Management(link)) {
                assertThat(QueueCounts.notEmpty(management)).hasSize(WITH_MAIL);
            }
        });
        AtomicReference<Set<SpoolQueue.ForRoute>> told = new AtomicReference<>(Set.of());
        try (AutoCloseable _ = reader.feeds().watch(told::set)) {
            timed(
                    "sweep",
                    () -> await().pollDelay(Duration.ZERO)
                            .pollInterval(Duration.ofMillis(5))
                            .until(() -> told.get().size() == WITH_MAIL));
        }
    }

    @Test
    void whatRestsIsNotListedAgain() throws Exception {
        SpoolQueue.ForRoute one = new SpoolQueue.ForRoute(route(1));
        SpoolQueue.ForRoute two = new SpoolQueue.ForRoute(route(2));
        store(route(1), Mails.to("alice@example.org"), Mails.octets(100));
        RecentCounts counts = new RecentCounts();
        try (Links.Link link = new Links(url(broker), Optional.empty()).consuming();
                Management management = new Management(link)) {
            await().untilAsserted(() -> assertThat(counts.askUnlessAtRest(management))
                    .isSameAs(counts.askUnlessAtRest(management))
                    .extracting(RecentCounts.Counted::byName)
                    .isEqualTo(Map.of(QueueNames.nameOf(one), 1L)));
            new RetryMails().putReady(url(broker), two, Mails.to("alice@example.org"), Mails.octets(100));
            await().untilAsserted(
                            () -> assertThat(counts.askUnlessAtRest(management).byName())
                                    .isEqualTo(Map.of(QueueNames.nameOf(one), 1L, QueueNames.nameOf(two), 1L)));
            try (SpoolReader.Feed _ = reader.feeds().feed(one, new QueueOf(1))) {
                await().untilAsserted(() -> assertThat(
                                counts.askUnlessAtRest(management).number())
                        .as("while it is read")
                        .isNotEqualTo(counts.askUnlessAtRest(management).number()));
            }
        }
    }

    @Test
    void feedsThatAreClosedLeaveNothingBehind() throws Exception {
        try (ArtemisReader feeds = new ArtemisReader(new Links(url(broker), Optional.empty()), directory, () -> {})) {
            for (int i = 0; i < 20; i++) {
                QueueOf taker = new QueueOf(1);
                SpoolReader.Feed feed = feeds.feed(new SpoolQueue.ForRoute(route(i)), taker);
                assertThat(feeds.openRouteFeeds()).isOne();
                feed.close();
                feed.close();
            }
            assertThat(feeds.openRouteFeeds()).isZero();
        }
    }

    @Test
    void aQueueThatCannotBeReadForNowCostsOneSession() throws Exception {
        SpoolQueue.ForRoute queue = new SpoolQueue.ForRoute(route(0));
        SimpleString name = SimpleString.of(QueueNames.nameOf(queue));
        try (Links.Link link = new Links(url(broker), Optional.empty()).consuming();
                ClientSession session = link.plainSession();
                Management management = new Management(link)) {
            session.createQueue(QueueConfiguration.of(name)
                    .setAddress(name)
                    .setRoutingType(RoutingType.ANYCAST)
                    .setMaxConsumers(1));
            var _ = session.createConsumer(name);
            long before = sessions(management);
            try (ArtemisReader feeds =
                            new ArtemisReader(new Links(url(broker), Optional.empty()), directory, () -> {});
                    SpoolReader.Feed _ = feeds.feed(queue, new QueueOf(1))) {
                int pulse = 1;
                await().during(Duration.ofSeconds(3))
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> sessions(management) <= before + pulse + 1);
            }
        }
    }

    private static long sessions(Management management) throws Exception {
        String all = "{\"field\":\"\",\"operation\":\"\",\"value\":\"\"}";
        Object answer = management.operation("broker", "listSessions", all, 1, 1);
        return new ObjectMapper().readTree(String.valueOf(answer)).path("count").asLong();
    }

    @Test
    void answersAreNotKept() throws Exception {
        String kept = "{\"field\":\"deliveringCount\",\"operation\":\"GREATER_THAN\",\"value\":\"5\"}";
        try (Links.Link link = new Links(url(broker), Optional.empty()).consuming();
                Management management = new Management(link)) {
            for (int i = 0; i < 20; i++) {
                assertThat(management.attribute("broker", "version")).isNotNull();
            }
            await().untilAsserted(() -> assertThat(management.operation("broker", "listQueues", kept, 1, 10))
                    .asString()
                    .contains("\"count\":0"));
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void timed(String what, Step step) throws Exception {
        long start = System.nanoTime();
        step.run();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(took).as(what).isLessThan(BOUND);
    }

    private static Route route(int i) {
        return Route.of("smtp:[mx" + i + ".example.org]:25");
    }
}
