package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig;
import io.backupmx.config.TlsConfig;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.Client;
import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.ReceivingContent;
import io.backupmx.ingress.protocol.SessionState.Sender;
import io.backupmx.ingress.protocol.SessionState.StartingTls;
import io.backupmx.ingress.protocol.SessionState.Storing;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.TlsFacts;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.Route;
import io.backupmx.route.TransportAnswer;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.SpoolException.Kind;
import io.backupmx.spool.SpoolWriter.Room;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionMachineTest {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.test]:25");
    private static final Client CLIENT = new Client("client.example", true, Optional.empty());
    private static final Connected CONNECTED = new Connected(Optional.empty());
    private static final Greeted GREETED = new Greeted(CLIENT);
    private static final IngressConfig WITHOUT_TLS = IngressConfig.DEFAULT.with(TlsConfig.OFF);
    private static final TlsFacts TLS = new TlsFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256");
    private static final Connected CONNECTED_BY_TLS = new Connected(Optional.of(TLS));
    private static final ForwardPath ALICE = new ForwardPath.To(Mailbox.of("alice@example.test"));
    private static final ForwardPath BOB = new ForwardPath.To(Mailbox.of("bob@example.test"));
    private static final MailOpen MAIL =
            new MailOpen(GREETED, new Sender(new ReversePath.Null(), MailOptions.NONE), Recipients.NONE, false);
    private static final MailOpen MAIL_FOR_ALICE =
            MAIL.with(Recipients.NONE.with(new Recipients.Accepted(ALICE, RcptOptions.NONE, ROUTE)));

    private final SessionMachine machine = new SessionMachine(Domain.of("mx2.example.net"), IngressConfig.DEFAULT);

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

    @Test
    void mailBeforeHelloIsRefused() {
        assertStep(say(CONNECTED, "MAIL FROM:<>"), CONNECTED, "503 5.5.1 Send EHLO or HELO first");
    }

    @Test
    void mailOpensATransaction() {
        assertStep(
                say(GREETED, "MAIL FROM:<> SIZE=5 BODY=8BITMIME"),
                new MailOpen(
                        GREETED,
                        new Sender(
                                new ReversePath.Null(),
                                new MailOptions(BodyType.EIGHT_BIT_MIME, 5, false, Optional.empty(), Optional.empty())),
                        Recipients.NONE,
                        false),
                "250 2.1.0 Ok");
    }

    @Test
    void mailWithinATransactionIsRefused() {
        assertStep(say(MAIL, "MAIL FROM:<>"), MAIL, "503 5.5.1 MAIL was already given");
    }

    @Test
    void aDeclaredSizeBeyondTheLimitIsRefusedAtMail() {
        assertThat(say(GREETED, "MAIL FROM:<> SIZE=52428800").next()).isInstanceOf(MailOpen.class);
        Step step = say(GREETED, "MAIL FROM:<> SIZE=52428801");
        assertStep(step, GREETED, "552 5.3.4 Message size exceeds limit");
        assertRefusal(step, Refusal.TOO_LARGE);
    }

    @Test
    void aSpoolWithoutRoomIsSaidAtMail() {
        Step full = machine.onCommand(GREETED, CommandParser.parse("MAIL FROM:<>"), Room.FULL);
        assertStep(full, GREETED, "452 4.3.1 Insufficient system storage, try again later");
        assertRefusal(full, Refusal.SPOOL_FULL);
        Step away = machine.onCommand(GREETED, CommandParser.parse("MAIL FROM:<>"), Room.UNAVAILABLE);
        assertStep(away, GREETED, "451 4.3.0 Queue unavailable, try again later");
        assertRefusal(away, Refusal.SPOOL_UNAVAILABLE);
    }

    @Test
    void aSpoolWithoutRoomIsSaidAtData() {
        assertStep(
                machine.onCommand(MAIL_FOR_ALICE, new Command.Data(), Room.FULL),
                MAIL_FOR_ALICE,
                "452 4.3.1 Insufficient system storage, try again later");
        assertStep(
                machine.onCommand(MAIL_FOR_ALICE, new Command.Data(), Room.UNAVAILABLE),
                MAIL_FOR_ALICE,
                "451 4.3.0 Queue unavailable, try again later");
    }

    @Test
    void rcptBeforeMailIsRefused() {
        assertStep(say(CONNECTED, "RCPT TO:<alice@example.test>"), CONNECTED, "503 5.5.1 Need MAIL first");
        assertStep(say(GREETED, "RCPT TO:<alice@example.test>"), GREETED, "503 5.5.1 Need MAIL first");
    }

    @Test
    void rcptAsksWhoThatIs() {
        Step step = say(MAIL, "RCPT TO:<alice@example.test>");
        assertThat(step)
                .isEqualTo(new Step(
                        new AwaitingRecipient(MAIL, ALICE, RcptOptions.NONE),
                        List.of(new Effect.CheckRecipient(ALICE))));
    }

    @Test
    void anAcceptedRecipientIsKeptWithItsRoute() {
        Step step = machine.onVerdict(
                new AwaitingRecipient(MAIL, ALICE, RcptOptions.NONE), new RecipientVerdict.Accepted(ROUTE));
        assertStep(step, MAIL_FOR_ALICE, "250 2.1.5 Ok");
    }

    @Test
    void aRecipientElsewhereIsDeniedRelay() {
        Step step = machine.onVerdict(
                new AwaitingRecipient(MAIL, ALICE, RcptOptions.NONE), new RecipientVerdict.RelayDenied());
        assertStep(step, MAIL.withRefused(), "554 5.7.1 <alice@example.test>: Relay access denied");
        assertRefusal(step, Refusal.RELAY_DENIED);
    }

    @Test
    void anUnknownRecipientIsRefused() {
        Step step = machine.onVerdict(
                new AwaitingRecipient(MAIL, ALICE, RcptOptions.NONE), new RecipientVerdict.UnknownUser());
        assertStep(
                step, MAIL.withRefused(), "550 5.1.1 <alice@example.test>: Recipient address rejected: User unknown");
        assertRefusal(step, Refusal.UNKNOWN_USER);
    }

    @Test
    void aListedClientIsRefusedWithTheListsName() {
        Step step = machine.onClientRefused(
                new AwaitingRecipient(MAIL, ALICE, RcptOptions.NONE), new ClientRefusal.Listed("zen.example.net"));
        assertStep(
                step,
                MAIL.withRefused(),
                "554 5.7.1 <alice@example.test>: Client host rejected: your address is listed by zen.example.net");
        assertRefusal(step, Refusal.CLIENT_LISTED);
    }

    @Test
    void aClientThatHasHadItsShareIsToComeAgain() {
        AwaitingRecipient awaiting = new AwaitingRecipient(MAIL, ALICE, RcptOptions.NONE);
        assertRefusal(machine.onClientRefused(awaiting, new ClientRefusal.TooManyMessages()), Refusal.MESSAGE_RATE);
        assertRefusal(machine.onClientRefused(awaiting, new ClientRefusal.TooManyRecipients()), Refusal.RECIPIENT_RATE);
    }

    @Test
    void theTransportTablesAnswerIsPassedOn() {
        Step refused = machine.onVerdict(
                new AwaitingRecipient(MAIL, ALICE, RcptOptions.NONE), answer("5.7.1", "not for taking"));
        assertStep(
                refused,
                MAIL.withRefused(),
                "550 5.7.1 <alice@example.test>: Recipient address rejected: not for taking");
        assertRefusal(refused, Refusal.TRANSPORT_ERROR);

        Step putOff = machine.onVerdict(
                new AwaitingRecipient(MAIL, ALICE, RcptOptions.NONE), answer("4.2.1", "moving house"));
        assertStep(
                putOff, MAIL.withRefused(), "450 4.2.1 <alice@example.test>: Recipient address rejected: moving house");
        assertRefusal(putOff, Refusal.TRANSPORT_RETRY);
    }

    private static RecipientVerdict answer(String status, String text) {
        return new RecipientVerdict.Answered(
                new TransportAnswer(EnhancedStatus.parse(status).orElseThrow(), text));
    }

    @Test
    void aRecipientNobodyCouldBeAskedAboutIsDeferred() {
        Step step = machine.onVerdict(
                new AwaitingRecipient(MAIL, ALICE, RcptOptions.NONE), new RecipientVerdict.Unavailable());
        assertStep(step, MAIL.withRefused(), "451 4.3.0 <alice@example.test>: Temporary lookup failure");
        assertRefusal(step, Refusal.LOOKUP_FAILED);
    }

    @Test
    void aRecipientSaidTwiceIsKeptOnce() {
        assertStep(say(MAIL_FOR_ALICE, "RCPT TO:<alice@EXAMPLE.test>"), MAIL_FOR_ALICE, "250 2.1.5 Ok");
    }

    @Test
    void recipientsBeyondTheLimitAreToComeLater() {
        Recipients many = Recipients.NONE;
        for (int i = 0; i < IngressConfig.DEFAULT.maxRecipients(); i++) {
            many = many.with(new Recipients.Accepted(
                    new ForwardPath.To(Mailbox.of("u" + i + "@example.test")), RcptOptions.NONE, ROUTE));
        }
        Step step = say(MAIL.with(many), "RCPT TO:<alice@example.test>");
        assertStep(step, MAIL.with(many), "452 4.5.3 Too many recipients");
        assertRefusal(step, Refusal.TOO_MANY_RECIPIENTS);
        assertStep(say(MAIL.with(many), "RCPT TO:<u7@example.test>"), MAIL.with(many), "250 2.1.5 Ok");
    }

    @Test
    void dataOutOfOrderIsRefused() {
        assertStep(say(CONNECTED, "DATA"), CONNECTED, "503 5.5.1 Need MAIL first");
        assertStep(say(GREETED, "DATA"), GREETED, "503 5.5.1 Need MAIL first");
        assertStep(say(MAIL, "DATA"), MAIL, "503 5.5.1 Need RCPT first");
    }

    @Test
    void dataIsRefusedWhenEveryRecipientWas() {
        assertStep(say(MAIL.withRefused(), "DATA"), MAIL.withRefused(), "554 5.5.1 No valid recipients");
    }

    @Test
    void dataAsksForTheContent() {
        Step step = say(MAIL_FOR_ALICE.withRefused(), "DATA");
        assertThat(step.next()).isEqualTo(new ReceivingContent(MAIL_FOR_ALICE.withRefused()));
        assertThat(said(step)).isEqualTo("354 End data with <CR><LF>.<CR><LF>");
        assertThat(step.effects()).last().isEqualTo(new Effect.ReceiveContent());
    }

    @Test
    void aCompleteContentIsStoredBeforeAnythingIsSaid() {
        assertThat(machine.onContentComplete(new ReceivingContent(MAIL_FOR_ALICE)))
                .isEqualTo(new Step(new Storing(MAIL_FOR_ALICE), List.of(new Effect.Store())));
    }

    @Test
    void aStoredMailIsAcknowledgedByItsName() {
        assertStep(
                machine.onStored(new Storing(MAIL_FOR_ALICE), new QueueId("0123456789ABCDEF")),
                GREETED,
                "250 2.0.0 Ok: queued as 0123456789ABCDEF");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    FULL        | SPOOL_FULL        | 452 4.3.1 Insufficient system storage, try again later
                    UNAVAILABLE | SPOOL_UNAVAILABLE | 451 4.3.0 Queue unavailable, try again later
                    """)
    void aMailThatWasNotStoredStaysTheClients(Kind kind, Refusal reason, String reply) {
        Step step = machine.onStoreFailed(new Storing(MAIL_FOR_ALICE), kind);
        assertStep(step, GREETED, reply);
        assertRefusal(step, reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    TOO_LARGE     | TOO_LARGE     | 552 5.3.4 Message size exceeds limit
                    BARE_LINE_END | BARE_LINE_END | 550 5.6.11 Bare <CR> or <LF> in content
                    TOO_MANY_HOPS | TOO_MANY_HOPS | 554 5.4.6 Too many hops, mail is looping
                    NO_ROOM       | NO_ROOM       | 452 4.3.1 Insufficient system storage, try again later
                    """)
    void aRefusedContentEndsTheTransaction(ContentFlaw flaw, Refusal reason, String reply) {
        Step step = machine.onContentRefused(new ReceivingContent(MAIL_FOR_ALICE), flaw);
        assertStep(step, GREETED, reply);
        assertRefusal(step, reason);
    }

    @Test
    void aFloodEndsTheSession() {
        Step step = machine.onContentRefused(new ReceivingContent(MAIL_FOR_ALICE), ContentFlaw.FLOOD);
        assertClosing(step, "421 4.3.4 mx2.example.net Message far too large, closing connection", Effect.Ending.FLOOD);
        assertRefusal(step, Refusal.TOO_LARGE);
    }

    @Test
    void rsetForgetsTheMailAndNothingElse() {
        assertStep(say(CONNECTED, "RSET"), CONNECTED, "250 2.0.0 Ok");
        assertStep(say(GREETED, "RSET"), GREETED, "250 2.0.0 Ok");
        assertStep(say(MAIL_FOR_ALICE, "RSET"), GREETED, "250 2.0.0 Ok");
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

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    NOOP                               | 250 2.0.0 Ok
                    VRFY alice                         | 252 2.5.0 Cannot VRFY user, but will accept message and attempt delivery
                    HELP                               | 214 2.0.0 EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY QUIT; see RFC 5321
                    EXPN list                          | 502 5.5.1 Command not implemented
                    AUTH PLAIN                         | 502 5.5.1 Command not implemented
                    ETRN example.test                  | 502 5.5.1 Command not implemented
                    XYZZY                              | 500 5.5.2 Command not recognized
                    EHLO                               | 501 5.5.4 Syntax: EHLO hostname
                    HELO                               | 501 5.5.4 Syntax: HELO hostname
                    VRFY                               | 501 5.5.4 Syntax: VRFY address
                    MAIL                               | 501 5.5.4 Syntax: MAIL FROM:<address>
                    RCPT                               | 501 5.5.4 Syntax: RCPT TO:<address>
                    STARTTLS now                       | 501 5.5.4 No argument allowed
                    DATA now                           | 501 5.5.4 No argument allowed
                    MAIL FROM:<x>                      | 501 5.1.7 Bad sender address syntax
                    RCPT TO:<x>                        | 501 5.1.3 Bad recipient address syntax
                    RCPT TO:<ü@example.test>           | 501 5.1.3 Bad recipient address syntax
                    MAIL FROM:<Ã¼@example.test>          | 553 5.6.7 Non-ASCII addresses need SMTPUTF8
                    MAIL FROM:<> SIZE=x                | 501 5.5.4 Bad value of a parameter
                    MAIL FROM:<> AUTH=<>               | 555 5.5.4 Parameter not recognized
                    """)
    void theRestIsAnsweredInAnyStateAndChangesNothing(String line, String reply) {
        for (Listening state : List.of(CONNECTED, GREETED, MAIL, MAIL_FOR_ALICE)) {
            assertStep(say(state, line), state, reply);
        }
    }

    @Test
    void linesThatAreNoCommandsAreAnsweredInAnyState() {
        for (Listening state : List.of(CONNECTED, GREETED, MAIL_FOR_ALICE)) {
            assertStep(machine.onLineTooLong(state), state, "500 5.5.2 Line too long");
            assertStep(machine.onLine(state, new Line.TooLong("NOOP "), Room.OPEN), state, "500 5.5.2 Line too long");
        }
    }

    /** What comes next may be a chunk, of nobody knows how many octets: it must not be read as commands. */
    @Test
    void linesThatMayHideABdatEndTheSession() {
        for (Listening state : List.of(CONNECTED, GREETED, MAIL_FOR_ALICE)) {
            assertClosing(
                    machine.onLine(state, new Line.BareLineEnd(), Room.OPEN),
                    "500 5.5.2 Lines must end with <CR><LF>, closing connection",
                    Effect.Ending.OUT_OF_STEP);
            assertClosing(
                    machine.onLine(state, new Line.TooLong("bdat "), Room.OPEN),
                    "501 5.5.4 Syntax: BDAT octets [LAST], closing connection",
                    Effect.Ending.OUT_OF_STEP);
        }
    }

    private Step sayAs(Privileges privileges, Listening state, String line) {
        return new SessionMachine(Domain.of("mx2.example.net"), IngressConfig.DEFAULT, KnownLimits.NONE, privileges)
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

    @Test
    void quitEndsTheSession() {
        for (Listening state : List.of(CONNECTED, GREETED, MAIL_FOR_ALICE)) {
            assertClosing(say(state, "QUIT"), "221 2.0.0 mx2.example.net Bye", Effect.Ending.QUIT);
        }
    }

    @Test
    void silenceEndsTheSession() {
        String reply = "421 4.4.2 mx2.example.net Timeout, closing connection";
        assertClosing(machine.onTimeout(CONNECTED), reply, Effect.Ending.TIMED_OUT);
        assertClosing(machine.onTimeout(MAIL_FOR_ALICE), reply, Effect.Ending.TIMED_OUT);
        Step inContent = machine.onTimeout(new ReceivingContent(MAIL_FOR_ALICE));
        assertClosing(inContent, reply, Effect.Ending.TIMED_OUT);
        assertRefusal(inContent, Refusal.TIMED_OUT);
    }

    @Test
    void tooManyErrorsOrCommandsEndTheSession() {
        assertClosing(
                machine.onExcess(Tolerance.Excess.ERRORS),
                "421 4.7.0 mx2.example.net Too many errors, closing connection",
                Effect.Ending.TOO_MANY_ERRORS);
        assertClosing(
                machine.onExcess(Tolerance.Excess.COMMANDS),
                "421 4.7.0 mx2.example.net Too many commands without a mail, closing connection",
                Effect.Ending.TOO_MANY_COMMANDS);
    }

    @Test
    void aStopEndsTheSession() {
        for (SessionState state :
                List.of(CONNECTED, GREETED, MAIL, new AwaitingRecipient(MAIL, BOB, RcptOptions.NONE))) {
            assertClosing(
                    machine.onShutDown(state),
                    "421 4.3.2 mx2.example.net Service shutting down, try again later",
                    Effect.Ending.SHUT_DOWN);
        }
    }

    @Test
    void aStopWaitsForWhoHasBegunAContent() {
        for (SessionState state :
                List.of(new ReceivingContent(MAIL_FOR_ALICE), new Storing(MAIL_FOR_ALICE), new Closing())) {
            assertThat(machine.onShutDown(state)).isEqualTo(new Step(state, List.of()));
        }
    }

    private Step say(Listening state, String line) {
        return machine.onCommand(state, CommandParser.parse(line), Room.OPEN);
    }

    private static void assertStep(Step step, SessionState next, String reply) {
        assertThat(step.next()).isEqualTo(next);
        assertThat(said(step)).isEqualTo(reply);
        assertThat(step.effects()).hasSize(1);
    }

    private static void assertClosing(Step step, String reply, Effect.Ending why) {
        assertThat(step.next()).isEqualTo(new Closing());
        assertThat(said(step)).isEqualTo(reply);
        assertThat(step.effects()).hasSize(2).last().isEqualTo(new Effect.Close(why));
    }

    private static void assertRefusal(Step step, Refusal reason) {
        assertThat(step.effects())
                .anyMatch(effect -> effect instanceof Effect.Refuse refuse && refuse.reason() == reason);
    }

    private static String said(Step step) {
        return step.effects().stream()
                .map(effect -> switch (effect) {
                    case Effect.Reply reply -> reply.reply().toString();
                    case Effect.ReplyAgain again -> again.reply().toString();
                    case Effect.Refuse refuse -> refuse.reply().toString();
                    case Effect.CheckRecipient _,
                            Effect.ReceiveContent _,
                            Effect.ReceiveChunk _,
                            Effect.SkipChunk _,
                            Effect.Store _,
                            Effect.StartTls _,
                            Effect.CallRoutes _,
                            Effect.PassOn _,
                            Effect.Forward _,
                            Effect.Close _ -> "";
                })
                .collect(Collectors.joining());
    }
}
