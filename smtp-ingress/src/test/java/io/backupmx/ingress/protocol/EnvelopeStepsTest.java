package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.Sender;
import io.backupmx.mail.BodyType;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.TransportAnswer;
import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.SpoolWriter.Room;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who a mail is from and for. */
class EnvelopeStepsTest extends MachineFixture {

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
}
