package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.smtp.Domain;
import io.backupmx.testing.StartTlsServer;
import io.backupmx.testing.StartTlsServer.Behaviour;
import io.backupmx.testing.TestCertificate;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client makes of servers that offer STARTTLS. */
class SmtpClientTlsIT {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration HANDSHAKE = Duration.ofSeconds(2);
    private static final TestCertificate CERTIFICATE = TestCertificate.of("elsewhere.example");

    private static Vertx vertx;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        vertx.close().await();
    }

    private static SmtpClient client() {
        return client(LONG);
    }

    private static SmtpClient client(Behaviour behaviour) {
        return client(behaviour == Behaviour.SILENT || behaviour == Behaviour.HANGING ? HANDSHAKE : LONG);
    }

    private static SmtpClient client(Duration command) {
        return new SmtpClient(
                vertx,
                new SmtpClientOptions(Domain.of("backup.example"), LONG, LONG, command, LONG, LONG, LONG, LONG, LONG));
    }

    private static ConnectResult connect(SmtpClient client, StartTlsServer server) {
        return connect(client, server, new TlsDemand.Opportunistic());
    }

    private static ConnectResult connect(SmtpClient client, StartTlsServer server, TlsDemand demand) {
        return client.connect(SocketAddress.inetSocketAddress(server.port(), "127.0.0.1"), LONG, demand);
    }

    private static SmtpConnection connected(ConnectResult result) {
        assertThat(result).isInstanceOf(ConnectResult.Connected.class);
        return ((ConnectResult.Connected) result).connection();
    }

    private static void assertSends(SmtpConnection connection) {
        assertSends(connection, SmtpClientFixture.mail("a@x.test"));
    }

    private static void assertSends(SmtpConnection connection, Transaction mail) {
        TransactionResult result = connection.send(mail);
        assertThat(result.loss()).isEmpty();
        assertThat(result.content()).hasValueSatisfying(SmtpClientFixture::isPositive);
        connection.quit();
    }

    /** Whatever name is in the certificate: who cannot be asked for one by name cannot be checked by it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void mailGoesThroughTlsWhereThatIsOffered(boolean demanded) {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, Behaviour.GOOD);
                SmtpClient client = client()) {
            SmtpConnection connection = connected(
                    connect(client, server, demanded ? new TlsDemand.Encrypted() : new TlsDemand.Opportunistic()));
            assertThat(connection.tls())
                    .hasValueSatisfying(tls -> assertThat(tls.version()).isEqualTo("TLSv1.3"));
            assertThat(connection.extensions().startTls()).isFalse();
            assertSends(connection, SmtpClientFixture.large(false));
            assertThat(server.said())
                    .startsWith("connect", "EHLO backup.example", "STARTTLS", "TLS EHLO backup.example")
                    .contains("TLS DATA")
                    .doesNotContain("DATA");
        }
    }

    @Test
    void offNeverAsks() {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, Behaviour.GOOD);
                SmtpClient client = client()) {
            SmtpConnection connection = connected(connect(client, server, new TlsDemand.Clear()));
            assertThat(connection.tls()).isEmpty();
            assertSends(connection);
            assertThat(server.said()).doesNotContain("STARTTLS");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"UNWILLING", "WITHOUT"})
    void whereItIsNotToBeHadMailGoesInTheClearAtOnce(Behaviour behaviour) {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, behaviour);
                SmtpClient client = client()) {
            assertSends(connected(connect(client, server)));
            assertThat(server.said()).containsOnlyOnce("connect");
        }
    }

    /** On a connection of its own, and the next one does not try again. */
    @ParameterizedTest
    @EnumSource(
            names = {"GARBAGE", "CLOSING", "SILENT", "INJECTING", "CLOSING_AFTER", "LEAVING", "HANGING", "SAYING_421"})
    void whereItFailsMailGoesInTheClear(Behaviour behaviour) {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, behaviour);
                SmtpClient client = client(behaviour)) {
            SmtpConnection first = connected(connect(client, server));
            assertThat(first.tls()).isEmpty();
            assertSends(first);
            assertSends(connected(connect(client, server)));
            assertThat(server.said().stream().filter("connect"::equals)).hasSize(3);
            assertThat(server.said().stream().filter("STARTTLS"::equals)).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"GOOD", "REFUSING_AUTH"})
    void whereItIsDemandedNoMailGoesInTheClear(Behaviour behaviour) {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, behaviour);
                SmtpClient client = client(behaviour)) {
            assertThat(connect(client, server, new TlsDemand.Encrypted()))
                    .isInstanceOfSatisfying(ConnectResult.Unhealthy.class, unhealthy -> {
                        assertThat(unhealthy.forGood()).isFalse();
                        assertThat(unhealthy.why()).startsWith("127.0.0.1");
                    });
            assertThat(server.said()).containsOnlyOnce("connect").doesNotContain("DATA", "TLS DATA");
        }
    }

    /** Who asks several addresses at once interrupts those that are slower: that says nothing of their TLS. */
    @Test
    void whoIsInterruptedDoesNotRememberIt() throws InterruptedException {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, Behaviour.SILENT);
                SmtpClient client = client()) {
            for (int i = 1; i <= 2; i++) {
                int times = i;
                Thread asking = Thread.startVirtualThread(() -> connect(client, server));
                await().until(() ->
                        server.said().stream().filter("STARTTLS"::equals).count() == times);
                asking.interrupt();
                asking.join();
            }
            assertThat(server.said().stream().filter("connect"::equals)).hasSize(2);
        }
    }

    /** What is not encrypted yet is not sent any more. */
    @Test
    void aMailThatIsGivenUpIsNotEnded() {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, Behaviour.GOOD);
                SmtpClient client = client()) {
            SmtpConnection connection = connected(connect(client, server, new TlsDemand.Encrypted()));
            TransactionResult result = connection.send(SmtpClientFixture.large(false), () -> false);
            assertThat(result.loss()).hasValueSatisfying(loss -> {
                assertThat(loss.phase()).isEqualTo(Loss.Phase.IN_CONTENT);
                assertThat(loss.cause()).isEqualTo(Loss.Cause.ABORTED);
            });
            await().until(server::isIdle);
            assertThat(server.said()).contains("TLS DATA").doesNotContain("TLS .");
        }
    }
}
