package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.SpoolConfig;
import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.Settlement.Copy;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import io.backupmx.testing.BrokerProcess;
import io.backupmx.testing.RunsAlone;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is killed or frozen while mail is moved: each recipient is on one queue, once, with the whole content. */
@Timeout(180)
@RunsAlone
final class MoveFaultsIT {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.org]:25");
    private static final Route OTHER = Route.of("smtp:[mx2.example.org]:25");
    private static final Route HOLD = Route.of("hold:example.org");
    private static final SpoolQueue.ForRoute HERE = new SpoolQueue.ForRoute(ROUTE);
    private static final SpoolQueue.ForRoute THERE = new SpoolQueue.ForRoute(OTHER, Lane.BACKLOG);
    private static final SpoolQueue.ForRoute HELD = new SpoolQueue.ForRoute(HOLD);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MAILS = 200;

    /** Of a mail's recipients, and so of what is moved to another queue each: one, or two of every second mail. */
    private static final int PARTS = MAILS + MAILS / 2;

    private static final SpoolConfig CONFIG =
            new SpoolConfig(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(10), 32 << 20, 94);

    @TempDir
    Path directory;

    /** One recipient of a mail. */
    private record Part(QueueId id, String address) {}

    private final Random random = new Random();
    private final Map<QueueId, byte[]> contents = new HashMap<>();
    private final Set<Part> stored = new HashSet<>();

    /** Of which the spool has said that they are moved. */
    private final Set<Part> confirmed = ConcurrentHashMap.newKeySet();

    private Vertx vertx;
    private BrokerProcess broker;
    private ArtemisSpool.Writer writer;
    private ArtemisSpool.Reader reader;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        broker = BrokerProcess.start(directory);
        ArtemisSpool spool = ArtemisSpool.at(broker.url(), CONFIG);
        writer = spool.writer(vertx);
        reader = spool.reader(directory);
    }

    @AfterEach
    void close() throws Exception {
        writer.close();
        reader.close();
        broker.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void noMailIsLostOrDoubledWhenTheBrokerIsKilledWhileItIsMoved() throws Exception {
        store();
        for (int round = 1; round <= 3; round++) {
            int enough = confirmed.size() + 1 + random.nextInt(PARTS / 5);
            QueueOf taker = new QueueOf(40);
            try (SpoolReader.Feed _ = reader.feeds().feed(HERE, taker)) {
                Thread moving = Thread.ofVirtual().start(() -> moveAll(taker));
                await().pollInterval(Duration.ofMillis(2)).until(() -> confirmed.size() >= enough);
                broker.kill();
                moving.interrupt();
                moving.join();
            }
            broker.restart();
            await().atMost(PATIENCE).ignoreExceptions().untilAsserted(this::assertEachIsInOnePlace);
        }
        assertThat(confirmed).hasSizeLessThan(PARTS);
        moveTheRest();
    }

    @Test
    void noMailIsLostOrDoubledWhenTheBrokerIsSilentWhileItIsMoved() throws Exception {
        store();
        QueueOf taker = new QueueOf(42);
        try (SpoolReader.Feed _ = reader.feeds().feed(HERE, taker)) {
            List<TakenMail> mails = new ArrayList<>();
            for (int i = 0; i < 42; i++) {
                mails.add(taker.next());
            }
            // The session knows both queues from here on, so that it is the commit that hears nothing.
            move(mails.get(0)).get(20, TimeUnit.SECONDS);
            move(mails.get(1)).get(20, TimeUnit.SECONDS);
            broker.freeze();
            try {
                List<CompletableFuture<Void>> moves =
                        mails.subList(2, 42).stream().map(this::move).toList();
                assertThat(moves)
                        .allSatisfy(move -> assertThat(move)
                                .failsWithin(PATIENCE)
                                .withThrowableOfType(ExecutionException.class)
                                .withCauseInstanceOf(SpoolException.class));
            } finally {
                broker.thaw();
            }
        }
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(this::assertEachIsInOnePlace);
        moveTheRest();
    }

    /** Every second one has two recipients, one in five is large. */
    private void store() throws Exception {
        for (int i = 0; i < MAILS; i++) {
            Envelope envelope = i % 2 == 0
                    ? Mails.to("a@example.org", "b@example.org")
                    : Mails.to("a@example.org").withRequireTls();
            byte[] octets = Mails.octets(i % 5 == 0 ? 200 << 10 : 4096);
            contents.put(envelope.queueId(), octets);
            stored.addAll(partsOf(envelope));
            writer.store(List.of(new SpoolEntry(ROUTE, envelope)), Content.of(octets))
                    .await(20, TimeUnit.SECONDS);
        }
    }

    private static List<Part> partsOf(Envelope envelope) {
        return envelope.recipients().stream()
                .map(recipient -> new Part(envelope.queueId(), recipient.path().address()))
                .toList();
    }

    /** The first recipient to one queue, the second, where there is one, to the other. */
    private CompletableFuture<Void> move(TakenMail mail) {
        Envelope envelope = mail.envelope();
        List<Copy> copies = new ArrayList<>();
        for (Recipient recipient : envelope.recipients()) {
            copies.add(new Copy.Moved(copies.isEmpty() ? OTHER : HOLD, envelope.withRecipients(List.of(recipient))));
        }
        return mail.settle(new Settlement.Replace(copies))
                .thenRun(() -> confirmed.addAll(partsOf(envelope)))
                .toCompletableFuture();
    }

    /** Until it is interrupted. */
    private void moveAll(QueueOf taker) {
        try {
            while (true) {
                var _ = move(taker.next()).thenRun(() -> taker.addPlaces(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void moveTheRest() throws Exception {
        QueueOf taker = new QueueOf(40);
        try (SpoolReader.Feed _ = reader.feeds().feed(HERE, taker)) {
            Thread moving = Thread.ofVirtual().start(() -> moveAll(taker));
            await().atMost(PATIENCE).until(() -> messages(HERE) == 0);
            moving.interrupt();
            moving.join();
        }
        assertEachIsInOnePlace();
        assertThat(takeAll(THERE)).isEqualTo(MAILS);
        assertThat(takeAll(HELD)).isEqualTo(PARTS - MAILS);
    }

    private void assertEachIsInOnePlace() {
        List<Part> here = partsOn(HERE);
        List<Part> all = new ArrayList<>(here);
        all.addAll(partsOn(THERE));
        all.addAll(partsOn(HELD));
        assertThat(all).containsExactlyInAnyOrderElementsOf(stored);
        assertThat(here).as("said to be moved").doesNotContainAnyElementsOf(confirmed);
        Set<QueueId> whole = new HashSet<>();
        here.forEach(part -> whole.add(part.id()));
        assertThat(stored.stream().filter(part -> whole.contains(part.id())))
                .as("of mails that are where they were")
                .containsExactlyInAnyOrderElementsOf(here);
    }

    private List<Part> partsOn(SpoolQueue queue) {
        List<Part> parts = new ArrayList<>();
        reader.admin().browse(List.of(queue), mail -> parts.addAll(partsOf(mail.envelope())));
        return parts;
    }

    private long messages(SpoolQueue queue) {
        return reader.admin().depths().stream()
                .filter(depth -> depth.queue().equals(queue))
                .mapToLong(QueueDepth::messages)
                .sum();
    }

    /** How many there were, each of them to the octet what was stored. */
    private int takeAll(SpoolQueue.ForRoute queue) throws Exception {
        int count = partsOn(queue).size();
        QueueOf taker = new QueueOf(count);
        try (SpoolReader.Feed _ = reader.feeds().feed(queue, taker)) {
            List<CompletableFuture<Void>> taken = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                TakenMail mail = taker.next();
                QueueId id = mail.envelope().queueId();
                assertThat(mail.envelope().requireTls()).isEqualTo(!stored.contains(new Part(id, "b@example.org")));
                assertThat(mail.content().open().readAllBytes()).isEqualTo(contents.get(id));
                taken.add(mail.settle(Settlement.done()).toCompletableFuture());
            }
            CompletableFuture.allOf(taken.toArray(CompletableFuture<?>[]::new)).get(20, TimeUnit.SECONDS);
        }
        assertThat(messages(queue)).isZero();
        return count;
    }
}
