package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.MailContent;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The primary gets exactly the sender's bytes, below one Received field of ours. */
class ByteExactnessIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int CHUNK_SEED = 20_260_101;

    /** Ours and nothing else, from its first octet to its last (RFC 5321 §4.4). */
    private static final Pattern TRACE = Pattern.compile("Received: from client[.]example [(]\\[127[.]0[.]0[.]1][)]\r\n"
            + "\tby [^\\s]+ with ESMTP id [0-9A-Z]{16}\r\n"
            + "\tfor <[^\\s>]+>;\r\n"
            + "\t[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}\r\n");

    @TempDir
    private static Path directory;

    private static ScriptedPrimary primary;
    private static Instance instance;

    @BeforeAll
    static void start() {
        primary = ScriptedPrimary.started();
        instance = new Instance(directory.resolve("data"))
                .backingUp("example.test", primary.port())
                .set("worker.idle_timeout=200ms") // so that each test has connections of its own
                .started();
    }

    @AfterAll
    static void stop() {
        instance.close();
        primary.close();
    }

    /** A connection keeps the extensions it was greeted with: each test begins with a new one. */
    @BeforeEach
    void begin() {
        primary.awaitIdle(SOON);
        primary.forget();
    }

    @AfterEach
    void nothingElseHappened() {
        assertThat(primary.violations()).isEmpty();
        assertThat(instance.metric("backupmx_delivery_attempts_total", "outcome=\"deferred\""))
                .isZero();
        instance.awaitEmptyQueue(SOON);
    }

    private static List<MailContent> contents() {
        List<MailContent> all = new ArrayList<>(MailCorpus.all());
        all.addAll(MailCorpus.random(42, 60));
        all.add(MailCorpus.ofSize("5 MiB", 5 << 20));
        all.add(arbitraryOctets("3 MiB of arbitrary octets", 3 << 20));
        return all;
    }

    /** Lines of every length that nothing between us and the disk could mistake for text. */
    private static MailContent arbitraryOctets(String name, int size) {
        SplittableRandom random = new SplittableRandom(7);
        byte[] octets = new byte[size];
        random.nextBytes(octets);
        for (int i = 0; i < size; i++) {
            if (octets[i] == 0 || octets[i] == '\r' || octets[i] == '\n') {
                octets[i] = '.';
            }
        }
        for (int i = 1; i < size; i += 2 + random.nextInt(3000)) {
            octets[i - 1] = '\r';
            octets[i] = '\n';
        }
        octets[size - 2] = '\r';
        octets[size - 1] = '\n';
        return MailContent.of(name, octets);
    }

    @Test
    void everyContentArrivesUnchangedAtAModernPrimary() {
        primary.play(Script.acceptAll());

        Map<String, byte[]> sent = sendAll(contents());

        assertAllArrived(sent);
    }

    @Test
    void everyContentArrivesUnchangedAtAnOldPrimary() {
        primary.play(Script.acceptAll().offering());

        Map<String, byte[]> sent = sendAll(contents());

        assertAllArrived(sent);
    }

    /** What waits on disk, some of it paged, is what was sent. */
    @Test
    void everyContentOutlivesAKill() {
        primary.play(Script.acceptAll());
        primary.stop();
        Map<String, byte[]> sent = sendAll(contents());

        instance.kill();
        instance.start();
        primary.start();

        assertAllArrived(sent);
    }

    /** Commands, content and final dot in one stream, cut wherever it happens to be. */
    @Test
    void everyContentArrivesUnchangedHoweverItIsCut() throws IOException {
        primary.play(Script.acceptAll());
        SplittableRandom random = new SplittableRandom(CHUNK_SEED);
        Map<String, byte[]> sent = new HashMap<>();
        List<MailContent> contents = MailCorpus.all();
        ScriptedSmtpClient client = ScriptedSmtpClient.to(instance.smtpPort());
        try {
            client.connect();
            client.hello("client.example");
            for (int i = 0; i < contents.size(); i++) {
                String recipient = "cut" + i + "@example.test";
                byte[] content = contents.get(i).octets();
                sendInPieces(client, oneStream(recipient, content), random);
                for (String expected : List.of("250", "250", "354", "250")) {
                    assertThat(client.readReply().text())
                            .as(contents.get(i).name())
                            .startsWith(expected);
                }
                sent.put(recipient, content);
            }
        } finally {
            client.close();
        }

        assertAllArrived(sent);
    }

    @Test
    void bodyParameterIsPassedOnOnlyToWhomOffersIt() throws IOException {
        primary.play(Script.acceptAll());
        sendDeclaredEightBit("modern@example.test");
        primary.awaitMails(1, SOON);
        primary.awaitIdle(SOON);
        primary.play(Script.acceptAll().offering("PIPELINING"));
        sendDeclaredEightBit("old@example.test");

        List<ReceivedMail> mails = primary.awaitMails(2, SOON);

        assertThat(mails.get(0).mail().parameters())
                .containsEntry("BODY", "8BITMIME")
                .containsKey("SIZE");
        assertThat(mails.get(1).mail().parameters()).isEmpty();
        assertThat(mails).allSatisfy(mail -> assertThat(mail.text()).endsWith("\r\nGr\u00fc\u00dfe\r\n"));
    }

    private static void sendDeclaredEightBit(String recipient) throws IOException {
        ScriptedSmtpClient client = ScriptedSmtpClient.to(instance.smtpPort());
        try {
            client.connect();
            client.hello("client.example");
            for (String command : List.of(
                    "MAIL FROM:<carol@client.example> BODY=8BITMIME SIZE=20", "RCPT TO:<" + recipient + ">", "DATA")) {
                assertThat(client.command(command).isPositive()).as(command).isTrue();
            }
            client.sendContent("X: y\r\n\r\nGr\u00fc\u00dfe\r\n".getBytes(StandardCharsets.ISO_8859_1));
            client.sendFinalDot();
            assertThat(client.readReply().code()).isEqualTo(250);
        } finally {
            client.close();
        }
    }

    /** One recipient for each content; what was sent to whom. */
    private static Map<String, byte[]> sendAll(List<MailContent> contents) {
        Map<String, byte[]> sent = new HashMap<>();
        ScriptedSmtpClient client = ScriptedSmtpClient.to(instance.smtpPort());
        try {
            for (int i = 0; i < contents.size(); i++) {
                String recipient = "c" + i + "@example.test";
                byte[] content = contents.get(i).octets();
                Sender.queueId(client.sendMail(Sender.FROM, List.of(recipient), content));
                sent.put(recipient, content);
            }
            client.quit();
        } finally {
            client.close();
        }
        return sent;
    }

    private static void assertAllArrived(Map<String, byte[]> sent) {
        List<ReceivedMail> mails = primary.awaitMails(sent.size(), SOON);
        assertThat(mails)
                .extracting(mail -> mail.recipients().getFirst())
                .containsExactlyInAnyOrderElementsOf(sent.keySet());
        for (ReceivedMail mail : mails) {
            assertUnchanged(mail, sent.get(mail.recipients().getFirst()));
        }
    }

    private static void assertUnchanged(ReceivedMail mail, byte[] expected) {
        byte[] received = mail.content();
        int trace = received.length - expected.length;
        assertThat(trace).as("octets on top of %s", mail).isPositive();
        assertThat(new String(received, 0, trace, StandardCharsets.ISO_8859_1)).matches(TRACE);
        assertThat(Arrays.mismatch(received, trace, received.length, expected, 0, expected.length))
                .as("first octet that differs in %s", mail)
                .isEqualTo(-1);
    }

    private static byte[] oneStream(String recipient, byte[] content) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream(content.length + 500);
        stream.writeBytes(("MAIL FROM:<" + Sender.FROM + ">\r\nRCPT TO:<" + recipient + ">\r\nDATA\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '.' && (i == 0 || content[i - 1] == '\n')) {
                stream.write('.'); // RFC 5321 §4.5.2
            }
            stream.write(content[i]);
        }
        stream.writeBytes(".\r\n".getBytes(StandardCharsets.US_ASCII));
        return stream.toByteArray();
    }

    /** Small pieces at the start and the end, where most of the sense is, larger ones between. */
    private static void sendInPieces(ScriptedSmtpClient client, byte[] stream, SplittableRandom random)
            throws IOException {
        int at = 0;
        while (at < stream.length) {
            boolean edge = at < 300 || stream.length - at < 300;
            int piece = Math.min(stream.length - at, 1 + random.nextInt(edge ? 20 : 9000));
            client.send(Arrays.copyOfRange(stream, at, at + piece));
            at += piece;
        }
    }
}
