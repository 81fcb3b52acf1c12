package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Content;
import io.backupmx.mail.SpilledContent;
import io.backupmx.spool.SpoolWriter.Room;
import io.backupmx.testing.Conversation;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Contents of all sizes: where they are kept, what is too large, and that nothing of them stays behind. */
class ContentSizeIT {

    private static final String SPILLED = "backupmx.ingress.content.spilled.bytes";
    private static final String NO_ROOM = "S: 452 4.3.1 Insufficient system storage, try again later\n";
    private static final String QUEUED = "S: 250 2.0.0 Ok: queued as *\n";

    @Test
    void aSmallContentStaysInTheHeap() {
        with(tuning -> tuning.contentSpillBytes = 10_000, ingress -> {
            ingress.play(TestIngress.UP_TO_DATA + content(10_000) + QUEUED);
            assertThat(ingress.spool.only().kept()).isEqualTo(Content.InMemory.class);
            assertThat(ingress.spool.only().text()).isEqualTo(octets(10_000));
        });
    }

    @Test
    void aLargerContentGoesToAFile() {
        with(tuning -> tuning.contentSpillBytes = 10_000, ingress -> {
            ingress.play(TestIngress.UP_TO_DATA + content(10_100) + QUEUED);
            assertThat(ingress.spool.only().kept()).isEqualTo(SpilledContent.class);
            assertThat(ingress.spool.only().text()).isEqualTo(octets(10_100));
        });
    }

    @Test
    void aLargeContentComesThroughByteForByte() {
        with(_ -> {}, ingress -> {
            ingress.play(TestIngress.UP_TO_DATA + content(5_000_000) + QUEUED);
            assertThat(ingress.spool.only().kept()).isEqualTo(SpilledContent.class);
            assertThat(ingress.spool.only().text()).isEqualTo(octets(5_000_000));
        });
    }

    @Test
    void contentsGoToFilesWhenTheHeapOfAllIsUsedUp() {
        with(
                tuning -> {
                    tuning.contentHeapBytes = 1 << 20;
                    tuning.contentSpillBytes = 100 << 10;
                },
                ingress -> {
                    ingress.spool.hold();
                    List<Conversation> clients = new ArrayList<>();
                    for (int i = 0; i < 15; i++) {
                        clients.add(ingress.open());
                        clients.getLast().play(TestIngress.UP_TO_DATA + content(100_000));
                    }
                    await().until(() -> ingress.spool.heldStores() == 15);
                    assertThat(ingress.spool.mails())
                            .extracting(MemorySpool.Mail::kept)
                            .contains(SpilledContent.class)
                            .contains(Content.InMemory.class);
                    assertThat(ingress.spool.mails())
                            .extracting(MemorySpool.Mail::text)
                            .containsOnly(octets(100_000));
                    assertThat(ingress.gauge("backupmx.ingress.content.heap.bytes"))
                            .isPositive()
                            .isLessThanOrEqualTo(1 << 20);
                    for (int i = 0; i < 15; i++) {
                        ingress.spool.release();
                    }
                    await().until(() -> ingress.gauge("backupmx.ingress.content.heap.bytes") == 0);
                    clients.forEach(Conversation::close);
                });
    }

    @Test
    void aContentBeyondTheLimitIsReadToItsEndAndRefused() {
        with(tuning -> tuning.maxMessageBytes = 64 << 10, ingress -> {
            ingress.play(TestIngress.UP_TO_DATA + content(100_000) + """
                S: 552 5.3.4 Message size exceeds limit
                C: MAIL FROM:<> SIZE=65537
                S: 552 5.3.4 Message size exceeds limit
                C: NOOP
                S: 250 2.0.0 Ok
                """);
            assertThat(ingress.spool.mails()).isEmpty();
        });
    }

    @Test
    void aFloodEndsTheSessionWithAReply() {
        with(tuning -> tuning.maxMessageBytes = 64 << 10, ingress -> {
            try (Conversation client = ingress.open()) {
                client.play(TestIngress.UP_TO_DATA);
                String megabyte = "C!: " + "x".repeat(1 << 20) + "\n";
                for (int i = 0; i < 11; i++) {
                    client.play(megabyte);
                }
                client.play("S: 421 4.3.4 mx2.example.net Message far too large, closing connection\nS: <closed>\n");
            }
            await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "flood") == 1);
        });
    }

    @Test
    void aContentThatCannotGoToAFileIsReadToItsEndAndDeferred() {
        with(tuning -> tuning.contentSpillBytes = 1 << 10, ingress -> {
            delete(ingress);
            ingress.play(TestIngress.UP_TO_DATA + content(1_000_000) + """
                S: 452 4.3.1 Insufficient system storage, try again later
                C: NOOP
                S: 250 2.0.0 Ok
                """);
            assertThat(ingress.count("backupmx.ingress.messages", "outcome", "tempfailed", "reason", "no_room"))
                    .isOne();
        });
    }

    @Test
    void aSpoolThatFillsUpWithinAContentEndsItsKeeping() {
        with(tuning -> tuning.contentSpillBytes = 1 << 10, ingress -> {
            try (Conversation client = ingress.open()) {
                client.play(TestIngress.UP_TO_DATA + "C!: " + "x".repeat(100_000) + "\n");
                await().until(() -> ingress.gauge(SPILLED) == 100_000);
                ingress.spool.setRoom(Room.FULL);
                client.play("C!: " + "x".repeat(10_000) + "\n");
                await().until(() -> ingress.gauge(SPILLED) == 0); // and the content is not over yet
                ingress.spool.setRoom(Room.OPEN);
                client.play("C!: " + "x".repeat(100_000) + "\\r\\n.\\r\\n\n" + NO_ROOM + "C: NOOP\nS: 250 2.0.0 Ok\n");
            }
            assertThat(ingress.spool.mails()).isEmpty();
        });
    }

    @Test
    void contentsInFilesAreLimitedAllTogether() {
        with(
                tuning -> {
                    tuning.maxMessageBytes = 64 << 10;
                    tuning.contentSpillLimitBytes = 64 << 10;
                    tuning.contentSpillBytes = 1 << 10;
                },
                ingress -> {
                    try (Conversation first = ingress.open()) {
                        first.play(TestIngress.UP_TO_DATA + "C!: " + "x".repeat(40_000) + "\n");
                        await().until(() -> ingress.gauge(SPILLED) == 40_000);
                        ingress.play(TestIngress.UP_TO_DATA + content(40_000) + NO_ROOM);
                        await().until(() -> ingress.gauge(SPILLED) == 40_000); // its file may be written to yet
                        first.play("C!: " + "x".repeat(20_000) + "\\r\\n.\\r\\n\n" + QUEUED);
                    }
                    await().until(() -> ingress.gauge(SPILLED) == 0);
                    ingress.play(TestIngress.UP_TO_DATA + content(40_000) + QUEUED);
                    assertThat(ingress.spool.mails()).hasSize(2);
                });
    }

    @Test
    void aClientThatGoesWithinALargeContentLeavesNothing() {
        with(tuning -> tuning.contentSpillBytes = 1 << 10, ingress -> {
            try (Conversation client = ingress.open()) {
                client.play(TestIngress.UP_TO_DATA + "C!: " + "x".repeat(1 << 20) + "\nC: <reset>\n");
            }
            await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "disconnected") == 1);
            assertThat(ingress.spool.mails()).isEmpty();
        });
    }

    private static void with(Consumer<Tuning> tune, Consumer<TestIngress> test) {
        try (TestIngress ingress = new TestIngress(tune)) {
            test.accept(ingress);
            ingress.awaitNothingHeld();
        }
    }

    /** The octets of a content: lines that differ, so that a lost or doubled piece would show. */
    private static String octets(int size) {
        StringBuilder octets = new StringBuilder(size + 80);
        for (int line = 0; octets.length() < size; line++) {
            octets.append("line ")
                    .append(line)
                    .append(" ")
                    .append("x".repeat(line % 60))
                    .append("\r\n");
        }
        octets.setLength(size - 4); // whatever that cuts, it is made a whole line again
        return octets.toString().stripTrailing()
                + "z".repeat(size - 2 - octets.toString().stripTrailing().length()) + "\r\n";
    }

    private static String content(int size) {
        return "C!: " + octets(size).replace("\r\n", "\\r\\n") + ".\\r\\n\n";
    }

    private static void delete(TestIngress ingress) {
        try {
            Files.delete(ingress.spillDirectory);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
