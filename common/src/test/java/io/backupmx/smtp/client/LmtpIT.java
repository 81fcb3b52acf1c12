package io.backupmx.smtp.client;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.delay;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.testing.Moment.address;
import static io.backupmx.testing.Phase.DOT;
import static io.backupmx.testing.Phase.EHLO;
import static io.backupmx.testing.Phase.RCPT;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.MailProtocol;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 2033. */
class LmtpIT extends SmtpClientFixture {

    private static final Manner LMTP = new Manner(MailProtocol.LMTP, Optional.empty());

    private static ConnectResult connect(int port) {
        return client.connect(
                SocketAddress.inetSocketAddress(port, "127.0.0.1"), LONG, LMTP, new TlsDemand.Opportunistic());
    }

    private SmtpConnection lmtp() {
        return lmtp(primary.port());
    }

    private static SmtpConnection lmtp(int port) {
        ConnectResult result = connect(port);
        if (result instanceof ConnectResult.Connected(SmtpConnection connection)) {
            return connection;
        }
        throw new AssertionError("not connected: " + result);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyRecipientHasItsAnswerAfterTheDot(boolean pipelining) {
        primary.play(script(pipelining)
                .on(RCPT, address("b@x.test"), say("550 5.1.1 No"))
                .on(DOT, address("c@x.test"), say("452 4.2.2 Full"))
                .on(DOT, address("d@x.test"), say("552 5.2.2 Too much")));
        SmtpConnection connection = lmtp();
        TransactionResult result = connection.send(mail("a@x.test", "b@x.test", "c@x.test", "d@x.test", "e@x.test"));
        assertThat(codes(result)).containsExactly(250, 550, 452, 552, 250);
        assertThat(result.loss()).isEmpty();
        assertThat(codes(connection.send(mail("f@x.test")))).containsExactly(250);
        assertThat(primary.mails())
                .extracting(ReceivedMail::recipients)
                .containsExactly(List.of("a@x.test"), List.of("e@x.test"), List.of("f@x.test"));
        assertThat(primary.connections()).isOne();
        assertThat(primary.violations()).isEmpty();
    }

    @Test
    void theFirstAnswerMayBeTheBadOne() {
        primary.play(Script.acceptAll().on(DOT, address("a@x.test"), say("450 4.2.0 Later")));
        TransactionResult result = lmtp().send(mail("a@x.test", "b@x.test"));
        assertThat(codes(result)).containsExactly(450, 250);
        assertThat(result.content()).hasValueSatisfying(SmtpClientFixture::isPositive);
    }

    /** Whom it has answered it has answered; of the others nobody knows. */
    @Test
    void aConnectionLostAmidTheAnswersLeavesThoseThatCame() {
        primary.play(Script.acceptAll().on(DOT, address("b@x.test"), close()));
        TransactionResult result = lmtp().send(mail("a@x.test", "b@x.test", "c@x.test"));
        assertThat(codes(result)).containsExactly(250, 0, 0);
        assertThat(result.loss())
                .hasValueSatisfying(loss -> assertThat(loss.phase()).isEqualTo(Loss.Phase.AFTER_DOT));
    }

    /** A server that delivers to one after the other needs that time for each. */
    @Test
    void eachAnswerHasItsOwnTime() {
        primary.play(Script.acceptAll().on(DOT, delay(SHORT.dividedBy(2), accept())));
        TransactionResult result = lmtp().send(mail("a@x.test", "b@x.test", "c@x.test"));
        assertThat(codes(result)).containsExactly(250, 250, 250);
        assertThat(result.loss()).isEmpty();
    }

    @Test
    void a421AmidTheAnswersIsOne() {
        primary.play(Script.acceptAll().on(DOT, address("b@x.test"), sayAndClose("421 4.3.2 Bye")));
        TransactionResult result = lmtp().send(mail("a@x.test", "b@x.test", "c@x.test"));
        assertThat(codes(result)).containsExactly(250, 421, 0);
        assertThat(result.loss()).isPresent();
    }

    /** RFC 2033 §4.1: HELO and EHLO are not spoken there. */
    @Test
    void nobodySaysHelo() {
        primary.play(Script.acceptAll().on(EHLO, say("500 5.5.1 Who?")));
        assertThat(connect(primary.port())).isInstanceOf(ConnectResult.Unhealthy.class);
        assertThat(primary.helos()).isZero();
    }

    /** RFC 2033 §4.2: 503 was due; there is nobody who would answer a dot. */
    @Test
    void a354ForNobodyIsNoLmtp() throws Exception {
        try (CannedPeer peer = new CannedPeer(
                List.of("220 hi", "250-hi\r\n250 PIPELINING", "250 ok", "550 no", "354 go on", "", "", "", ""))) {
            assertLost(lmtp(peer.port()).send(mail("a@x.test")), Loss.Phase.BEFORE_CONTENT, Loss.Cause.GARBAGE);
            assertThat(peer.lines()).contains("LHLO backup.example").doesNotContain(".");
        }
    }
}
