package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Ports;
import io.backupmx.testing.PostfixPrimary;
import io.backupmx.testing.Program;
import io.backupmx.testing.Programs;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.SystemTest;
import io.backupmx.testing.TlsClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with other people's clients, and certificates that are renewed. One instance for all. */
@SystemTest
class TlsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String FAILED = "backupmx_ingress_tls_certificate_reload_failed";

    @TempDir
    private static Path directory;

    private static ScriptedPrimary primary;
    private static final int TLS_PORT = Ports.free();
    private static Instance instance;
    private static PostfixPrimary postfix;

    @BeforeAll
    static void start() throws IOException {
        primary = ScriptedPrimary.started();
        issue("first");
        issue("second");
        issue("other.example.net");
        issue("another.example.net");
        install("first");
        install("other.example.net", "other");
        postfix = PostfixPrimary.stopped(
                "postfix.test",
                Map.of(
                        "smtpd_tls_security_level",
                        "encrypt",
                        "smtpd_tls_loglevel",
                        "1",
                        "smtpd_tls_cert_file",
                        directory.resolve("second.pem").toString(),
                        "smtpd_tls_key_file",
                        directory.resolve("second.key").toString()));
        instance = new Instance(directory.resolve("data"))
                .backingUp("example.test", primary.port())
                .backingUp("postfix.test", postfix.port())
                .set(
                        "domains.verified.test.primary=localhost:" + postfix.port(),
                        "domains.verified.test.tls=verify",
                        "worker.probe_unhealthy=500ms",
                        "worker.tls_ca_file=" + directory.resolve("second.pem"))
                .set(
                        "hostname=mx2.example.net",
                        "ingress.tls.certificate=" + directory.resolve("live.pem"),
                        "ingress.tls.key=" + directory.resolve("live.key"),
                        "ingress.tls.certificates.other.certificate=" + directory.resolve("other.pem"),
                        "ingress.tls.certificates.other.key=" + directory.resolve("other.key"),
                        "ingress.tls.listen=127.0.0.1:" + TLS_PORT)
                .started();
    }

    @AfterAll
    static void stop() {
        instance.close();
        postfix.close();
        primary.close();
    }

    @BeforeEach
    void forget() {
        primary.forget();
    }

    /** Which takes mail in no other way, and has a certificate that nobody has signed. */
    @Test
    void postfixHasItsMailThroughTls() {
        String id = Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), "alice@postfix.test");
        postfix.start();
        postfix.awaitMessages(1, PATIENCE);
        Instance.await(
                PATIENCE,
                () -> assertThat(instance.output()).containsPattern("queue_id=" + id + " .* tls=TLSv1.3 .* delivered"));
        assertThat(postfix.log()).contains("TLS connection established from");
    }

    /** Who is demanded and not there makes the route one that is down, with the reason, and keeps it so. */
    @Test
    void aPrimaryWithTheWrongCertificateGetsNoMail() {
        String why = "its certificate is for nobody, not for localhost";
        postfix.start();
        Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), "alice@verified.test");
        Instance.await(
                PATIENCE,
                () -> assertThat(instance.json("/api/v1/routes").path("routes").valueStream())
                        .anySatisfy(route -> {
                            assertThat(route.path("route").asText()).isEqualTo("smtp:[localhost]:" + postfix.port());
                            assertThat(route.path("state").asText()).isEqualTo("DOWN");
                            assertThat(route.path("reason").asText()).contains(why);
                        }));
        assertThat(instance.mailq()).contains(why);
        double probes = failures();
        Instance.await(PATIENCE, () -> assertThat(failures()).isGreaterThan(probes));
        assertThat(RouteHistory.of(instance.output(), "smtp:[localhost]:" + postfix.port())
                        .states())
                .containsExactly("DOWN");
        assertThat(instance.mailq()).contains("alice@verified.test");
    }

    private static double failures() {
        return instance.metric(
                "backupmx_tls_sessions_total", "policy=\"verify\"", "result=\"certificate-host-mismatch\"");
    }

    @Test
    void swaksSendsThroughTls() {
        Program.Result said = Programs.require("swaks", "swaks")
                .run(
                        PATIENCE,
                        "--tls",
                        "--server",
                        "127.0.0.1:" + instance.smtpPort(),
                        "--helo",
                        "client.example",
                        "--from",
                        "carol@client.example",
                        "--to",
                        "alice@example.test");

        assertThat(said.succeeded().output())
                .contains("=== TLS started with cipher TLSv1.3:TLS_AES_256_GCM_SHA384:256")
                .contains("\n<~  250-8BITMIME\n");
        ReceivedMail mail = primary.awaitMails(1, PATIENCE).getFirst();
        assertThat(mail.text())
                .startsWith("Received: from client.example ([127.0.0.1])\r\n"
                        + "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n"
                        + "\tby mx2.example.net with ESMTPS id ");
        assertThat(instance.output())
                .containsPattern(" client=127\\.0\\.0\\.1 helo=client\\.example tls=TLSv1\\.3 from=");
    }

    @Test
    void opensslFindsTls12And13AndNothingOlder() {
        assertThat(openssl("-tls1_2").output()).contains("Protocol  : TLSv1.2", "250 LIMITS RCPTMAX=1000");
        assertThat(openssl("-tls1_3").output()).contains("New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384");
        assertThat(openssl("-tls1_1").output())
                .contains("alert protocol version")
                .doesNotContain("250 ENHANCED");
        assertThat(instance.output()).contains("reason=refused").contains("handshake failed");
        assertThat(instance.metric("backupmx_ingress_tls_handshakes_failed_total", "reason=\"refused\""))
                .isPositive();
    }

    @Test
    void pythonSends20MegabytesToTheOctet() {
        byte[] random = new byte[15_000_000];
        new SplittableRandom(2).nextBytes(random);
        byte[] content = ("Subject: large\r\n\r\n" + Base64.getMimeEncoder().encodeToString(random) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        assertThat(content.length).isGreaterThan(20_000_000);

        Python.run(
                        "smtplib_client.py",
                        "smtplib",
                        "python3",
                        content,
                        List.of(
                                "--starttls",
                                String.valueOf(instance.smtpPort()),
                                "carol@client.example",
                                "alice@example.test"))
                .succeeded();

        assertThat(Arrays.equals(primary.awaitMails(1, PATIENCE).getFirst().contentBelowTrace(), content))
                .isTrue();
    }

    @Test
    void aRenewedCertificateIsTakenAndABrokenOneIsNotWhileSessionsGoOn() throws IOException, GeneralSecurityException {
        install("first");
        instance.cli("reload").succeeded();
        try (TlsClient open = TlsClient.atStartTls(instance.smtpPort())) {
            open.startTls();
            assertThat(open.serverName()).isEqualTo("CN=first");

            install("second");
            instance.cli("reload").succeeded();
            assertThat(serverName()).isEqualTo("CN=second");

            Files.writeString(directory.resolve("live.key"), "broken");
            Product.Ran ran = instance.cli("reload");
            assertThat(ran.exitCode()).isOne();
            assertThat(ran.err()).contains("ingress.tls.key: ", "holds no PEM block BEGIN PRIVATE KEY");
            assertThat(instance.metric(FAILED)).isOne();
            assertThat(serverName()).isEqualTo("CN=second");

            install("first");
            Instance.await(
                    PATIENCE,
                    () -> assertThat(instance.metric(FAILED))
                            .as("seen by itself")
                            .isZero());
            assertThat(serverName()).isEqualTo("CN=first");

            open.say("EHLO client.example");
            open.say("MAIL FROM:<carol@client.example>");
            open.say("RCPT TO:<alice@example.test>");
            open.say("DATA");
            assertThat(open.say("Subject: still here\r\n\r\n.")).startsWith("250 2.0.0 Ok: queued as ");
        }
        primary.awaitMails(1, PATIENCE);
    }

    @Test
    void swaksSendsWhereTlsComesFirst() {
        Programs.require("swaks", "swaks")
                .run(
                        PATIENCE,
                        "--tls-on-connect",
                        "--server",
                        "127.0.0.1:" + TLS_PORT,
                        "--helo",
                        "client.example",
                        "--from",
                        "carol@client.example",
                        "--to",
                        "alice@example.test")
                .succeeded();
        assertThat(primary.awaitMails(1, PATIENCE).getFirst().text()).contains("\tby mx2.example.net with ESMTPS id ");
        assertThat(instance.output()).contains("127.0.0.1:" + TLS_PORT + ", where TLS comes first\n");
    }

    @Test
    void aClientGetsTheCertificateOfWhomItAsksForAndThatIsRenewedToo() throws IOException, GeneralSecurityException {
        install("first");
        install("other.example.net", "other");
        instance.cli("reload").succeeded();
        assertThat(serverName("other.example.net")).isEqualTo("CN=other.example.net");
        assertThat(serverName("nobody.example.net")).isEqualTo("CN=first");
        assertThat(instance.metric(
                        "backupmx_ingress_tls_certificate_expires_timestamp_seconds", "certificate=\"other\""))
                .isGreaterThan(instance.metric(
                        "backupmx_ingress_tls_certificate_begins_timestamp_seconds", "certificate=\"default\""));

        install("another.example.net", "other");
        instance.cli("reload").succeeded();
        assertThat(serverName("another.example.net")).isEqualTo("CN=another.example.net");
        assertThat(serverName("other.example.net")).isEqualTo("CN=first");

        Files.writeString(directory.resolve("other.pem"), "-----BEGIN CERTIFICATE-----\n");
        assertThat(instance.cli("reload").err())
                .contains("ingress.tls.certificates.other.certificate: ", "begins in line 1 has no END");
        assertThat(instance.metric(FAILED, "certificate=\"other\"")).isOne();
        assertThat(instance.metric(FAILED, "certificate=\"default\"")).isZero();
        assertThat(serverName("another.example.net")).isEqualTo("CN=another.example.net");
    }

    private static String serverName(String asked) throws IOException, GeneralSecurityException {
        try (TlsClient client = new TlsClient(TLS_PORT)) {
            client.startTlsWith(asked);
            return client.serverName();
        }
    }

    private static String serverName() throws IOException, GeneralSecurityException {
        try (TlsClient client = TlsClient.atStartTls(instance.smtpPort())) {
            client.startTls();
            return client.serverName();
        }
    }

    private static Program.Result openssl(String version) {
        return Programs.require("openssl", "openssl")
                .run(
                        PATIENCE,
                        "EHLO client.example\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII),
                        "s_client",
                        "-starttls",
                        "smtp",
                        version,
                        "-cipher",
                        "DEFAULT@SECLEVEL=0", // for what is older than OpenSSL likes
                        "-ign_eof",
                        "-connect",
                        "127.0.0.1:" + instance.smtpPort());
    }

    private static void issue(String name) {
        Programs.require("openssl", "openssl")
                .run(
                        PATIENCE,
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-subj",
                        "/CN=" + name,
                        "-days",
                        "30",
                        "-keyout",
                        directory.resolve(name + ".key").toString(),
                        "-out",
                        directory.resolve(name + ".pem").toString())
                .succeeded();
    }

    /** As certbot does: one file in another's place. */
    private static void install(String name) throws IOException {
        install(name, "live");
    }

    private static void install(String name, String as) throws IOException {
        for (String suffix : List.of(".pem", ".key")) {
            Path fresh = Files.copy(
                    directory.resolve(name + suffix), directory.resolve("fresh"), StandardCopyOption.REPLACE_EXISTING);
            Files.move(fresh, directory.resolve(as + suffix), StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
