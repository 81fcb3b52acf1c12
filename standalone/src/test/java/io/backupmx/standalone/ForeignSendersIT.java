package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Ports;
import io.backupmx.testing.PostfixSecondary;
import io.backupmx.testing.Program;
import io.backupmx.testing.Programs;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.RunningProgram;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import io.backupmx.testing.SendOutcome;
import io.backupmx.testing.SystemTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail servers and tools of other people's making, each with its own idea of SMTP. One instance for all. */
@SystemTest
class ForeignSendersIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** As few as may be, of which Exim and others have more. */
    private static final int MAX_RECIPIENTS = 100;

    private static final List<String> THREE =
            List.of("alice@example.test", "mallory@example.test", "later@example.test");
    /** As it arrives: whoever sends it adds to its header. */
    private static final String BODY = "\r\n\r\nGr\u00fc\u00dfe\r\n.\r\n..\r\nFrom the start of a line\r\n";

    private static final byte[] MAIL =
            ("From: carol@client.example\r\nSubject: from elsewhere" + BODY).getBytes(StandardCharsets.ISO_8859_1);

    private static ScriptedPrimary primary;
    private static final int TLS_PORT = Ports.free();
    private static Instance instance;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        primary = ScriptedPrimary.started()
                .play(Script.acceptAll().offering("PIPELINING", "SIZE", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8"));
        String users = IntStream.range(0, 2 * MAX_RECIPIENTS)
                .mapToObj(i -> "user" + i)
                .collect(Collectors.joining("@example.test x\n", "", "@example.test x\n"));
        Files.writeString(directory.resolve("domains"), "example.test\n");
        Files.writeString(
                directory.resolve("recipients"),
                users + "alice@example.test x\nj\u00fcrgen@example.test x\nlater@example.test x\n");
        Files.writeString(
                directory.resolve("transport"),
                "example.test smtp:[127.0.0.1]:" + primary.port() + "\nlater@example.test retry:4.2.1 moving house\n");
        instance = new Instance(directory.resolve("data"))
                .set(
                        "hostname=mx2.example.net",
                        "relay_domains=" + directory.resolve("domains"),
                        "relay_recipients=" + directory.resolve("recipients"),
                        "transport=" + directory.resolve("transport"),
                        "ingress.max_recipients=" + MAX_RECIPIENTS,
                        "ingress.client_limits.unknown_delay=0s",
                        "ingress.proxy_protocol.networks=[127.0.0.2]",
                        "ingress.tls.listen=127.0.0.1:" + TLS_PORT)
                .started();
    }

    @AfterAll
    static void stop() {
        try (Instance _ = instance) {
            assertThat(instance.output()).doesNotContain("ERROR", "Exception");
        } finally {
            primary.close();
        }
    }

    @BeforeEach
    void forget() {
        primary.forget();
    }

    @AfterEach
    void nothingWaits() {
        instance.awaitEmptyQueue(PATIENCE);
        assertThat(primary.violations()).isEmpty();
    }

    /** By chunks, and by DATA. */
    @ParameterizedTest
    @ValueSource(strings = {"hosts_try_chunking = *", "hosts_try_chunking = :"})
    void eximHearsOfEachRecipientWhatItIs(String option) {
        try (EximSender exim = EximSender.to(instance.smtpPort(), option)) {
            assertThat(exim.send(MAIL, THREE))
                    .containsPattern("=> alice@example.test .* X=TLS1\\.3:.* L.* C=\"250 2\\.0\\.0 Ok: queued as")
                    .containsPattern("\\*\\* mallory@example.test .*: 550 5\\.1\\.1 .* User unknown")
                    .containsPattern("== later@example.test .*: 450 4\\.2\\.1 .* moving house");
        }
        ReceivedMail mail = primary.awaitMails(1, PATIENCE).getFirst();
        assertThat(mail.recipients()).containsExactly("alice@example.test");
        assertThat(mail.text()).contains(" with ESMTPS id ").endsWith(BODY);
    }

    @Test
    void eximSendsToMoreThanAMailMayHave() {
        List<String> all = IntStream.range(0, MAX_RECIPIENTS + 30)
                .mapToObj(i -> "user" + i + "@example.test")
                .toList();
        try (EximSender exim = EximSender.to(instance.smtpPort(), "max_rcpt = 0")) {
            assertThat(exim.send(MAIL, all)).doesNotContain(" ** ");
            assertThat(exim.send(MAIL, List.of("alice@example.test"))).contains("=> alice@example.test");
        }
        Instance.await( // what it tries again may be there first
                PATIENCE,
                () -> assertThat(primary.mails())
                        .anySatisfy(mail -> assertThat(mail.recipients())
                                .hasSize(MAX_RECIPIENTS)
                                .isSubsetOf(all)));
    }

    @Test
    void postfixHearsOfEachRecipientWhatItIs() {
        try (PostfixSecondary postfix = PostfixSecondary.stopped(
                        "example.test",
                        instance.smtpPort(),
                        Path.of(System.getProperty("java.io.tmpdir")),
                        Map.of("smtp_tls_security_level", "encrypt", "smtp_tls_loglevel", "1"));
                ScriptedSmtpClient client = ScriptedSmtpClient.to(postfix.port())) {
            postfix.start();
            assertThat(client.sendMail(Sender.FROM, THREE, MAIL)).isInstanceOf(SendOutcome.Accepted.class);
            Instance.await(
                    PATIENCE,
                    () -> assertThat(postfix.log())
                            .containsPattern("TLS connection established to 127\\.0\\.0\\.1.*: TLSv1\\.3 ")
                            .containsPattern("to=<alice@example.test>.* status=sent \\(250 2\\.0\\.0 Ok: queued as")
                            .containsPattern("to=<mallory@example.test>.* status=bounced .* said: 550 5\\.1\\.1 ")
                            .containsPattern("to=<later@example.test>.* status=deferred .* said: 450 4\\.2\\.1 "));
        }
        ReceivedMail mail = primary.awaitMails(1, PATIENCE).getFirst();
        assertThat(mail.recipients()).containsExactly("alice@example.test");
        assertThat(mail.text()).contains(" with ESMTPS id ").endsWith(BODY);
    }

    /** Its scripts know sixteen ways to be an open relay, and speak at both doors. */
    @Test
    void nmapFindsNoOpenRelayAndSeesTheCertificate(@TempDir Path directory) throws IOException {
        Files.writeString( // by which it knows what is behind a port
                directory.resolve("nmap-services"),
                "smtp\t%d/tcp\t1.0\nsmtps\t%d/tcp\t1.0\n".formatted(instance.smtpPort(), TLS_PORT));
        List<String> found = new ArrayList<>();
        for (int port : List.of(instance.smtpPort(), TLS_PORT)) {
            found.add(Programs.require("nmap", "nmap")
                    .run(
                            PATIENCE,
                            "-Pn",
                            "-n",
                            "-sT",
                            "--datadir",
                            directory.toString(),
                            "-p",
                            String.valueOf(port),
                            "--script",
                            "smtp-commands,smtp-open-relay,ssl-cert",
                            "127.0.0.1")
                    .succeeded()
                    .output());
        }
        assertThat(found)
                .allSatisfy(said -> assertThat(said)
                        .contains("smtp-open-relay: Server doesn't seem to be an open relay, all tests failed")
                        .contains("ssl-cert: Subject: commonName=mx2.example.net")
                        .contains("smtp-commands: mx2.example.net, PIPELINING, "));
        assertThat(found.getFirst()).contains(", STARTTLS\n");
        assertThat(found.getLast()).doesNotContain("STARTTLS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void opensslSpeaksAtTheTlsDoor(String version) {
        Program.Result said = Programs.require("openssl", "openssl")
                .run(
                        PATIENCE,
                        "EHLO client.example\r\nRSET\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII),
                        "s_client",
                        version,
                        "-ign_eof",
                        "-connect",
                        "127.0.0.1:" + TLS_PORT);
        assertThat(said.succeeded().output())
                .contains(
                        "220 mx2.example.net ", "250-CHUNKING\r\n", "250 2.0.0 Ok\r\n", "221 2.0.0 mx2.example.net Bye")
                .doesNotContain("250-STARTTLS", "250 STARTTLS");
    }

    @Test
    void pythonSendsFromAnAddressThatIsNotAscii() {
        python("utf8", "zo\u00eb@client.example", "j\u00fcrgen@example.test");
        ReceivedMail mail = primary.awaitMails(1, PATIENCE).getFirst();
        assertThat(mail.sender()).isEqualTo("zo\u00eb@client.example");
        assertThat(mail.recipients()).containsExactly("j\u00fcrgen@example.test");
        assertThat(new String(mail.content(), StandardCharsets.UTF_8))
                .contains(" with UTF8SMTP id ", "Subject: Gr\u00fc\u00dfe aus K\u00f6ln\r\n")
                .endsWith("\r\n\r\nGr\u00fc\u00dfe\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipelined", "dribbled"})
    void aSessionInOneWriteIsAnsweredInOrder(String how) {
        assertThat(python(how, "alice@example.test").output().lines())
                .containsExactly(
                        "220", "250", "250", "250", "354", "250", "250", "250", "250", "250", "550", "554", "250",
                        "250", "250", "250", "250", "221");
        assertThat(primary.awaitMails(2, PATIENCE))
                .extracting(mail -> new String(mail.contentBelowTrace(), StandardCharsets.US_ASCII))
                .containsExactlyInAnyOrder("Subject: first\r\n\r\n.\r\n", "Subject: second\r\n\r\n.\r\n");
    }

    /** Which says each line by itself, over connections of one to three mails. */
    @Test
    void postalLosesNothing(@TempDir Path directory) throws IOException {
        int mails = 60;
        Path users = Files.writeString(directory.resolve("users"), "alice@example.test\n");
        Path senders = Files.writeString(directory.resolve("senders"), Sender.FROM + "\n");
        double before = instance.metric("backupmx_ingress_messages_total", "outcome=\"accepted\"");
        try (RunningProgram postal = Programs.require("env", "coreutils")
                .start(
                        "-C", // where it keeps a log
                        directory.toString(),
                        Programs.require("postal", "postal").path().toString(),
                        "-t",
                        "20",
                        "-c",
                        "3",
                        "-m",
                        "20",
                        "-p",
                        String.valueOf(instance.smtpPort()),
                        "-f",
                        senders.toString(),
                        "127.0.0.1",
                        users.toString())) {
            primary.awaitMails(mails, PATIENCE);
            postal.signal("STOP"); // what it has begun stays unended, what it was told 250 for is there
            assertThat(postal.output().lines().filter(line -> !line.startsWith("time,")))
                    .isEmpty();
        }
        instance.awaitEmptyQueue(PATIENCE);
        assertThat(instance.metric("backupmx_ingress_messages_total", "outcome=\"accepted\"") - before)
                .isEqualTo(primary.mailCount());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 TCP4", "2 AF_INET"})
    void swaksComesByWayOfAProxy(String versionAndFamily) {
        String[] proxy = versionAndFamily.split(" ");
        List<String> arguments = Stream.of(
                        Stream.of("--server", "127.0.0.1:" + instance.smtpPort(), "--local-interface", "127.0.0.2"),
                        Stream.of("--proxy-version", proxy[0], "--proxy-family", proxy[1]),
                        Stream.of("--proxy-source", "192.0.2.7", "--proxy-source-port", "51000"),
                        Stream.of("--proxy-dest", "203.0.113.9", "--proxy-dest-port", "25"),
                        Stream.of("--pipeline", "--tls", "--helo", "client.example", "--from", Sender.FROM),
                        Stream.of("--to", "alice@example.test"))
                .flatMap(one -> one)
                .toList();
        Programs.require("swaks", "swaks")
                .run(PATIENCE, arguments.toArray(String[]::new))
                .succeeded();
        assertThat(primary.awaitMails(1, PATIENCE).getFirst().text()).contains("from client.example ([192.0.2.7])");
    }

    private static Program.Result python(String... arguments) {
        List<String> all = Stream.concat(Stream.of(String.valueOf(instance.smtpPort())), Arrays.stream(arguments))
                .toList();
        return Python.run("foreign_client.py", "smtplib", "python3", new byte[0], all)
                .succeeded();
    }
}
