package io.backupmx.spool.artemis;

import io.backupmx.config.SpoolConfig;
import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.TakenMail;
import io.backupmx.testing.TestBroker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A broker, and our three sides of it, for the contract's tests. */
abstract class SpoolFixture {

    static final Route ROUTE = Route.of("smtp:[mx1.example.org]:25");
    static final Route OTHER = Route.of("smtp:[2001:db8::1]:2525");
    static final SpoolQueue.ForRoute FRESH = new SpoolQueue.ForRoute(ROUTE);
    static final SpoolQueue.ForRoute BACKLOG = new SpoolQueue.ForRoute(ROUTE, Lane.BACKLOG);
    static final SpoolConfig CONFIG =
            new SpoolConfig(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(3), 12 << 20, 94);

    @TempDir
    Path directory;

    Vertx vertx;
    TestBroker broker;
    ArtemisSpool.Writer writer;
    ArtemisSpool.Reader reader;

    abstract String url(TestBroker broker);

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        broker = TestBroker.start(directory, 0, 100);
        connect();
    }

    void connect() {
        ArtemisSpool spool = ArtemisSpool.at(url(broker), CONFIG);
        writer = spool.writer(vertx);
        reader = spool.reader(directory);
    }

    void disconnect() {
        writer.close();
        reader.close();
    }

    @AfterEach
    void close() throws TimeoutException {
        disconnect();
        broker.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    void store(SpoolQueue.ForRoute queue, Envelope envelope, byte[] octets) {
        finish(writer.store(List.of(new SpoolEntry(queue.route(), envelope, queue.lane())), Content.of(octets)));
    }

    void store(Route route, Envelope envelope, byte[] octets) {
        finish(writer.store(List.of(new SpoolEntry(route, envelope)), Content.of(octets)));
    }

    static void finish(Future<Void> future) {
        try {
            future.await(60, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within 60 s", e);
        }
    }

    static void done(TakenMail mail) throws Exception {
        mail.settle(Settlement.done()).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    static void settle(TakenMail mail, Settlement.Copy... copies) throws Exception {
        mail.settle(new Settlement.Replace(List.of(copies)))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    static byte[] read(Content content) throws IOException {
        return content.open().readAllBytes();
    }

    List<ListedMail> list(SpoolQueue queue) {
        List<ListedMail> mails = new ArrayList<>();
        reader.admin().browse(List.of(queue), mails::add);
        return mails;
    }

    Optional<QueueDepth> depth(SpoolQueue queue) {
        return reader.admin().depths().stream()
                .filter(d -> d.queue().equals(queue))
                .findFirst();
    }

    long messages(SpoolQueue queue) {
        return depth(queue).map(QueueDepth::messages).orElse(0L);
    }
}
