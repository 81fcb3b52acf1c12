package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.ingress.protocol.EtrnAnswer;
import io.backupmx.ops.DefaultGateways;
import io.backupmx.testing.TlsClient;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
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
                + MAIL);
        ingress.play(PROXY + xclient("IPV6:2001:db8::1") + HELLO + MAIL);
        assertThat(ingress.spool.mails())
                .extracting(mail -> mail.only().envelope().arrival().clientAddress())
                .containsExactly("192.0.2.1", "2001:db8:0:0:0:0:0:1");
    }

    /** A proxy that copies what its client says would have it say that, too. */
    @Test
    void theClientIsNoProxyWhateverItsAddress() {
        for (String client : List.of("192.0.2.1", "127.0.0.1")) {
            ingress.play(PROXY + xclient(client) + """
                    C: XCLIENT ADDR=192.0.2.77
                    S: 500 5.5.2 Command not recognized
                    C: EHLO client.example
                    S: 250 *LIMITS RCPTMAX=1000
                    C: XCLIENT ADDR=192.0.2.77
                    S: 500 5.5.2 Command not recognized
                    C: XFORWARD ADDR=192.0.2.77
                    S: 500 5.5.2 Command not recognized
                    C: MAIL FROM:<>
                    S: 250 *
                    C: RSET
                    S: 250 *
                    C: XCLIENT ADDR=192.0.2.77
                    S: 500 5.5.2 Command not recognized
                    """);
        }
    }

    @Test
    void whatComesWithItIsTheClients() {
        ingress.play(PROXY
                + "C!: XCLIENT ADDR=192.0.2.1\\r\\nEHLO client.example\\r\\nMAIL FROM:<>\\r\\nRCPT TO:<alice@example.test>\\r\\n\n"
                + "S: 220 *\nS: 250 *\nS: 250 *\nS: 250 *\nC: DATA\nS: 354 *\nC: .\nS: 250 *\n");
        assertThat(ingress.spool.only().only().envelope().arrival().clientAddress())
                .isEqualTo("192.0.2.1");
    }

    @Test
    void itMayComeBehindStartTls() throws Exception {
        with(tuning -> {
            tuning.xclientNetworks = List.of("127.0.0.1");
            tuning.tls = true;
        });
        try (TlsClient client = TlsClient.atStartTls(ingress.port())) {
            client.startTls();
            client.say("EHLO proxy.example");
            assertThat(client.say("XCLIENT ADDR=192.0.2.1")).startsWith("220 ");
            client.say("EHLO client.example");
            assertThat(client.say("XCLIENT ADDR=192.0.2.2")).startsWith("500 ");
            client.say("MAIL FROM:<>");
            client.say("RCPT TO:<alice@example.test>");
            client.say("DATA");
            assertThat(client.say(".")).startsWith("250 ");
        }
        var arrival = ingress.spool.only().only().envelope().arrival();
        assertThat(arrival.clientAddress()).isEqualTo("192.0.2.1");
        assertThat(arrival.protocol()).isEqualTo("ESMTPS");
    }

    @Test
    void aHandshakeThatFailsIsTheClients() throws Exception {
        with(tuning -> {
            tuning.xclientNetworks = List.of("127.0.0.1");
            tuning.tls = true;
        });
        try (MailLogLines log = new MailLogLines()) {
            ingress.play(PROXY + "C: XCLIENT ADDR=192.0.2.1\nS: 220 *\nC: STARTTLS\nS: 220 2.0.0 *\n"
                    + "C!: this is not TLS\\r\\n\nC: <close>\n");
            await().untilAsserted(() -> assertThat(log.of("handshake failed"))
                    .extracting(line -> line.get("client"))
                    .containsExactly("192.0.2.1"));
        }
    }

    @Test
    void oneThatSeemsToBeOurGatewayIsCounted() {
        with(tuning -> {
            tuning.xclientNetworks = List.of("127.0.0.1");
            tuning.gateways = new DefaultGateways(Set.of(InetAddress.ofLiteral("192.0.2.254")));
        });
        ingress.play(PROXY + xclient("192.0.2.254"));
        assertThat(ingress.count("backupmx.ingress.gateway.sessions")).isOne();
    }

    @Test
    void whomAMailHasComeFromIsInTheLog() {
        try (MailLogLines log = new MailLogLines()) {
            ingress.play(PROXY
                    + "C: XFORWARD NAME=a.example ADDR=192.0.2.1 PORT=1025\nS: 250 2.0.0 Ok\n"
                    + "C: XFORWARD PROTO=ESMTP HELO=a.example IDENT=4F2A SOURCE=REMOTE\nS: 250 2.0.0 Ok\n"
                    + MAIL
                    + MAIL
                    + "C: XFORWARD ADDR=192.0.2.2\nS: 250 2.0.0 Ok\nC: RSET\nS: 250 *\n"
                    + MAIL
                    + "C: XFORWARD ADDR=192.0.2.3\nS: 250 2.0.0 Ok\nC: EHLO proxy.example\nS: 250 *\n"
                    + MAIL
                    + "C: XFORWARD ADDR=192.0.2.4\nS: 250 2.0.0 Ok\nC: MAIL FROM:<> SIZE=99999999999\nS: 552 *\n"
                    + MAIL);
            assertThat(log.of("received"))
                    .extracting(line ->
                            line.get("orig_client") + " " + line.get("orig_helo") + " " + line.get("orig_queue_id"))
                    .containsExactly(
                            "192.0.2.1 a.example 4F2A",
                            "null null null",
                            "null null null",
                            "null null null",
                            "null null null");
        }
    }

    /** The proxy is trusted, and has no limits of its own; that is nobody else's. */
    @Test
    void limitsAreThoseOfTheClient() {
        String second =
                "C: MAIL FROM:<>\nS: 250 *\nC: RCPT TO:<alice@example.test>\nS: 450 4.7.1 *\nC: RSET\nS: 250 *\n";
        ingress.play(PROXY + MAIL + MAIL + xclient("192.0.2.1") + HELLO + MAIL + second);
        ingress.play(PROXY + xclient("192.0.2.2") + HELLO + MAIL);
        ingress.play(PROXY + xclient("192.0.2.1") + HELLO + second);
        ingress.play(PROXY + xclient("192.0.2.77") + HELLO + MAIL + MAIL);
    }

    @Test
    void whoHasMoreThanItsShareOfSessionsIsTurnedAway() {
        with(tuning -> {
            tuning.xclientNetworks = List.of("127.0.0.1");
            tuning.trustedNetworks = List.of("127.0.0.1");
            tuning.connectionsPerMinute = 1;
        });
        ingress.play(PROXY + xclient("192.0.2.1"));
        ingress.play(PROXY + "C: XCLIENT ADDR=192.0.2.1\n"
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
                S: 250 *\\nETRN
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
