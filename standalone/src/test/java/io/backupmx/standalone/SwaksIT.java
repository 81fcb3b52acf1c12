package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Program;
import io.backupmx.testing.Programs;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.SystemTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tools that operators try a mail server with: swaks, and Python's SMTP client. One instance for all. */
@SystemTest
class SwaksIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MANY = 900;

    private static ScriptedPrimary primary;

    @TempDir
    private static Path directory;

    private static Instance instance;

    @BeforeAll
    static void start() {
        primary = ScriptedPrimary.started();
        List<String> known = new ArrayList<>(List.of("alice", "bob"));
        IntStream.range(0, MANY).mapToObj(i -> "user" + i).forEach(known::add);
        instance = new Instance(directory.resolve("data"))
                .backingUp("example.test", primary.port())
                .set("domains.example.test.recipients=[" + String.join(", ", known) + "]")
                .started();
    }

    @AfterAll
    static void stop() {
        instance.close();
        primary.close();
    }

    @BeforeEach
    void forget() {
        primary.forget();
    }

    @Test
    void mailIsQueuedAndArrives() {
        Program.Result said = swaks("--to", "alice@example.test", "--header", "Subject: hello", "--body", "well?");

        assertThat(said.succeeded().output()).containsPattern("(?m)^<-  250 2\\.0\\.0 Ok: queued as [0-9A-Z]{16}$");
        ReceivedMail mail = primary.awaitMails(1, PATIENCE).getFirst();
        assertThat(mail.sender()).isEqualTo("carol@client.example");
        assertThat(mail.recipients()).containsExactly("alice@example.test");
        assertThat(mail.text()).contains("\r\nSubject: hello\r\n").contains("\r\n\r\nwell?\r\n");
    }

    @Test
    void tlsWorksOutOfTheBox() {
        assertThat(swaks("--tls", "--to", "alice@example.test").succeeded().output())
                .contains("=== TLS started with cipher TLSv1.3:");

        assertThat(primary.awaitMails(1, PATIENCE).getFirst().text()).contains(" with ESMTPS id ");
        assertThat(instance.output()).containsOnlyOnce("a certificate that we signed ourselves");
        assertThat(directory.resolve("data/self-signed.pem")).isRegularFile();
    }

    @Test
    void unknownUserIsRefused() {
        assertThat(swaks("--to", "mallory@example.test"))
                .satisfies(said -> assertThat(said.status()).isEqualTo(24)) // swaks: no recipient accepted
                .satisfies(said -> assertThat(said.output())
                        .contains("<** 550 5.1.1 <mallory@example.test>: Recipient address rejected: User unknown\n"));
    }

    @Test
    void relayingIsDenied() {
        for (String elsewhere :
                List.of("alice@other.example", "alice@sub.example.test", "alice%other.example@[127.0.0.1]")) {
            assertThat(swaks("--to", elsewhere).output())
                    .as(elsewhere)
                    .contains("<** 554 5.7.1 <" + elsewhere + ">: Relay access denied\n");
        }
        assertThat(primary.attempts()).isEmpty();
    }

    @Test
    void postmasterIsAlwaysKnown() {
        swaks("--to", "Postmaster@EXAMPLE.test", "--from", "<>").succeeded();

        ReceivedMail mail = primary.awaitMails(1, PATIENCE).getFirst();
        assertThat(mail.sender()).isEmpty();
        assertThat(mail.recipients()).hasSize(1).first().asString().isEqualToIgnoringCase("postmaster@example.test");
    }

    /** One write for MAIL, RCPT and DATA; an unknown recipient among them costs the others nothing. */
    @Test
    void pipelinedCommandsAreAnsweredInOrder() {
        Program.Result said = swaks("--pipeline", "--to", "alice@example.test,mallory@example.test,bob@example.test");

        assertThat(said.succeeded().output()).contains("""
                 -> MAIL FROM:<carol@client.example>
                 -> RCPT TO:<alice@example.test>
                 -> RCPT TO:<mallory@example.test>
                 -> RCPT TO:<bob@example.test>
                 -> DATA
                <-  250 2.1.0 Ok
                <-  250 2.1.5 Ok
                <** 550 5.1.1 <mallory@example.test>: Recipient address rejected: User unknown
                <-  250 2.1.5 Ok
                <-  354 End data with <CR><LF>.<CR><LF>
                """);
        assertThat(primary.awaitMails(1, PATIENCE).getFirst().recipients())
                .containsExactly("alice@example.test", "bob@example.test");
    }

    @Test
    void largeAttachmentArrivesWhole() throws IOException {
        byte[] octets = new byte[20_000_000];
        new SplittableRandom(1).nextBytes(octets);
        Path file = Files.write(directory.resolve("large.bin"), octets);

        swaks("--to", "alice@example.test", "--attach-type", "application/octet-stream", "--attach", "@" + file)
                .succeeded();

        String text = primary.awaitMails(1, PATIENCE).getFirst().text();
        String encoded = text.substring(text.indexOf("\r\n\r\n", text.indexOf("application/octet-stream")) + 4);
        byte[] arrived = Base64.getMimeDecoder().decode(encoded.substring(0, encoded.indexOf("\r\n--")));
        assertThat(Arrays.equals(arrived, octets)).isTrue();
    }

    /** A limit of the primary's reach, said before the content. */
    @Test
    void tooLargeAMailIsRefusedAtMail() throws IOException {
        Program.Result said = Python.run(
                "smtplib_client.py",
                "smtplib",
                "python3",
                new byte[51 << 20],
                List.of(String.valueOf(instance.smtpPort()), "carol@client.example", "alice@example.test"));

        assertThat(said.status()).isNotZero();
        assertThat(said.output()).contains("552", "5.3.4 Message size exceeds limit");
    }

    @Test
    void eightBitBodyArrivesAsItWas() throws IOException {
        byte[] body = "Gr\u00fc\u00dfe aus K\u00f6ln: \u0080\u00ff\n".getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(directory.resolve("body"), body);

        swaks("--to", "alice@example.test", "--body", "@" + file).succeeded();

        assertThat(primary.awaitMails(1, PATIENCE).getFirst().text())
                .contains("\r\n\r\nGr\u00fc\u00dfe aus K\u00f6ln: \u0080\u00ff\r\n");
    }

    @Test
    void manyRecipientsArriveAsOneMail() {
        List<String> recipients = IntStream.range(0, MANY)
                .mapToObj(i -> "user" + i + "@example.test")
                .toList();

        swaks("--to", String.join(",", recipients)).succeeded();

        assertThat(primary.awaitMails(1, PATIENCE).getFirst().recipients()).containsExactlyElementsOf(recipients);
        instance.awaitEmptyQueue(PATIENCE);
        assertThat(primary.attempts()).hasSize(1);
    }

    @Test
    void pythonsClientSendsAndLearnsWhoIsUnknown() {
        byte[] content = """
                From: carol@client.example\r
                Subject: from Python\r
                \r
                Gr\u00fc\u00dfe\r
                .\r
                ..\r
                """.getBytes(StandardCharsets.ISO_8859_1);

        Program.Result said = Python.run(
                "smtplib_client.py",
                "smtplib",
                "python3",
                content,
                List.of(
                        String.valueOf(instance.smtpPort()),
                        "carol@client.example",
                        "alice@example.test",
                        "mallory@example.test"));

        assertThat(said.succeeded().output())
                .isEqualTo("mallory@example.test 550 5.1.1 <mallory@example.test>: Recipient address rejected:"
                        + " User unknown\n");
        ReceivedMail mail = primary.awaitMails(1, PATIENCE).getFirst();
        assertThat(mail.contentBelowTrace()).isEqualTo(content);
        assertThat(mail.recipients()).containsExactly("alice@example.test");
    }

    private static Program.Result swaks(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--server", "127.0.0.1:" + instance.smtpPort()));
        all.addAll(List.of("--helo", "client.example", "--from", "carol@client.example"));
        all.addAll(List.of(arguments));
        return Programs.require("swaks", "swaks").run(PATIENCE, all.toArray(String[]::new));
    }
}
