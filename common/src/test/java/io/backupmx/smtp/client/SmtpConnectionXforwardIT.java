package io.backupmx.smtp.client;

import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.testing.Phase.XFORWARD;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Script;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpConnectionXforwardIT extends SmtpClientFixture {

    private static final String SAID = "XFORWARD ADDR=192.0.2.7 HELO=client.example";

    private static Transaction from(String address) {
        Transaction mail = mail("a@x.test");
        return new Transaction(
                mail.from(),
                mail.recipients(),
                mail.body(),
                mail.smtpUtf8(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.of(new OriginalClient(address, "client.example", "ESMTP", "1")),
                mail.header(),
                mail.content());
    }

    private static Script offering(boolean pipelining) {
        return pipelining
                ? Script.acceptAll().offering("PIPELINING", "XFORWARD NAME ADDR HELO")
                : Script.acceptAll().offering("XFORWARD NAME ADDR HELO");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachMailSaysWhomItCameFrom(boolean pipelining) {
        primary.play(offering(pipelining));
        SmtpConnection connection = connected();
        assertThat(codes(connection.send(from("192.0.2.7")))).containsExactly(250);
        assertThat(codes(connection.send(from("192.0.2.8")))).containsExactly(250);
        assertThat(primary.said()).containsExactly(SAID, "XFORWARD ADDR=192.0.2.8 HELO=client.example");
        assertThat(primary.mailCount()).isEqualTo(2);
        assertThat(primary.violations()).isEmpty();
    }

    @Test
    void whoDoesNotOfferItIsNotTold() {
        assertThat(codes(connected().send(from("192.0.2.7")))).containsExactly(250);
        assertThat(primary.said()).isEmpty();
        assertThat(primary.violations()).isEmpty();
    }

    /** It knows best; the mail goes as from us, and it is not asked again. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoRefusesItGetsTheMailAllTheSame(boolean pipelining) {
        primary.play(offering(pipelining).on(XFORWARD, say("550 5.7.1 Not you")));
        SmtpConnection connection = connected();
        assertThat(codes(connection.send(from("192.0.2.7")))).containsExactly(250);
        assertThat(codes(connection.send(from("192.0.2.8")))).containsExactly(250);
        assertThat(primary.said()).containsExactly(SAID);
        assertThat(primary.violations()).isEmpty();
    }

    @Test
    void whoIsClosingGetsNothing() {
        primary.play(offering(true).on(XFORWARD, sayAndClose("421 4.3.2 Bye")));
        assertLost(connected().send(from("192.0.2.7")), Loss.Phase.BEFORE_CONTENT, Loss.Cause.SERVICE_CLOSING);
        assertThat(primary.mails()).isEmpty();
    }

    /** It costs no round trip: a peer that says nothing before it has seen DATA gets there. */
    @Test
    void itIsSaidWithTheOtherCommands() throws Exception {
        List<String> replies = Stream.concat(
                        Stream.of(
                                "220 hi",
                                "250-hi\r\n250-PIPELINING\r\n250 XFORWARD ADDR HELO",
                                "",
                                "",
                                "",
                                "250 ok\r\n250 ok\r\n250 ok\r\n354 go on"),
                        Stream.of("", "", "", "", "", "250 taken", ""))
                .toList();
        try (CannedPeer peer = new CannedPeer(replies)) {
            assertThat(codes(connected(peer.port()).send(from("192.0.2.7")))).containsExactly(250);
            assertThat(peer.lines()).contains(SAID, "DATA");
        }
    }
}
