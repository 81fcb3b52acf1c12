package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.Client;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.Sender;
import io.backupmx.mail.Arrival;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.ReceivedHeader;
import io.backupmx.mail.Recipient;
import io.backupmx.route.NextHopLimits;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RequireTls;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.SpoolWriter.Room;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a primary is known not to take is refused, at RCPT or for its content, and nothing else. */
class KnownLimitsTest {

    private static final Route NARROW = Route.of("smtp:[mx1.example.test]:25");
    private static final Route WIDE = Route.of("smtp:[mx2.example.test]:25");
    private static final Route WITHOUT_SIZE = Route.of("smtp:[mx3.example.test]:25");
    private static final Route UNKNOWN = Route.of("smtp:[mx4.example.test]:25");
    private static final Map<Route, NextHopLimits> KNOWN = Map.of(
            NARROW, new NextHopLimits(OptionalLong.of(1000), false),
            WIDE, new NextHopLimits(OptionalLong.of(10_000), true),
            WITHOUT_SIZE, new NextHopLimits(OptionalLong.empty(), true));

    private static final Domain HOSTNAME = Domain.of("mx2.example.net");

    private final SessionMachine machine = new SessionMachine(
            HOSTNAME,
            IngressConfig.DEFAULT,
            route -> Optional.ofNullable(KNOWN.get(route)),
            RequireTls.NEVER,
            Privileges.NONE);

    private Step rcpt(String mail, String rcpt, Route route) {
        Greeted greeted = new Greeted(new Client("client.example", true, Optional.empty()));
        MailOpen open = (MailOpen) machine.onCommand(greeted, CommandParser.parse(octets(mail)), Room.OPEN)
                .next();
        Step step = machine.onCommand(open, CommandParser.parse(octets(rcpt)), Room.OPEN);
        AwaitingRecipient asked = (AwaitingRecipient) step.next();
        RecipientVerdict verdict = new RecipientVerdict.Accepted(route);
        Step told = machine.onVerdict(asked, verdict);
        assertThat(machine.takes(asked, verdict))
                .as("it does what it says before")
                .isEqualTo(told.effects().equals(List.of(new Effect.Reply(Replies.RECIPIENT_OK))));
        assertThat(machine.takes(asked, new RecipientVerdict.UnknownUser())).isFalse();
        return told;
    }

    /** A mail without SIZE, for a recipient at each of the routes. */
    private static MailOpen mail(Route... routes) {
        Recipients recipients = Recipients.NONE;
        for (int i = 0; i < routes.length; i++) {
            recipients = recipients.with(new Recipients.Accepted(recipient(i), RcptOptions.NONE, routes[i]));
        }
        return new MailOpen(
                new Greeted(new Client("client.example", true, Optional.empty())),
                new Sender(new ReversePath.Null(), MailOptions.NONE),
                recipients,
                false);
    }

    private static ForwardPath recipient(int number) {
        return new ForwardPath.To(Mailbox.of("r" + number + "@example.test"));
    }

    private static String octets(String line) {
        return new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private void assertTaken(String mail, String rcpt, Route route) {
        assertThat(rcpt(mail, rcpt, route).effects())
                .as("%s %s %s", mail, rcpt, route)
                .singleElement()
                .isEqualTo(new Effect.Reply(Replies.RECIPIENT_OK));
    }

    private void assertRefused(String mail, String rcpt, Route route, Refusal reason, String reply) {
        assertThat(rcpt(mail, rcpt, route).effects())
                .singleElement()
                .isInstanceOfSatisfying(Effect.Refuse.class, refuse -> {
                    assertThat(refuse.reason()).isEqualTo(reason);
                    assertThat(refuse.reply().toString()).startsWith(reply);
                });
    }

    @Test
    void aDeclaredSizeBeyondThePrimarysLimitIsRefused() {
        assertRefused(
                "MAIL FROM:<> SIZE=1001",
                "RCPT TO:<a@example.test>",
                NARROW,
                Refusal.TOO_LARGE_FOR_PRIMARY,
                "552 5.3.4 <a@example.test>: Message size exceeds the limit of the primary server");
        assertTaken("MAIL FROM:<> SIZE=1000", "RCPT TO:<a@example.test>", NARROW);
        assertTaken("MAIL FROM:<>", "RCPT TO:<a@example.test>", NARROW);
        assertTaken("MAIL FROM:<> SIZE=1001", "RCPT TO:<a@example.test>", WIDE);
        assertTaken("MAIL FROM:<> SIZE=1001", "RCPT TO:<a@example.test>", WITHOUT_SIZE);
        assertTaken("MAIL FROM:<> SIZE=1001", "RCPT TO:<a@example.test>", UNKNOWN);
    }

    @Test
    void aContentIsTooLargeWhenNoRecipientCanHaveIt() {
        assertThat(machine.deliverableBytes(mail(NARROW)).orElseThrow()).isBetween(800L, 1000L);
        assertThat(machine.deliverableBytes(mail(NARROW, NARROW)).orElseThrow()).isBetween(800L, 1000L);
        assertThat(machine.deliverableBytes(mail(NARROW, WIDE)).orElseThrow()).isBetween(9800L, 10_000L);
        assertThat(machine.deliverableBytes(mail(WIDE, NARROW)).orElseThrow()).isBetween(9800L, 10_000L);
    }

    @Test
    void aContentIsTakenWhenSomeRecipientMayHaveIt() {
        assertThat(machine.deliverableBytes(mail(UNKNOWN))).isEmpty();
        assertThat(machine.deliverableBytes(mail(NARROW, UNKNOWN))).isEmpty();
        assertThat(machine.deliverableBytes(mail(WITHOUT_SIZE, NARROW))).isEmpty();
    }

    /** The primary counts it (RFC 1870 §3). Of the client's address the machine knows nothing. */
    @Test
    void aContentLeavesRoomForOurTraceHeader() {
        Arrival arrival =
                new Arrival(Instant.parse("2026-03-01T07:08:09Z"), "192.0.2.1", "client.example", "ESMTP", HOSTNAME);
        Envelope envelope = new Envelope(
                new QueueId("0123456789ABCDEF"),
                arrival,
                new ReversePath.Null(),
                List.of(Recipient.of(recipient(0))),
                BodyType.SEVEN_BIT,
                false,
                Optional.empty(),
                Optional.empty(),
                0);
        int trace = ReceivedHeader.of(envelope, ZoneOffset.UTC).length();
        assertThat(machine.deliverableBytes(mail(NARROW))).hasValue(1000 - (trace - "192.0.2.1".length()));
    }

    @Test
    void addressesThatThePrimaryCannotTakeAreRefused() {
        assertRefused(
                "MAIL FROM:<> SMTPUTF8",
                "RCPT TO:<käthe@example.test>",
                NARROW,
                Refusal.NO_SMTPUTF8_AT_PRIMARY,
                "553 5.6.7 ");
        assertRefused(
                "MAIL FROM:<käthe@client.example> SMTPUTF8",
                "RCPT TO:<a@example.test>",
                NARROW,
                Refusal.NO_SMTPUTF8_AT_PRIMARY,
                "553 5.6.7 ");
        assertTaken("MAIL FROM:<> SMTPUTF8", "RCPT TO:<käthe@example.test>", WIDE);
        assertTaken("MAIL FROM:<> SMTPUTF8", "RCPT TO:<käthe@example.test>", UNKNOWN);
        // Said of all its mail by a client that can: it need not be true.
        assertTaken("MAIL FROM:<> SMTPUTF8", "RCPT TO:<a@example.test>", NARROW);
    }
}
