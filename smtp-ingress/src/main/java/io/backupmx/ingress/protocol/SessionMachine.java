package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.Effect.Ending;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.BetweenChunks;
import io.backupmx.ingress.protocol.SessionState.ChunksRefused;
import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.Receiving;
import io.backupmx.ingress.protocol.SessionState.SkippingChunk;
import io.backupmx.ingress.protocol.SessionState.StartingTls;
import io.backupmx.ingress.protocol.SessionState.Storing;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.TlsFacts;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RequireTls;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolWriter.Room;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The server's side of SMTP as a function: what a session is, and what happens to it, make what it becomes and what it
 * does (RFC 5321 §4.1, §4.3). It holds nothing of any session; one serves all whose clients may say the same. What may happen
 * in which state is in the parameters' types: a verdict can only be given to who awaits one.
 */
public final class SessionMachine {

    private final Domain hostname;
    private final WayOnwards onwards;
    private final ClientSteps client;
    private final EnvelopeSteps envelope;
    private final ContentSteps content;

    /** Without a word on what primaries take, for clients that may say what all may. */
    public SessionMachine(Domain hostname, IngressConfig config) {
        this(hostname, config, KnownLimits.NONE, RequireTls.NEVER, Privileges.NONE);
    }

    /**
     * @param limits of the primaries: what they would refuse is refused, and the sender hears it from its own server
     * @param requireTls whether mail may be taken that demands TLS on all its way
     * @param privileges of the clients of the sessions that it serves
     */
    public SessionMachine(
            Domain hostname, IngressConfig config, KnownLimits limits, RequireTls requireTls, Privileges privileges) {
        this.hostname = hostname;
        this.onwards = new WayOnwards(hostname, limits, requireTls);
        this.client = new ClientSteps(hostname, config, onwards, privileges);
        this.envelope = new EnvelopeSteps(config, onwards);
        this.content = new ContentSteps(hostname, config);
    }

    /** A client has connected (§3.1). */
    public Step onConnected() {
        return client.onConnected(Optional.empty());
    }

    /** A client has connected and begun with TLS (RFC 8314 §3.3): it is greeted after that. */
    public Step onConnected(TlsFacts tls) {
        return client.onConnected(Optional.of(tls));
    }

    /** A proxy has said for whom it speaks: that one begins anew, and nothing of what was said holds (XCLIENT_README). */
    public Step onPassedOn(Listening state) {
        return client.onPassedOn(state);
    }

    /** What has become of an ETRN. */
    public Step onEtrn(Listening state, EtrnNode node, EtrnAnswer answer) {
        return client.onEtrn(state, node, answer);
    }

    /** A client has talked before it was greeted: it does not care what it is told (§4.3.1). */
    public Step onEarlyTalk() {
        return Step.close(Replies.earlyTalker(hostname), Ending.EARLY_TALKER);
    }

    /** A line the client has said, be it a command or not; {@code room} as in {@link #onCommand}. */
    public Step onLine(Listening state, Line line, Room room) {
        return switch (line) {
            case Line.Text(String said) -> onCommand(state, CommandParser.parse(said), room);
            case Line.TooLong(String start) ->
                CommandParser.isBdat(start)
                        ? Step.close(Replies.BDAT_SYNTAX, Ending.OUT_OF_STEP)
                        : onLineTooLong(state);
            case Line.BareLineEnd _ -> onBareLineEnd();
        };
    }

    /** @param room of the spool, now: better to say no before a content than after it */
    public Step onCommand(Listening state, Command command, Room room) {
        return switch (command) {
            case Command.Ehlo ehlo -> client.onEhlo(state, ehlo);
            case Command.Helo helo -> client.onHelo(state, helo);
            case Command.Mail mail -> envelope.onMail(state, mail, room);
            case Command.Rcpt rcpt -> envelope.onRcpt(state, rcpt);
            case Command.Data _ -> content.onData(state, room);
            case Command.Bdat bdat -> content.onBdat(state, bdat, room);
            case Command.BadBdat _ -> Step.close(Replies.BDAT_SYNTAX, Ending.OUT_OF_STEP);
            case Command.Rset _ -> client.onRset(withoutMail(state));
            case Command.Noop _ -> Step.reply(state, Replies.OK);
            case Command.Vrfy _ -> Step.reply(state, Replies.CANNOT_VERIFY);
            case Command.Help _ -> Step.reply(state, Replies.HELP);
            case Command.StartTls _ -> client.onStartTls(state);
            case Command.Quit _ -> Step.close(Replies.bye(hostname), Ending.QUIT);
            case Command.Etrn(String argument) -> client.onEtrn(state, argument);
            case Command.XClient(String argument) -> client.onXClient(state, argument);
            case Command.XForward(String argument) -> client.onXForward(state, argument);
            case Command.NotImplemented _ -> Step.reply(state, Replies.NOT_IMPLEMENTED);
            case Command.Unknown _ -> Step.reply(state, Replies.UNKNOWN_COMMAND);
            case Command.Malformed malformed -> Step.reply(state, malformed.answer());
        };
    }

    /** A line that is no command. */
    public Step onLineTooLong(Listening state) {
        return Step.reply(state, Replies.LINE_TOO_LONG);
    }

    /**
     * A line that is no command to us, and two to whoever takes a bare LF for its end: which octets are commands, and which are
     * the chunk of a BDAT, we would not agree on.
     */
    public Step onBareLineEnd() {
        return Step.close(Replies.BARE_LINE_END_IN_COMMAND, Ending.OUT_OF_STEP);
    }

    /** Those who were asked have said who the recipient is, or that nobody knows now. */
    public Step onVerdict(AwaitingRecipient state, RecipientVerdict verdict) {
        return envelope.onVerdict(state, verdict);
    }

    /** Whether {@link #onVerdict} would take the recipient: the limits of a primary refuse some of those who may get mail. */
    public boolean takes(AwaitingRecipient state, RecipientVerdict verdict) {
        return envelope.takes(state, verdict);
    }

    /** The recipient may get mail, but not from this client, or not now. */
    public Step onClientRefused(AwaitingRecipient state, ClientRefusal why) {
        return envelope.onClientRefused(state, why);
    }

    /**
     * The largest content of {@code mail} that one of its recipients can have, as far as is known; a larger one goes to
     * {@link #onContentRefused}, with {@link ContentFlaw#TOO_LARGE_FOR_PRIMARY}. Empty: one of them may have any.
     */
    public OptionalLong deliverableBytes(MailOpen mail) {
        return onwards.deliverableBytes(mail);
    }

    /** The content, or its chunk, is all here, and nothing is wrong with it. */
    public Step onContentComplete(Receiving state) {
        return content.onComplete(state);
    }

    /**
     * The content, or its chunk, is over, one way or the other, and will not be taken; the transaction is over with it
     * (§4.1.1.4), and further chunks are answered as such.
     */
    public Step onContentRefused(Receiving state, ContentFlaw flaw) {
        return content.onRefused(state, flaw);
    }

    /** The octets of a BDAT out of place are over. */
    public Step onChunkSkipped(SkippingChunk state) {
        return state.then();
    }

    /** The mail is on the spool's disk: the one 250 after a final dot. */
    public Step onStored(Storing state, QueueId id) {
        return content.onStored(state, id);
    }

    /** The mail is not known to be on the spool's disk; it is still the client's. */
    public Step onStoreFailed(Storing state, SpoolException.Kind kind) {
        return content.onStoreFailed(state, kind);
    }

    /** A filter has looked at the content, and will not have it taken; the transaction is over with it (§4.1.1.4). */
    public Step onContentJudged(Storing state, ContentVerdict verdict) {
        return content.onJudged(state, verdict);
    }

    /** The handshake is done: the client begins anew, and is not greeted again (RFC 3207 §4.2). */
    public Step onTls(StartingTls state, TlsFacts tls) {
        return Step.stay(new Connected(Optional.of(tls)));
    }

    /** The client was silent for too long (§4.5.3.2). */
    public Step onTimeout(SessionState state) {
        return switch (state) {
            case Receiving receiving ->
                Step.refuseAndClose(
                        Replies.timedOut(hostname),
                        Refusal.TIMED_OUT,
                        receiving.mail().from(),
                        Ending.TIMED_OUT);
            case Listening _, SkippingChunk _, AwaitingRecipient _, Storing _, StartingTls _, Closing _ ->
                Step.close(Replies.timedOut(hostname), Ending.TIMED_OUT);
        };
    }

    /** The client has cost more than we bear with. */
    public Step onExcess(Tolerance.Excess excess) {
        return switch (excess) {
            case ERRORS -> Step.close(Replies.tooManyErrors(hostname), Ending.TOO_MANY_ERRORS);
            case COMMANDS -> Step.close(Replies.tooManyCommands(hostname), Ending.TOO_MANY_COMMANDS);
        };
    }

    /** The service stops. Who is saying a content, or a chunk of it, may finish that; tell me again then (§3.8). */
    public Step onShutDown(SessionState state) {
        return switch (state) {
            case Listening _, SkippingChunk _, AwaitingRecipient _ ->
                Step.close(Replies.shuttingDown(hostname), Ending.SHUT_DOWN);
            case Receiving _, Storing _, StartingTls _, Closing _ -> Step.stay(state);
        };
    }

    private static Listening withoutMail(Listening state) {
        return switch (state) {
            case MailOpen mail -> mail.before();
            case BetweenChunks begun -> begun.mail().before();
            case ChunksRefused refused -> refused.before();
            case Connected _, Greeted _ -> state;
        };
    }
}
