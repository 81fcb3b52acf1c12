package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Arrival;
import io.backupmx.testing.Ports;
import io.backupmx.testing.TlsClient;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

/** The door where TLS comes first (RFC 8314 §3.3). */
class SmtpsIT {

    private static final byte[] PROXY =
            "PROXY TCP4 192.0.2.1 203.0.113.9 51000 465\r\n".getBytes(StandardCharsets.US_ASCII);

    @Test
    void aSessionIsAsAfterStartTls() throws IOException, GeneralSecurityException {
        try (TestIngress ingress = withTls(_ -> {});
                TlsClient client = new TlsClient(ingress.openTlsDoor())) {
            client.startTls();
            assertThat(client.reply()).containsExactly("220 mx2.example.net ESMTP Backup MX");
            client.write("EHLO client.example\r\n");
            assertThat(client.reply()).contains("250-8BITMIME").noneMatch(line -> line.contains("STARTTLS"));
            assertThat(client.say("STARTTLS")).isEqualTo("503 5.5.1 TLS is on already");
            client.say("MAIL FROM:<>");
            client.say("RCPT TO:<alice@example.test>");
            assertThat(client.say("DATA")).startsWith("354 ");
            assertThat(client.say("hello\r\n.")).startsWith("250 2.0.0 Ok: queued as ");
            assertThat(client.say("QUIT")).startsWith("221 ");
            assertThat(client.reply()).isEmpty();

            Arrival arrival = ingress.spool.only().only().envelope().arrival();
            assertThat(arrival.protocol()).isEqualTo("ESMTPS");
            assertThat(arrival.tls()).isPresent();
            ingress.awaitNothingHeld();
            assertThat(ingress.count("backupmx.ingress.tls.sessions", "version", "TLSv1.3"))
                    .isOne();
        }
    }

    /** A balancer's probe, once a second, is nothing to write home about; half a handshake is. */
    @Test
    void whoSaysNothingHasNotFailed() throws IOException {
        try (TestIngress ingress = withTls(_ -> {})) {
            int port = ingress.openTlsDoor();
            new Socket(Ports.loopback(), port).close();
            await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "disconnected") == 1);
            assertThat(failures(ingress, "disconnected")).isZero();

            try (TlsClient client = new TlsClient(port)) {
                client.write("\u0016\u0003\u0001");
            }
            await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "tls_failed") == 1);
            assertThat(failures(ingress, "disconnected")).isOne();

            try (TlsClient client = new TlsClient(port)) {
                client.write("EHLO client.example\r\n");
                assertThat(client.reply()).noneMatch(line -> line.startsWith("250"));
            }
            await().until(() -> failures(ingress, "refused") == 1);
            ingress.awaitNothingHeld();
        }
    }

    @Test
    void limitsAndTimeoutsHoldForTheHandshake() throws IOException {
        try (TestIngress ingress = withTls(tuning -> {
            tuning.commandTimeout = Duration.ofSeconds(1);
            tuning.maxConnectionsPerAddress = 1;
        })) {
            int port = ingress.openTlsDoor();
            try (TlsClient silent = new TlsClient(port)) {
                await().until(() -> ingress.gauge("backupmx.ingress.sessions") == 1);
                try (TlsClient second = new TlsClient(port);
                        TlsClient atTheOtherDoor = new TlsClient(ingress.port())) {
                    assertThat(second.reply())
                            .as("nothing that it could not read")
                            .isEmpty();
                    assertThat(atTheOtherDoor.reply().getLast()).startsWith("421 4.7.0 ");
                }
                assertThat(ingress.count("backupmx.ingress.connections", "outcome", "too_many_from_address"))
                        .isEqualTo(2);
                assertThat(silent.reply()).isEmpty();
            }
            await().until(() -> failures(ingress, "timed_out") == 1);
            ingress.awaitNothingHeld();
        }
    }

    /** As from a balancer that has read the client's first octets before it connects to us. */
    @Test
    void theHandshakeMayComeInOneReadWithAProxysHeader() throws IOException, GeneralSecurityException {
        try (TestIngress ingress = withTls(tuning -> tuning.proxies = List.of("127.0.0.0/8"));
                Socket client = new Socket(Ports.loopback(), ingress.openTlsDoor())) {
            client.setSoTimeout(10_000);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, null, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), hello);
            client.getOutputStream()
                    .write(ByteBuffer.allocate(PROXY.length + hello.position())
                            .put(PROXY)
                            .put(hello.flip())
                            .array());
            assertThat(client.getInputStream().read())
                    .as("a record of a handshake")
                    .isEqualTo(0x16);
        }
    }

    /** CVE-2011-0411, by who is between the client and the proxy. */
    @Test
    void whatComesInTheClearBehindAProxysHeaderIsNotHeard() throws IOException {
        try (TestIngress ingress = withTls(tuning -> tuning.proxies = List.of("127.0.0.0/8"))) {
            try (Socket client = new Socket(Ports.loopback(), ingress.openTlsDoor())) {
                client.setSoTimeout(10_000);
                client.getOutputStream()
                        .write(ByteBuffer.allocate(PROXY.length + 6)
                                .put(PROXY)
                                .put("QUIT\r\n".getBytes(StandardCharsets.US_ASCII))
                                .array());
                await().until(() -> failures(ingress, "refused") == 1);
            }
            ingress.awaitNothingHeld();
        }
    }

    @Test
    void aStopClosesBothDoors() throws IOException, GeneralSecurityException {
        try (TestIngress ingress = withTls(_ -> {});
                TlsClient client = new TlsClient(ingress.openTlsDoor());
                TlsClient plain = new TlsClient(ingress.port())) {
            client.startTls();
            client.reply();
            plain.reply();
            Future<Void> stopped = ingress.stop();
            assertThat(client.reply().getLast()).startsWith("421 4.3.2 ");
            assertThat(plain.reply().getLast()).startsWith("421 4.3.2 ");
            client.close();
            plain.close();
            TestIngress.get(stopped);
        }
    }

    private static TestIngress withTls(Consumer<Tuning> tune) {
        return new TestIngress(tuning -> {
            tuning.tls = true;
            tune.accept(tuning);
        });
    }

    private static double failures(TestIngress ingress, String reason) {
        return ingress.count("backupmx.ingress.tls.handshakes.failed", "reason", reason);
    }
}
