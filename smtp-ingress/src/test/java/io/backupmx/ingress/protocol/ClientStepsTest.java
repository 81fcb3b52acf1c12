package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig;
import io.backupmx.config.TlsConfig;
import io.backupmx.ingress.protocol.SessionState.Client;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.StartingTls;
import io.backupmx.mail.TlsFacts;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RequireTls;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.SpoolWriter.Room;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who a client is, and what else it may ask for. */
class ClientStepsTest extends MachineFixture {

    private static final IngressConfig WITHOUT_TLS = IngressConfig.DEFAULT.with(TlsConfig.OFF);
    private static final TlsFacts TLS = new TlsFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256");
    private static final Connected CONNECTED_BY_TLS = new Connected(Optional.of(TLS));

    @Test
    void aClientIsGreeted() {
        assertStep(machine.onConnected(), CONNECTED, "220 mx2.example.net ESMTP Backup MX");
    }

    @Test
    void ehloTellsTheExtensions() {
        assertStep(
                say(CONNECTED, "EHLO client.example"),
                GREETED,
                "250 mx2.example.net / PIPELINING / SIZE 52428800 / 8BITMIME / ENHANCEDSTATUSCODES / DSN / CHUNKING"
                        + " / SMTPUTF8 / LIMITS RCPTMAX=1000 / STARTTLS");
    }

    @Test
    void heloTellsNone() {
        assertStep(
                say(CONNECTED, "HELO client.example"),
                new Greeted(new Client("client.example", false, Optional.empty())),
                "250 mx2.example.net");
    }

    /** RFC 3207 §4: in any state, and nothing of it is left then. */
    @Test
    void startTlsForgetsEverything() {
        for (Listening state : List.of(CONNECTED, GREETED, MAIL_FOR_ALICE)) {
            Step step = say(state, "STARTTLS");
            assertThat(step.next()).isEqualTo(new StartingTls());
            assertThat(step.effects()).containsExactly(new Effect.StartTls(Replies.START_TLS));
        }
        assertThat(machine.onTls(new StartingTls(), TLS)).isEqualTo(Step.stay(CONNECTED_BY_TLS));
        assertThat(machine.onShutDown(new StartingTls())).isEqualTo(Step.stay(new StartingTls()));
    }

    @Test
    void tlsIsOfferedOnce() {
        Greeted greeted = new Greeted(new Client("client.example", true, Optional.of(TLS)));
        assertStep(
                say(CONNECTED_BY_TLS, "EHLO client.example"),
                greeted,
                "250 mx2.example.net / PIPELINING / SIZE 52428800 / 8BITMIME / ENHANCEDSTATUSCODES / DSN / CHUNKING"
                        + " / SMTPUTF8 / LIMITS RCPTMAX=1000");
        for (Listening state : List.of(CONNECTED_BY_TLS, greeted)) {
            assertStep(say(state, "STARTTLS"), state, "503 5.5.1 TLS is on already");
        }
    }

    @Test
    void theTraceNamesTheProtocol() {
        Greeted byTls = new Greeted(new Client("client.example", true, Optional.of(TLS)));
        Greeted helo = new Greeted(new Client("client.example", false, Optional.of(TLS)));
        assertThat(protocol(GREETED, "")).isEqualTo("ESMTP");
        assertThat(protocol(GREETED, " SMTPUTF8")).isEqualTo("UTF8SMTP");
        assertThat(protocol(byTls, "")).isEqualTo("ESMTPS");
        assertThat(protocol(byTls, " SMTPUTF8")).isEqualTo("UTF8SMTPS");
        assertThat(protocol(helo, "")).isEqualTo("SMTP");
    }

    private String protocol(Greeted client, String parameters) {
        return ((MailOpen) say(client, "MAIL FROM:<>" + parameters).next()).protocol();
    }

    @Test
    void tlsThatIsOffIsNotOffered() {
        SessionMachine without = new SessionMachine(Domain.of("mx2.example.net"), WITHOUT_TLS);
        assertStep(
                without.onCommand(CONNECTED, CommandParser.parse("EHLO client.example"), Room.OPEN),
                GREETED,
                "250 mx2.example.net / PIPELINING / SIZE 52428800 / 8BITMIME / ENHANCEDSTATUSCODES / DSN / CHUNKING"
                        + " / SMTPUTF8 / LIMITS RCPTMAX=1000");
        assertStep(
                without.onCommand(GREETED, CommandParser.parse("STARTTLS"), Room.OPEN),
                GREETED,
                "502 5.5.1 Command not implemented");
    }

    @Test
    void ehloWithinATransactionForgetsTheMail() {
        assertThat(say(MAIL_FOR_ALICE, "EHLO other.example").next())
                .isEqualTo(new Greeted(new Client("other.example", true, Optional.empty())));
    }

    private Step sayAs(Privileges privileges, Listening state, String line) {
        return new SessionMachine(
                        Domain.of("mx2.example.net"),
                        IngressConfig.DEFAULT,
                        KnownLimits.NONE,
                        RequireTls.NEVER,
                        privileges)
                .onCommand(state, CommandParser.parse(line), Room.OPEN);
    }

    @Test
    void whoMayNotHearsOfNeitherEtrnNorXclient() {
        for (Listening state : List.of(CONNECTED, GREETED, MAIL_FOR_ALICE)) {
            for (String line : List.of("ETRN example.test", "ETRN", "ETRN #x")) {
                assertStep(say(state, line), state, "502 5.5.1 Command not implemented");
            }
            for (String line : List.of("XCLIENT ADDR=192.0.2.1", "XCLIENT", "XFORWARD ADDR=192.0.2.1")) {
                assertStep(say(state, line), state, "500 5.5.2 Command not recognized");
            }
        }
    }

    @Test
    void etrnAsksForTheMailOfANode() {
        Privileges may = new Privileges(true, false);
        assertThat(said(sayAs(may, CONNECTED, "EHLO client.example"))).endsWith(" / STARTTLS / ETRN");
        EtrnNode one = new EtrnNode(Domain.of("example.test"), false);
        EtrnNode below = new EtrnNode(Domain.of("example.test"), true);
        assertThat(sayAs(may, GREETED, "ETRN Example.test").effects()).containsExactly(new Effect.CallRoutes(one));
        assertThat(sayAs(may, GREETED, "etrn @example.test").effects()).containsExactly(new Effect.CallRoutes(below));
        assertStep(sayAs(may, CONNECTED, "ETRN example.test"), CONNECTED, "503 5.5.1 Send EHLO or HELO first");
        assertStep(sayAs(may, MAIL, "ETRN example.test"), MAIL, "503 5.5.1 MAIL was already given");
        for (String line : List.of("ETRN", "ETRN #queue", "ETRN @", "ETRN a b", "ETRN [192.0.2.1]")) {
            assertStep(sayAs(may, GREETED, line), GREETED, "501 5.5.4 Syntax: ETRN [@]domain");
        }
        assertStep(
                machine.onEtrn(GREETED, one, EtrnAnswer.STARTED),
                GREETED,
                "250 2.0.0 OK, queuing for node example.test started");
        assertStep(
                machine.onEtrn(GREETED, one, EtrnAnswer.NOT_NOW),
                GREETED,
                "458 4.3.0 Unable to queue messages for node example.test");
        assertStep(
                machine.onEtrn(GREETED, below, EtrnAnswer.NOT_OURS),
                GREETED,
                "459 4.7.1 Node @example.test not allowed: no mail waits here for it");
    }

    @Test
    void aProxySaysForWhomItSpeaks() throws Exception {
        Privileges proxy = new Privileges(false, true);
        assertThat(said(sayAs(proxy, CONNECTED, "EHLO proxy.example")))
                .endsWith(" / XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"
                        + " / XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE");
        for (Listening state : List.of(CONNECTED, GREETED)) {
            assertThat(sayAs(proxy, state, "XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.1 HELO=a+2Bb")
                            .effects())
                    .containsExactly(new Effect.PassOn(InetAddress.ofLiteral("192.0.2.1")));
            assertThat(sayAs(proxy, state, "xclient addr=IPv6:2001:db8::1").effects())
                    .containsExactly(new Effect.PassOn(InetAddress.ofLiteral("2001:db8::1")));
            assertStep(
                    sayAs(proxy, state, "XCLIENT NAME=client.example"),
                    CONNECTED,
                    "220 mx2.example.net ESMTP Backup MX");
            assertThat(sayAs(proxy, state, "XFORWARD ADDR=192.0.2.1 IDENT=[TEMPUNAVAIL]")
                            .effects())
                    .containsExactly(
                            new Effect.Reply(Replies.OK),
                            new Effect.Forward(
                                    new ProxyAttributes(Map.of("ADDR", "192.0.2.1", "IDENT", "[TEMPUNAVAIL]"))));
        }
        for (String line : List.of("EHLO proxy.example", "HELO proxy.example", "RSET")) {
            assertThat(sayAs(proxy, GREETED, line).effects()).as(line).endsWith(new Effect.ForgetForward());
        }
        assertStep(machine.onPassedOn(GREETED), CONNECTED, "220 mx2.example.net ESMTP Backup MX");
        assertStep(sayAs(proxy, MAIL, "XCLIENT ADDR=192.0.2.1"), MAIL, "503 5.5.1 MAIL was already given");
        assertStep(sayAs(proxy, MAIL, "XFORWARD ADDR=192.0.2.1"), MAIL, "503 5.5.1 MAIL was already given");
        for (String said : List.of("", " ADDR", " ADDR=", " COLOUR=red", " HELO=a+2", " HELO=a+0D", " NAME=x=+ZZ")) {
            assertStep(
                    sayAs(proxy, GREETED, "XFORWARD" + said),
                    GREETED,
                    "501 5.5.4 Syntax: XFORWARD attribute=value ...");
            assertStep(
                    sayAs(proxy, GREETED, "XCLIENT" + said), GREETED, "501 5.5.4 Syntax: XCLIENT attribute=value ...");
        }
        for (String nobody :
                List.of("[UNAVAILABLE]", "localhost", "1.2.3", "300.1.1.1", "IPV6:fe80::1%eth0", "IPV6:x")) {
            assertStep(
                    sayAs(proxy, GREETED, "XCLIENT ADDR=" + nobody),
                    GREETED,
                    "501 5.5.4 Syntax: XCLIENT attribute=value ...");
        }
    }
}
