package io.backupmx.smtp.client;

import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.garbage;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.testing.Phase.CONNECT;
import static io.backupmx.testing.Phase.EHLO;
import static io.backupmx.testing.Phase.HELO;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Behaviour;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.Script;
import io.vertx.core.net.SocketAddress;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SmtpClientIT extends SmtpClientFixture {

    @Test
    void nobodyListeningIsUnreachable() {
        ConnectResult result = client.connect(SocketAddress.inetSocketAddress(Ports.free(), "127.0.0.1"));
        assertThat(result)
                .isInstanceOfSatisfying(
                        ConnectResult.Unreachable.class,
                        r -> assertThat(r.why()).contains("connect to 127.0.0.1[127.0.0.1]:", "refused"));
    }

    @Test
    void closedWithoutAWordIsUnreachable() {
        primary.play(Script.acceptAll().on(CONNECT, close()));
        assertThat(connect()).isInstanceOf(ConnectResult.Unreachable.class);
    }

    static Stream<Arguments> badBeginnings() {
        return Stream.of(
                Arguments.of(CONNECT, say("554 No SMTP here"), "554 No SMTP here"),
                Arguments.of(CONNECT, sayAndClose("421 4.3.2 Busy"), "421 4.3.2 Busy"),
                Arguments.of(CONNECT, garbage("SSH-2.0-x\r\n".getBytes(ISO_8859_1)), "no SMTP reply: \"SSH-2.0-x\""),
                Arguments.of(CONNECT, garbage("x".repeat(9999).getBytes(ISO_8859_1)), "octets"),
                Arguments.of(CONNECT, hang(), "no reply within 400 ms"),
                Arguments.of(EHLO, say("451 4.3.0 Not now"), "451 4.3.0 Not now"),
                Arguments.of(EHLO, sayAndClose("421 Bye"), "421 Bye"),
                Arguments.of(EHLO, garbage("\0\0\0\n".getBytes(ISO_8859_1)), "no SMTP reply"),
                Arguments.of(EHLO, hang(), "no reply within 400 ms"),
                Arguments.of(EHLO, close(), "closed"));
    }

    @ParameterizedTest
    @MethodSource("badBeginnings")
    void aBadBeginningIsUnhealthy(Phase phase, Behaviour behaviour, String why) {
        primary.play(Script.acceptAll().on(phase, behaviour));
        assertThat(connect())
                .isInstanceOfSatisfying(
                        ConnectResult.Unhealthy.class,
                        r -> assertThat(r.why()).contains("127.0.0.1[127.0.0.1]:" + primary.port(), why));
        primary.awaitIdle(LONG);
    }

    @Test
    void heloFollowsARefusedEhlo() {
        primary.play(Script.acceptAll().on(EHLO, say("502 5.5.1 What?")));
        SmtpConnection connection = connected();
        assertThat(connection.extensions()).isEqualTo(Extensions.NONE);
        assertThat(connection.send(mail("a@x.test")).answerTo(0)).hasValueSatisfying(SmtpClientFixture::isPositive);
        assertThat(primary.helos()).isOne();
        assertThat(primary.mails().getFirst().mail().line()).isEqualTo("MAIL FROM:<s@client.example>");
        assertThat(primary.violations()).isEmpty();
    }

    @Test
    void refusedEhloAndHeloIsUnhealthy() {
        primary.play(Script.acceptAll().on(EHLO, say("550 No")).on(HELO, say("550 Neither")));
        assertThat(connect())
                .isInstanceOfSatisfying(
                        ConnectResult.Unhealthy.class, r -> assertThat(r.why()).contains("550 Neither"));
    }
}
