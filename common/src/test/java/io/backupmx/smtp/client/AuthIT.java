package io.backupmx.smtp.client;

import static io.backupmx.testing.Behaviour.garbage;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Phase.AUTH;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.Credentials;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.MailProtocol;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.StartTlsServer;
import io.backupmx.testing.TestCertificate;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 4954, and from which of our addresses connections come. */
class AuthIT {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String PASSWORD = "s3:cret+ü";
    private static final Credentials CREDENTIALS = new Credentials("backup", PASSWORD);
    private static final String PLAIN = "AUTH PLAIN AGJhY2t1cABzMzpjcmV0K8O8";
    private static final Manner KNOWN = new Manner(MailProtocol.SMTP, Optional.of(CREDENTIALS));

    private static Vertx vertx;

    private final ScriptedPrimary primary = ScriptedPrimary.started();

    @AfterEach
    void stop() {
        primary.close();
    }

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        vertx.close().await();
    }

    private static SmtpClient client(boolean inClear, InetAddress... bind) {
        return new SmtpClient(
                vertx,
                new SmtpClientOptions(
                        Domain.of("backup.example"),
                        LONG,
                        LONG,
                        LONG,
                        LONG,
                        LONG,
                        LONG,
                        LONG,
                        LONG,
                        inClear,
                        List.of(bind)));
    }

    private ConnectResult connect(boolean inClear) {
        try (SmtpClient client = client(inClear)) {
            ConnectResult result = client.connect(
                    SocketAddress.inetSocketAddress(primary.port(), "127.0.0.1"),
                    LONG,
                    KNOWN,
                    new TlsDemand.Opportunistic());
            if (result instanceof ConnectResult.Connected(SmtpConnection connection)) {
                assertThat(connection.send(SmtpClientFixture.mail("a@x.test")).loss())
                        .isEmpty();
            }
            return result;
        }
    }

    @Test
    void noPasswordIsSentInTheClear() {
        primary.play(Script.acceptAll().offering("AUTH PLAIN LOGIN"));
        assertThat(connect(false)).isInstanceOfSatisfying(ConnectResult.Unhealthy.class, unhealthy -> {
            assertThat(unhealthy.why()).contains("AUTH: no TLS", "worker.auth_in_clear");
            assertThat(unhealthy.forGood()).isFalse();
        });
        assertThat(primary.said()).isEmpty();
        assertThat(primary.transactions()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            AUTH PLAIN LOGIN      | AUTH PLAIN AGJhY2t1cABzMzpjcmV0K8O8
            AUTH CRAM-MD5 LOGIN   | AUTH LOGIN,YmFja3Vw,czM6Y3JldCvDvA==
            """)
    void theBestMechanismThatIsOfferedIsUsed(String offered, String said) {
        primary.play(Script.acceptAll().offering("PIPELINING", offered));
        assertThat(connect(true)).isInstanceOf(ConnectResult.Connected.class);
        assertThat(String.join(",", primary.said())).isEqualTo(said);
        assertThat(primary.mailCount()).isOne();
        assertThat(primary.violations()).isEmpty();
    }

    @Test
    void theUserIsNotBelieved() {
        primary.play(Script.acceptAll().offering("AUTH PLAIN").on(AUTH, say("535 5.7.8 Wrong: " + PLAIN)));
        var _ = assertUnhealthy("AUTH: user backup: 535");
    }

    @Test
    void refusalsAreShownByTheirCode() {
        primary.play(Script.acceptAll().offering("AUTH LOGIN").on(AUTH, say("454 4.7.0 Not with terc:3s")));
        assertThat(assertUnhealthy("AUTH: user backup: 454")).doesNotContain("terc");
    }

    @Test
    void garbageIsNotShown() {
        byte[] octets = "AGJhY2t1 terc?\r\n".getBytes(US_ASCII);
        primary.play(Script.acceptAll().offering("AUTH PLAIN").on(AUTH, garbage(octets)));
        assertThat(assertUnhealthy("garbage in answer to AUTH")).doesNotContain("terc");
    }

    @Test
    void whoDoesNotAskForItGetsNoMailEither() {
        primary.play(Script.acceptAll().offering("AUTH CRAM-MD5"));
        var _ = assertUnhealthy("AUTH: it does not offer AUTH PLAIN or LOGIN");
    }

    /** Not for good: a password is mended, and no mail is to fail for it. */
    private String assertUnhealthy(String why) {
        ConnectResult result = connect(true);
        assertThat(primary.transactions()).isZero();
        if (result instanceof ConnectResult.Unhealthy(String said, boolean forGood)) {
            assertThat(said).contains(why).doesNotContain(PASSWORD, "czM6Y3Jl", "AGJhY2t1");
            assertThat(forGood).isFalse();
            return said;
        }
        throw new AssertionError("not unhealthy: " + result);
    }

    @Test
    void throughTlsThePasswordIsSent() {
        try (StartTlsServer server =
                        StartTlsServer.started(TestCertificate.of("elsewhere.example"), StartTlsServer.Behaviour.GOOD);
                SmtpClient client = client(false)) {
            ConnectResult result = client.connect(
                    SocketAddress.inetSocketAddress(server.port(), "127.0.0.1"),
                    LONG,
                    KNOWN,
                    new TlsDemand.Opportunistic());
            assertThat(result).isInstanceOf(ConnectResult.Connected.class);
            assertThat(server.said()).contains("TLS " + PLAIN).doesNotContain(PLAIN);
        }
    }

    @Test
    void credentialsAreNotShown() {
        assertThat(KNOWN.toString()).contains("backup").doesNotContain(PASSWORD);
    }

    @Test
    void connectionsComeFromTheAddressThatIsSaid() {
        try (SmtpClient client = client(false, InetAddress.ofLiteral("127.0.0.9"), InetAddress.ofLiteral("::1"))) {
            ConnectResult result = client.connect(SocketAddress.inetSocketAddress(primary.port(), "127.0.0.1"));
            assertThat(result).isInstanceOf(ConnectResult.Connected.class);
            assertThat(primary.clients()).containsExactly("127.0.0.9");
        }
    }
}
