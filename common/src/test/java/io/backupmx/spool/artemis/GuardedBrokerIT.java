package io.backupmx.spool.artemis;

import static io.backupmx.spool.artemis.SpoolFixture.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.config.SpoolConfig;
import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.MailParts;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SharedTable;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.SpoolWriter;
import io.backupmx.testing.TestBroker;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.ActiveMQSecurityException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The separate broker's users: each may do its work, and nothing else. */
@Timeout(120)
final class GuardedBrokerIT {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.org]:25");
    private static final SpoolQueue.ForRoute QUEUE = new SpoolQueue.ForRoute(ROUTE);
    private static final SpoolQueue.ForRoute BACKLOG = new SpoolQueue.ForRoute(ROUTE, Lane.BACKLOG);
    private static final SimpleString NAME = SimpleString.of(QueueNames.nameOf(QUEUE));
    private static final SimpleString FAILED = SimpleString.of(QueueNames.nameOf(new SpoolQueue.Failed()));

    @TempDir
    Path directory;

    private Vertx vertx;
    private TestBroker broker;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        broker = TestBroker.guarded(directory.resolve("broker"));
    }

    @AfterEach
    void close() throws Exception {
        broker.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void ingressStoresAndWorkerHearsOfItListsAndReleases() throws Exception {
        Set<SpoolQueue.ForRoute> heard = ConcurrentHashMap.newKeySet();
        try (ArtemisSpool.Reader reader = spool("worker", "worker").reader(directory);
                ArtemisSpool.Writer writer = spool("ingress", "ingress").writer(vertx)) {
            assertThat(writer.room()).isEqualTo(SpoolWriter.Room.OPEN);
            try (AutoCloseable _ = reader.feeds().watch(heard::addAll)) {
                writer.store(List.of(new SpoolEntry(ROUTE, Mails.to("alice@example.org"))), Content.of(new byte[1000]))
                        .await(20, TimeUnit.SECONDS);
                await().until(() -> heard.contains(QUEUE));
            }
            await().until(() -> depth(reader, QUEUE), Optional.of(1L)::equals);

            try (Links.Link link = links("admin", "admin").consuming();
                    Management management = new Management(link)) {
                assertThat(management.operation("queue." + NAME, "moveMessages", "", FAILED.toString()))
                        .hasToString("1");
            }
            await().until(() -> depth(reader, new SpoolQueue.Failed()), Optional.of(1L)::equals);
            assertThat(reader.admin().release(Optional.empty())).isEqualTo(1);
            assertThat(depth(reader, BACKLOG)).contains(1L);
            List<ListedMail> listed = new ArrayList<>();
            reader.admin().browse(List.of(BACKLOG), listed::add);
            assertThat(listed).hasSize(1);
        }
    }

    @Test
    void whatAnOperatorDeletesOrBouncesTheWorkerMay() throws Exception {
        Route failing = Route.of("smtp:[mx2.example.org]:25");
        Envelope waiting = Mails.to("alice@example.org");
        Envelope deferred = Mails.to("bob@example.org");
        Envelope failed = Mails.to("carol@example.org");
        Envelope bounced = Mails.to("dave@example.org");
        SpoolQueue retry = new SpoolQueue.Retry(Duration.ofHours(1));
        SpoolQueue demanded = new SpoolQueue.Reports(ReportKind.DEMANDED);
        try (ArtemisSpool.Reader reader = spool("worker", "worker").reader(directory);
                ArtemisSpool.Writer writer = spool("ingress", "ingress").writer(vertx)) {
            store(writer, ROUTE, waiting);
            Envelope behind = Mails.to("erin@example.org");
            writer.store(List.of(new SpoolEntry(ROUTE, behind, Lane.BACKLOG)), Content.of(new byte[1000]))
                    .await(20, TimeUnit.SECONDS);
            for (Envelope envelope : List.of(deferred, failed, bounced)) {
                store(writer, failing, envelope);
            }
            QueueOf taker = new QueueOf(3);
            try (SpoolReader.Feed feed = reader.feeds().feed(new SpoolQueue.ForRoute(failing), taker)) {
                settle(taker.next(), new Settlement.Copy.Retry(deferred, Duration.ofHours(1)));
                settle(taker.next(), new Settlement.Copy.Failed(failed));
                settle(taker.next(), new Settlement.Copy.Failed(bounced));
                feed.wake();
            }
            assertThat(reader.admin().bounce(Optional.of(bounced.queueId()))).isOne();

            SpoolQueue.Reports givenUp = new SpoolQueue.Reports(ReportKind.GIVEN_UP);
            for (SpoolQueue queue : List.of(QUEUE, retry)) {
                MailParts both = MailParts.of(List.of(waiting.queueId(), deferred.queueId()));
                assertThat(reader.mails().move(both, queue, givenUp)).isOne();
            }
            assertThat(removed(reader, waiting, givenUp)).isOne();
            store(writer, ROUTE, waiting);
            assertThat(removed(reader, waiting, QUEUE)).isOne();
            assertThat(removed(reader, behind, BACKLOG)).isOne();
            assertThat(removed(reader, deferred, givenUp)).isOne();
            assertThat(removed(reader, failed, new SpoolQueue.Failed())).isOne();
            assertThat(removed(reader, bounced, demanded)).isOne();
            assertThat(removed(reader, bounced, demanded)).isZero();
        }
        try (ArtemisSpool.Reader reader = spool("ingress", "ingress").reader(directory)) {
            assertThatThrownBy(() -> removed(reader, waiting, QUEUE))
                    .as("not allowed is something else than not there")
                    .isInstanceOfSatisfying(
                            SpoolException.class, e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.REFUSED));
        }
    }

    @Test
    void workersMeet() throws Exception {
        try (ClusterBus one = spool("worker", "worker").cluster("one");
                ClusterBus other = spool("worker", "worker").cluster("other")) {
            RecordingMember keeper = RecordingMember.started(one, 2);
            keeper.awaitHeld(0, 1);
            RecordingMember follower = RecordingMember.started(other, 2);
            follower.awaitEvent("connected");
            one.publish(0, "key", "value").toCompletableFuture().get(20, TimeUnit.SECONDS);
            follower.awaitValue("key", "value");
            other.broadcast("hello");
            RecordingMember.until(() -> keeper.heardSoFar().contains(other.self() + ": hello"));
        }
    }

    @Test
    void ingressAndWorkerShareTables() throws Exception {
        try (SharedTable one = spool("ingress", "ingress").table("recipients");
                SharedTable other = spool("worker", "worker").table("recipients")) {
            RecordingListener ingress = RecordingListener.started(one).awaitEvents("connected", "complete");
            RecordingListener worker = RecordingListener.started(other).awaitEvents("connected", "complete");
            TableFixture.put(one, "key", "of ingress");
            worker.awaitValue("key", "of ingress");
            TableFixture.put(other, "key", "of worker");
            ingress.awaitValue("key", "of worker");
        }
    }

    @Test
    void ingressCanNeitherReadNorRemoveMailNorDisturbWorkers() throws Exception {
        try (ArtemisSpool.Writer writer = spool("ingress", "ingress").writer(vertx)) {
            writer.store(List.of(new SpoolEntry(ROUTE, Mails.to("alice@example.org"))), Content.of(new byte[10]))
                    .await(20, TimeUnit.SECONDS);
        }
        try (Links.Link link = links("ingress", "ingress").consuming();
                ClientSession session = link.plainSession()) {
            refused(() -> session.createConsumer(NAME));
            refused(() -> session.createConsumer(NAME, null, true));
            refused(() -> session.deleteQueue(NAME));
            refused(() -> sendAsIngress("cluster.state.0"));
            refused(() -> sendAsIngress("cluster.talk"));
            refused(() -> session.createQueue(QueueConfiguration.of("elsewhere")));
            refused(() -> session.createQueue(QueueConfiguration.of("ears")
                    .setAddress("cluster.talk")
                    .setDurable(false)
                    .setTemporary(true)));
            try (Management management = new Management(link)) {
                assertThat(management.attribute("broker", "diskStoreUsage")).isInstanceOf(Number.class);
                assertThatThrownBy(() -> management.operation("queue." + NAME, "removeAllMessages"))
                        .hasMessageContaining("AMQ229032");
                assertThatThrownBy(() -> management.operation("broker", "destroyQueue", NAME.toString()))
                        .hasMessageContaining("AMQ229032");
                assertThatThrownBy(() -> management.operation("queue." + NAME, "browse"))
                        .hasMessageContaining("AMQ229032");
            }
        }
    }

    @Test
    void workerCannotRemoveQueuesNorSteerTheBroker() throws Exception {
        try (Links.Link link = links("worker", "worker").consuming();
                ClientSession session = link.plainSession();
                Management management = new Management(link)) {
            refused(() -> session.deleteQueue(FAILED));
            assertThatThrownBy(() -> management.operation("broker", "destroyQueue", FAILED.toString()))
                    .hasMessageContaining("AMQ229032");
            assertThatThrownBy(() -> management.operation("queue." + FAILED, "removeAllMessages"))
                    .isInstanceOfSatisfying(
                            ActiveMQException.class,
                            e -> assertThat(e.getType()).isEqualTo(ActiveMQExceptionType.SECURITY_EXCEPTION))
                    .hasMessageContaining("AMQ229032");
        }
    }

    @Test
    void wrongPasswordIsSaidToBeOne() {
        try (ArtemisSpool.Reader reader = spool("worker", "wrong").reader(directory);
                ArtemisSpool.Writer writer = spool("ingress", "wrong").writer(vertx)) {
            assertThatThrownBy(() -> reader.admin().ping())
                    .isInstanceOfSatisfying(
                            SpoolException.class, e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.REFUSED))
                    .hasMessage("the broker refuses spool.user, its password, or what it asks for");
            assertThat(writer.room()).isEqualTo(SpoolWriter.Room.UNAVAILABLE);
            assertThat(writer.isRefused()).isTrue();
        }
    }

    @Test
    void connectionCutForWantOfThePasswordSaysSo() throws Exception {
        try (Links.Link link = links("worker", "wrong").taking()) {
            await().pollDelay(Duration.ofMillis(200)).until(() -> !link.isSure()); // its lease was refused, and cut it
            refused(link::plainSession);
        }
    }

    private ArtemisSpool spool(String user, String password) {
        return ArtemisSpool.at(
                broker.tcpUrl(),
                new SpoolConfig(
                        Optional.empty(),
                        Optional.of(user),
                        Optional.of(secret(password)),
                        Duration.ofSeconds(3),
                        12 << 20,
                        94));
    }

    private Path secret(String password) {
        try {
            return Files.writeString(
                    directory.resolve("secret-" + password), password + "\n", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Links links(String user, String password) {
        return new Links(broker.tcpUrl(), Optional.of(new Links.Credentials(user, password)));
    }

    private static int removed(ArtemisSpool.Reader reader, Envelope mail, SpoolQueue queue) {
        return reader.mails().remove(mail.queueId(), List.of(queue));
    }

    private static void store(ArtemisSpool.Writer writer, Route route, Envelope envelope) throws Exception {
        writer.store(List.of(new SpoolEntry(route, envelope)), Content.of(new byte[1000]))
                .await(20, TimeUnit.SECONDS);
    }

    private static Optional<Long> depth(ArtemisSpool.Reader reader, SpoolQueue queue) {
        return reader.admin().depths().stream()
                .filter(depth -> depth.queue().equals(queue))
                .map(QueueDepth::messages)
                .findFirst();
    }

    /** Returns when the broker has taken it, or throws. */
    private void sendAsIngress(String address) throws Exception {
        try (ServerLocator locator =
                        ActiveMQClient.createServerLocator(broker.tcpUrl()).setBlockOnDurableSend(true);
                ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session = factory.createSession("ingress", "ingress", false, true, true, false, 0);
                ClientProducer producer = session.createProducer(address)) {
            producer.send(session.createMessage(true));
        }
    }

    private static void refused(ThrowingCallable act) {
        assertThatThrownBy(act).isInstanceOf(ActiveMQSecurityException.class);
    }
}
