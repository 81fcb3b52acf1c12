package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Arrival;
import io.backupmx.mail.TlsFacts;
import io.backupmx.testing.TlsClient;
import io.vertx.core.Future;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** STARTTLS (RFC 3207), octet by octet. */
class StartTlsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final TestIngress ingress = new TestIngress(tuning -> {
        tuning.tls = true;
        tuning.stopGrace = Duration.ofSeconds(3);
    });

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void nothingHoldsThatWasSaidInTheClear() throws IOException, GeneralSecurityException {
        try (TlsClient client = new TlsClient(ingress.port())) {
            client.reply();
            client.write("EHLO plain.example\r\n");
            assertThat(client.reply()).last().isEqualTo("250 STARTTLS");
            client.say("MAIL FROM:<eve@plain.example>");
            client.say("RCPT TO:<alice@example.test>");

            assertThat(client.say("STARTTLS")).isEqualTo("220 2.0.0 Ready to start TLS");
            assertThat(client.startTls()).isEqualTo("TLSv1.3");

            assertThat(client.say("DATA")).isEqualTo("503 5.5.1 Need MAIL first");
            assertThat(client.say("MAIL FROM:<>")).isEqualTo("503 5.5.1 Send EHLO or HELO first");
            client.write("EHLO client.example\r\n");
            assertThat(client.reply()).contains("250-8BITMIME").noneMatch(line -> line.contains("STARTTLS"));
            assertThat(client.say("STARTTLS")).isEqualTo("503 5.5.1 TLS is on already");
            deliver(client, "hello");
            assertThat(client.say("QUIT")).startsWith("221 ");
            assertThat(client.reply()).isEmpty();
        }
        Arrival arrival = ingress.spool.only().only().envelope().arrival();
        assertThat(arrival.helo()).isEqualTo("client.example");
        assertThat(arrival.protocol()).isEqualTo("ESMTPS");
        assertThat(arrival.tls()).contains(new TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(ingress.count("backupmx.ingress.tls.sessions", "version", "TLSv1.3"))
                        .isOne());
        assertThat(ingress.count("backupmx.ingress.connections", "outcome", "quit"))
                .isOne();
    }

    /** CVE-2011-0411: who is in the middle puts commands behind STARTTLS, for the server to hear as the client's. */
    @Test
    void whatCameBehindStartTlsIsForgotten() throws IOException, GeneralSecurityException {
        for (String injected : new String[] {
            "EHLO eve.example\r\nMAIL FROM:<eve@plain.example>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\n",
            "RSET\r\n",
            "half a command, to be ended by the client's first"
        }) {
            try (TlsClient client = new TlsClient(ingress.port())) {
                client.reply();
                client.say("EHLO plain.example");
                client.write("STARTTLS\r\n" + injected);
                assertThat(client.reply()).containsExactly("220 2.0.0 Ready to start TLS");
                client.startTls();

                assertThat(client.say("MAIL FROM:<>")).as(injected).isEqualTo("503 5.5.1 Send EHLO or HELO first");
                assertThat(client.say("EHLO client.example")).isEqualTo("250 LIMITS RCPTMAX=1000");
                assertThat(client.say("DATA")).isEqualTo("503 5.5.1 Need MAIL first");
                assertThat(client.say("QUIT")).startsWith("221 ");
                assertThat(client.reply()).isEmpty();
            }
        }
        assertThat(ingress.spool.mails()).isEmpty();
    }

    /** As above, in a segment of its own: no TLS, so there is none. */
    @Test
    void whatComesInPlaceOfTheHandshakeEndsTheSession() throws IOException {
        try (TlsClient client = TlsClient.atStartTls(ingress.port())) {
            client.write("EHLO eve.example\r\nMAIL FROM:<eve@plain.example>\r\n");
            assertThat(client.reply()).noneMatch(line -> line.startsWith("250"));
        }
        awaitFailure("refused");
    }

    /** What was answered before leaves before: who reads the 220 reads nothing else with it. */
    @Test
    void the220StandsAlone() throws IOException, GeneralSecurityException {
        try (TlsClient client = new TlsClient(ingress.port())) {
            client.reply();
            client.write("EHLO client.example\r\nNOOP\r\nSTARTTLS\r\n");
            assertThat(client.reply()).last().isEqualTo("250 STARTTLS");
            assertThat(client.reply()).containsExactly("250 2.0.0 Ok");
            assertThat(client.reply()).containsExactly("220 2.0.0 Ready to start TLS");
            assertThat(client.startTls("TLSv1.2")).isEqualTo("TLSv1.2");
            assertThat(client.say("HELO client.example")).isEqualTo("250 mx2.example.net");
            deliver(client, "by HELO");
        }
        assertThat(ingress.spool.only().only().envelope().arrival().protocol()).isEqualTo("SMTP");
    }

    @Test
    void aParameterIsRefusedAndChangesNothing() throws IOException {
        try (TlsClient client = new TlsClient(ingress.port())) {
            client.reply();
            client.say("EHLO client.example");
            assertThat(client.say("STARTTLS now")).isEqualTo("501 5.5.4 No argument allowed");
            deliver(client, "in the clear");
        }
        assertThat(ingress.spool.only().only().envelope().arrival().tls()).isEqualTo(Optional.empty());
    }

    @Test
    void aHandshakeThatFailsEndsTheSession() throws IOException {
        try (TlsClient client = TlsClient.atStartTls(ingress.port())) {
            assertThatThrownBy(client::startTlsDistrustingly).isInstanceOf(SSLException.class);
        }
        awaitFailure("refused");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(ingress.count("backupmx.ingress.connections", "outcome", "tls_failed"))
                        .isOne());
    }

    @Test
    void whoGoesInsteadOfAHandshakeIsCounted() throws IOException {
        TlsClient.atStartTls(ingress.port()).close();
        awaitFailure("disconnected");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(ingress.count("backupmx.ingress.connections", "outcome", "tls_failed"))
                        .isOne());
    }

    @Test
    void whoGoesAmidAHandshakeIsCounted() throws IOException {
        try (TlsClient client = TlsClient.atStartTls(ingress.port())) {
            client.write("\u0016\u0003\u0001\u0002\u0000\u0001");
        }
        awaitFailure("disconnected");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(ingress.count("backupmx.ingress.connections", "outcome", "tls_failed"))
                        .isOne());
    }

    @Test
    void aHandshakeIsNotWaitedForForEver() throws IOException {
        try (TestIngress impatient = new TestIngress(tuning -> {
                    tuning.tls = true;
                    tuning.commandTimeout = Duration.ofSeconds(1);
                });
                TlsClient client = TlsClient.atStartTls(impatient.port())) {
            assertThat(client.reply()).isEmpty();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    impatient.count("backupmx.ingress.tls.handshakes.failed", "reason", "timed_out"))
                            .isOne());
            impatient.awaitNothingHeld();
        }
    }

    @Test
    void aStopWaitsForAContentAndSaysGoodbye() throws IOException, GeneralSecurityException {
        try (TlsClient client = TlsClient.atStartTls(ingress.port());
                TlsClient idle = TlsClient.atStartTls(ingress.port())) {
            client.startTls();
            idle.startTls();
            upToData(client);
            client.write("first half, ");

            Future<Void> stopped = ingress.stop();
            assertThat(idle.reply().getLast()).startsWith("421 4.3.2 ");
            assertThat(idle.reply()).isEmpty();
            client.write("second half\r\n.\r\n");

            assertThat(client.reply().getLast()).startsWith("250 2.0.0 Ok: queued as ");
            assertThat(client.reply().getLast()).startsWith("421 4.3.2 ");
            assertThat(client.reply()).isEmpty();
            client.close();
            idle.close();
            TestIngress.get(stopped);
        }
        assertThat(ingress.spool.only().text()).isEqualTo("first half, second half\r\n");
    }

    /** Commands and contents of many mails in few segments; a large one among them, so that the disk makes it wait. */
    @Test
    void pipeliningAndLargeContentsAreAsInTheClear() throws IOException, GeneralSecurityException {
        String large = "0123456789abcdef".repeat(4) + "\r\n";
        String content = large.repeat(30_000);
        try (TlsClient client = TlsClient.atStartTls(ingress.port())) {
            client.startTls();
            StringBuilder all = new StringBuilder("EHLO client.example\r\n");
            for (String body : new String[] {"one\r\n", content, "three\r\n"}) {
                all.append("MAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\n")
                        .append(body)
                        .append(".\r\n");
            }
            client.write(all.append("QUIT\r\n").toString());
            assertThat(client.reply().getLast()).startsWith("250 ");
            for (int i = 0; i < 3; i++) {
                assertThat(client.reply().getLast()).startsWith("250 2.1.0");
                assertThat(client.reply().getLast()).startsWith("250 2.1.5");
                assertThat(client.reply().getLast()).startsWith("354 ");
                assertThat(client.reply().getLast()).startsWith("250 2.0.0 Ok: queued as ");
            }
            assertThat(client.reply().getLast()).startsWith("221 ");
            assertThat(client.reply()).isEmpty();
        }
        assertThat(ingress.spool.mails())
                .extracting(MemorySpool.Mail::text)
                .containsExactly("one\r\n", content, "three\r\n");
    }

    private void awaitFailure(String reason) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(ingress.count("backupmx.ingress.tls.handshakes.failed", "reason", reason))
                                .isOne());
    }

    private static void upToData(TlsClient client) throws IOException {
        client.say("EHLO client.example");
        client.say("MAIL FROM:<>");
        client.say("RCPT TO:<alice@example.test>");
        assertThat(client.say("DATA")).startsWith("354 ");
    }

    private static void deliver(TlsClient client, String text) throws IOException {
        client.say("MAIL FROM:<>");
        client.say("RCPT TO:<alice@example.test>");
        assertThat(client.say("DATA")).startsWith("354 ");
        client.write(text + "\r\n.\r\n");
        assertThat(client.reply().getLast()).startsWith("250 2.0.0 Ok: queued as ");
    }
}
