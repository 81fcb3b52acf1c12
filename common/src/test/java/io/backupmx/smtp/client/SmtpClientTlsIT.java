package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.testing.StartTlsServer;
import io.backupmx.testing.StartTlsServer.Behaviour;
import io.backupmx.testing.TestCertificate;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the client makes of servers that offer STARTTLS. */
class SmtpClientTlsIT {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration HANDSHAKE = Duration.ofSeconds(2);
    private static final Vertx VERTX = Vertx.vertx();
    private static final TestCertificate CERTIFICATE = TestCertificate.of("elsewhere.example");

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    private static SmtpClient client(TlsLevel level) {
        return new SmtpClient(
                VERTX,
                new SmtpClientOptions(
                        Domain.of("backup.example"), level, LONG, LONG, HANDSHAKE, LONG, LONG, LONG, LONG, LONG));
    }

    private static ConnectResult connect(SmtpClient client, StartTlsServer server) {
        return client.connect(SocketAddress.inetSocketAddress(server.port(), "127.0.0.1"));
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
    @EnumSource(names = {"OPPORTUNISTIC", "REQUIRED"})
    void mailGoesThroughTlsWhereThatIsOffered(TlsLevel level) {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, Behaviour.GOOD);
                SmtpClient client = client(level)) {
            SmtpConnection connection = connected(connect(client, server));
            assertThat(connection.tls()).hasValueSatisfying(tls -> assertThat(tls.version())
                    .isEqualTo("TLSv1.3"));
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
                SmtpClient client = client(TlsLevel.OFF)) {
            SmtpConnection connection = connected(connect(client, server));
            assertThat(connection.tls()).isEmpty();
            assertSends(connection);
            assertThat(server.said()).doesNotContain("STARTTLS");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"UNWILLING", "WITHOUT"})
    void whereItIsNotToBeHadMailGoesInTheClearAtOnce(Behaviour behaviour) {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, behaviour);
                SmtpClient client = client(TlsLevel.OPPORTUNISTIC)) {
            assertSends(connected(connect(client, server)));
            assertThat(server.said()).containsOnlyOnce("connect");
        }
    }

    /** On a connection of its own, and the next one does not try again. */
    @ParameterizedTest
    @EnumSource(names = {"GARBAGE", "CLOSING", "SILENT", "INJECTING", "CLOSING_AFTER"})
    void whereItFailsMailGoesInTheClear(Behaviour behaviour) {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, behaviour);
                SmtpClient client = client(TlsLevel.OPPORTUNISTIC)) {
            SmtpConnection first = connected(connect(client, server));
            assertThat(first.tls()).isEmpty();
            assertSends(first);
            assertSends(connected(connect(client, server)));
            assertThat(server.said().stream().filter("connect"::equals)).hasSize(3);
            assertThat(server.said().stream().filter("STARTTLS"::equals)).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GOOD")
    void whereItIsDemandedNoMailGoesInTheClear(Behaviour behaviour) {
        try (StartTlsServer server = StartTlsServer.started(CERTIFICATE, behaviour);
                SmtpClient client = client(TlsLevel.REQUIRED)) {
            assertThat(connect(client, server)).isInstanceOfSatisfying(ConnectResult.Unhealthy.class, unhealthy -> {
                assertThat(unhealthy.forGood()).isFalse();
                assertThat(unhealthy.why()).startsWith("127.0.0.1");
            });
            assertThat(server.said()).containsOnlyOnce("connect").doesNotContain("DATA", "TLS DATA");
        }
    }
}
