package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig;
import io.backupmx.config.IngressConfig.SmtpUtf8;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.BetweenChunks;
import io.backupmx.ingress.protocol.SessionState.ChunksRefused;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.Sender;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.Route;
import io.backupmx.route.TransportAnswer;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolWriter.Room;

/**
 * Who a mail is from and for: MAIL, RCPT, and what is said of a recipient by those who were asked (RFC 5321 §4.1.1.2, §4.1.1.3). A
 * part of {@link SessionMachine}.
 */
final class EnvelopeSteps {

    private final long maxMessageBytes;
    private final int maxRecipients;
    private final boolean offersSmtpUtf8;
    private final WayOnwards onwards;

    EnvelopeSteps(IngressConfig config, WayOnwards onwards) {
        this.maxMessageBytes = config.maxMessageBytes();
        this.maxRecipients = config.maxRecipients();
        this.offersSmtpUtf8 = config.smtputf8() == SmtpUtf8.OFFER;
        this.onwards = onwards;
    }

    Step onMail(Listening state, Command.Mail mail, Room room) {
        return switch (state) {
            case Connected _ -> Step.reply(state, Replies.NEED_HELLO);
            case MailOpen _, BetweenChunks _ -> Step.reply(state, Replies.NESTED_MAIL);
            case ChunksRefused refused -> onMail(refused.before(), mail, room);
            case Greeted _
            when mail.options().smtpUtf8() && !offersSmtpUtf8 -> Step.reply(state, Replies.UNKNOWN_PARAMETER);
            case Greeted greeted
            when mail.options().requireTls() && !greeted.client().mayRequireTls() ->
                Step.reply(state, Replies.UNKNOWN_PARAMETER);
            case Greeted _
            when mail.options().declaredBytes() > maxMessageBytes ->
                Step.refuse(state, Replies.TOO_LARGE, Refusal.TOO_LARGE, mail.from()); // RFC 1870 §6.1
            case Greeted greeted ->
                switch (room) {
                    case OPEN ->
                        Step.reply(
                                new MailOpen(greeted, new Sender(mail.from(), mail.options()), Recipients.NONE, false),
                                Replies.SENDER_OK);
                    case FULL -> Step.noRoom(state, SpoolException.Kind.FULL, mail.from());
                    case UNAVAILABLE -> Step.noRoom(state, SpoolException.Kind.UNAVAILABLE, mail.from());
                };
        };
    }

    Step onRcpt(Listening state, Command.Rcpt rcpt) {
        return switch (state) {
            case Connected _, Greeted _, ChunksRefused _ -> Step.reply(state, Replies.NEED_MAIL);
            case BetweenChunks _ -> Step.reply(state, Replies.NEED_LAST_CHUNK);
            case MailOpen mail
            when !rcpt.isAscii() && !mail.sender().options().smtpUtf8() -> Step.reply(mail, Replies.NEED_SMTPUTF8);
            case MailOpen mail
            when mail.recipients().contains(rcpt.to()) -> Step.reply(mail, Replies.RECIPIENT_OK); // once is enough
            case MailOpen mail
            when mail.recipients().size() >= maxRecipients ->
                // the rest comes later
                Step.refuse(mail, Replies.TOO_MANY_RECIPIENTS, Refusal.TOO_MANY_RECIPIENTS, mail.from(), rcpt.to());
            case MailOpen mail ->
                Step.await(
                        new AwaitingRecipient(mail, rcpt.to(), rcpt.options()), new Effect.CheckRecipient(rcpt.to()));
        };
    }

    /** As {@link SessionMachine#onVerdict}. */
    Step onVerdict(AwaitingRecipient state, RecipientVerdict verdict) {
        MailOpen mail = state.mail();
        return switch (verdict) {
            case RecipientVerdict.Accepted(Route route) ->
                onwards.against(state, route)
                        .map(objection -> refused(state, objection.reply(), objection.reason()))
                        .orElseGet(() -> Step.reply(
                                mail.with(mail.recipients()
                                        .with(new Recipients.Accepted(state.to(), state.options(), route))),
                                Replies.RECIPIENT_OK));
            case RecipientVerdict.RelayDenied _ ->
                refused(state, Replies.relayDenied(state.to()), Refusal.RELAY_DENIED);
            case RecipientVerdict.UnknownUser _ ->
                refused(state, Replies.unknownUser(state.to()), Refusal.UNKNOWN_USER);
            case RecipientVerdict.Answered(TransportAnswer answer) ->
                refused(
                        state,
                        Replies.answered(state.to(), answer),
                        answer.isTemporary() ? Refusal.TRANSPORT_RETRY : Refusal.TRANSPORT_ERROR);
            case RecipientVerdict.LeftToPrimary _ ->
                refused(state, Replies.leftToPrimary(state.to()), Refusal.PRIMARY_IS_UP);
            case RecipientVerdict.Unsettled _, RecipientVerdict.IfMxBackup _, RecipientVerdict.Unavailable _ ->
                refused(state, Replies.lookUpFailed(state.to()), Refusal.LOOKUP_FAILED);
        };
    }

    /** As {@link SessionMachine#takes}. */
    boolean takes(AwaitingRecipient state, RecipientVerdict verdict) {
        return verdict instanceof RecipientVerdict.Accepted(Route route)
                && onwards.against(state, route).isEmpty();
    }

    /** As {@link SessionMachine#onClientRefused}. */
    Step onClientRefused(AwaitingRecipient state, ClientRefusal why) {
        return switch (why) {
            case ClientRefusal.Listed(String zone) ->
                refused(state, Replies.clientListed(state.to(), zone), Refusal.CLIENT_LISTED);
            case ClientRefusal.TooManyMessages _ ->
                refused(state, Replies.tooManyMessages(state.to()), Refusal.MESSAGE_RATE);
            case ClientRefusal.TooManyRecipients _ ->
                refused(state, Replies.tooManyRecipientsOfLate(state.to()), Refusal.RECIPIENT_RATE);
        };
    }

    private static Step refused(AwaitingRecipient state, SmtpReply reply, Refusal reason) {
        MailOpen mail = state.mail();
        return Step.refuse(mail.withRefused(), reply, reason, mail.from(), state.to());
    }
}
