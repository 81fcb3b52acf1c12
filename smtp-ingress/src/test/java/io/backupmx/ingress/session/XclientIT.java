package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.protocol.EtrnAnswer;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A proxy that says by XCLIENT for whom it speaks, and who may have mail tried. */
class XclientIT {

    private static final String PROXY = "S: 220 *\nC: EHLO proxy.example\nS: 250 *\n";
    private static final String HELLO = "C: EHLO client.example\nS: 250 *\n";
    private static final String MAIL = "C: MAIL FROM:<>\nS: 250 *\nC: RCPT TO:<alice@example.test>\nS: 250 *\n"
            + "C: DATA\nS: 354 *\nC: .\nS: 250 *\n";

    private TestIngress ingress = new TestIngress(tuning -> {
        tuning.xclientNetworks = List.of("127.0.0.1");
        tuning.etrnNetworks = List.of("192.0.2.25");
        tuning.trustedNetworks = List.of("127.0.0.0/8", "192.0.2.77");
        tuning.messagesPerMinute = 1;
        tuning.calls = node -> switch (node.domain().name()) {
            case "example.test" -> EtrnAnswer.STARTED;
            case "away.test" -> EtrnAnswer.NOT_NOW;
            default -> EtrnAnswer.NOT_OURS;
        };
    });

    private void with(Consumer<Tuning> tune) {
        ingress.close();
        ingress = new TestIngress(tune);
    }

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    private static String xclient(String address) {
        return "C: XCLIENT NAME=[UNAVAILABLE] ADDR=" + address + " LOGIN=a+2Bb\nS: 220 mx2.example.net ESMTP *\n";
    }

    @Test
    void theClientIsWhomItSaysAndBeginsAnew() {
        ingress.play(PROXY + xclient("192.0.2.1") + "C: MAIL FROM:<>\nS: 503 5.5.1 Send EHLO or HELO first\n" + HELLO
                + MAIL + xclient("IPV6:2001:db8::1") + HELLO + MAIL);
        assertThat(ingress.spool.mails())
                .extracting(mail -> mail.only().envelope().arrival().clientAddress())
                .containsExactly("192.0.2.1", "2001:db8:0:0:0:0:0:1");
    }

    /** The proxy is trusted, and has no limits of its own; that is nobody else's. */
    @Test
    void limitsAreThoseOfTheClient() {
        String second =
                "C: MAIL FROM:<>\nS: 250 *\nC: RCPT TO:<alice@example.test>\nS: 450 4.7.1 *\nC: RSET\nS: 250 *\n";
        ingress.play(PROXY
                + MAIL
                + MAIL
                + xclient("192.0.2.1")
                + HELLO
                + MAIL
                + second
                + xclient("192.0.2.2")
                + HELLO
                + MAIL
                + xclient("192.0.2.1")
                + HELLO
                + second
                + xclient("192.0.2.77")
                + HELLO
                + MAIL
                + MAIL);
    }

    @Test
    void whoHasMoreThanItsShareOfSessionsIsTurnedAway() {
        with(tuning -> {
            tuning.xclientNetworks = List.of("127.0.0.1");
            tuning.connectionsPerMinute = 1;
        });
        ingress.play(PROXY + xclient("192.0.2.1") + "C: XCLIENT ADDR=192.0.2.1\n"
                + "S: 421 4.7.0 mx2.example.net Too many connections from your address of late, try again later\n"
                + "S: <closed>\n");
        ingress.awaitNothingHeld();
        assertThat(ingress.count("backupmx.ingress.connections", "outcome", "too_fast_from_address"))
                .isOne();
    }

    @Test
    void whoIsNoProxyIsNotBelieved() {
        with(tuning -> tuning.xclientNetworks = List.of("192.0.2.1"));
        ingress.play(PROXY + "C: XCLIENT ADDR=192.0.2.1\nS: 500 5.5.2 Command not recognized\n" + MAIL);
        assertThat(ingress.spool.only().only().envelope().arrival().clientAddress())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void whatAProxySaysHasItsSyntax() {
        ingress.play(PROXY + """
                C: XCLIENT ADDR=[UNAVAILABLE]
                S: 501 5.5.4 Syntax: XCLIENT attribute=value ...
                C: XFORWARD COLOUR=red
                S: 501 5.5.4 Syntax: XFORWARD attribute=value ...
                C: XFORWARD ADDR=192.0.2.1 IDENT=4F2A
                S: 250 2.0.0 Ok
                """ + MAIL);
        assertThat(ingress.spool.only().only().envelope().arrival().clientAddress())
                .as("it is for the log only")
                .isEqualTo("127.0.0.1");
    }

    @Test
    void etrnIsForWhomItIsConfiguredFor() {
        ingress.play("S: 220 *\nC: ETRN example.test\nS: 502 5.5.1 *\n" + xclient("192.0.2.25") + """
                C: EHLO client.example
                S: 250 *\\nETRN\\n*
                C: ETRN example.test
                S: 250 2.0.0 OK, queuing for node example.test started
                C: ETRN other.test
                S: 459 4.7.1 Node other.test not allowed: no mail waits here for it
                C: ETRN away.test
                S: 458 4.3.0 Unable to queue messages for node away.test
                C: ETRN #queue
                S: 501 5.5.4 Syntax: ETRN [@]domain
                """);
    }
}
