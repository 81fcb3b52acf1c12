package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig;
import io.backupmx.config.IngressConfig.SmtpUtf8;
import io.backupmx.ingress.protocol.Effect.Ending;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.BetweenChunks;
import io.backupmx.ingress.protocol.SessionState.ChunksRefused;
import io.backupmx.ingress.protocol.SessionState.Client;
import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.Receiving;
import io.backupmx.ingress.protocol.SessionState.ReceivingChunk;
import io.backupmx.ingress.protocol.SessionState.ReceivingContent;
import io.backupmx.ingress.protocol.SessionState.Sender;
import io.backupmx.ingress.protocol.SessionState.SkippingChunk;
import io.backupmx.ingress.protocol.SessionState.StartingTls;
import io.backupmx.ingress.protocol.SessionState.Storing;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.TlsFacts;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.Route;
import io.backupmx.route.TransportAnswer;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolWriter.Room;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The server's side of SMTP as a function: what a session is, and what happens to it, make what it becomes and what it
 * does (RFC 5321 §4.1, §4.3). It holds nothing of any session; one serves all whose clients may say the same. What may happen
 * in which state is in the parameters' types: a verdict can only be given to who awaits one.
 */
public final class SessionMachine {

    private final Domain hostname;
    private final Optional<String> banner;
    private final long maxMessageBytes;
    private final int maxRecipients;
    private final boolean offersTls;
    private final boolean offersSmtpUtf8;
    private final KnownLimits limits;
    private final Privileges privileges;

    /** Without a word on what primaries take, for clients that may say what all may. */
    public SessionMachine(Domain hostname, IngressConfig config) {
        this(hostname, config, KnownLimits.NONE, Privileges.NONE);
    }

    /**
     * @param limits of the primaries: what they would refuse is refused at RCPT, where the sender hears it from its own server
     * @param privileges of the clients of the sessions that it serves
     */
    public SessionMachine(Domain hostname, IngressConfig config, KnownLimits limits, Privileges privileges) {
        this.limits = limits;
        this.privileges = privileges;
        this.hostname = hostname;
        this.banner = config.banner();
        this.maxMessageBytes = config.maxMessageBytes();
        this.maxRecipients = config.maxRecipients();
        this.offersTls = config.tls().offered();
        this.offersSmtpUtf8 = config.smtputf8() == SmtpUtf8.OFFER;
    }

    /** A client has connected (§3.1). */
    public Step onConnected() {
        return Step.reply(new Connected(Optional.empty()), Replies.greeting(hostname, banner));
    }

    /** A client has connected and begun with TLS (RFC 8314 §3.3): it is greeted after that. */
    public Step onConnected(TlsFacts tls) {
        return Step.reply(new Connected(Optional.of(tls)), Replies.greeting(hostname, banner));
    }

    /** A proxy has said for whom it speaks: that one begins anew, and nothing of what was said holds (XCLIENT_README). */
    public Step onPassedOn(Listening state) {
        return Step.reply(new Connected(state.tls()), Replies.greeting(hostname, banner));
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
            case Command.Ehlo ehlo ->
                Step.reply(
                        new Greeted(new Client(ehlo.name(), true, state.tls())),
                        Replies.ehlo(hostname, extensions(state))); // §4.1.4: as RSET, too
            case Command.Helo helo ->
                Step.reply(new Greeted(new Client(helo.name(), false, state.tls())), Replies.helo(hostname));
            case Command.Mail mail -> onMail(state, mail, room);
            case Command.Rcpt rcpt -> onRcpt(state, rcpt);
            case Command.Data _ -> onData(state, room);
            case Command.Bdat bdat -> onBdat(state, bdat, room);
            case Command.BadBdat _ -> Step.close(Replies.BDAT_SYNTAX, Ending.OUT_OF_STEP);
            case Command.Rset _ -> Step.reply(withoutMail(state), Replies.OK);
            case Command.Noop _ -> Step.reply(state, Replies.OK);
            case Command.Vrfy _ -> Step.reply(state, Replies.CANNOT_VERIFY);
            case Command.Help _ -> Step.reply(state, Replies.HELP);
            case Command.StartTls _ -> onStartTls(state);
            case Command.Quit _ -> Step.close(Replies.bye(hostname), Ending.QUIT);
            case Command.Etrn(String argument) -> onEtrn(state, argument);
            case Command.XClient(String argument) -> onXClient(state, argument);
            case Command.XForward(String argument) -> onXForward(state, argument);
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

    public Step onVerdict(AwaitingRecipient state, RecipientVerdict verdict) {
        MailOpen mail = state.mail();
        return switch (verdict) {
            case RecipientVerdict.Accepted(Route route)
            when isTooLarge(mail, route) ->
                refused(state, Replies.tooLargeForPrimary(state.to()), Refusal.TOO_LARGE_FOR_PRIMARY);
            case RecipientVerdict.Accepted(Route route)
            when needsUtf8InVain(state, route) ->
                refused(state, Replies.noUtf8AtPrimary(state.to()), Refusal.NO_SMTPUTF8_AT_PRIMARY);
            case RecipientVerdict.Accepted accepted ->
                Step.reply(
                        mail.with(mail.recipients()
                                .with(new Recipients.Accepted(state.to(), state.options(), accepted.route()))),
                        Replies.RECIPIENT_OK);
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

    /** Whether {@link #onVerdict} would take the recipient: the limits of a primary refuse some of those who may get mail. */
    public boolean takes(AwaitingRecipient state, RecipientVerdict verdict) {
        return verdict instanceof RecipientVerdict.Accepted(Route route)
                && !isTooLarge(state.mail(), route)
                && !needsUtf8InVain(state, route);
    }

    /** By what the client says of its size (RFC 1870 §6.1); our trace header is not held against it. */
    private boolean isTooLarge(MailOpen mail, Route route) {
        long declared = mail.sender().options().declaredBytes();
        return declared > 0
                && limits.of(route)
                        .filter(known -> known.maxSizeBytes().isPresent()
                                && declared > known.maxSizeBytes().getAsLong())
                        .isPresent();
    }

    /** By its addresses: a client says SMTPUTF8 of all its mail, and what the header needs shows only later. */
    private boolean needsUtf8InVain(AwaitingRecipient state, Route route) {
        return (state.to().needsSmtpUtf8() || state.mail().from().needsSmtpUtf8())
                && limits.of(route).filter(known -> !known.smtpUtf8()).isPresent();
    }

    /** The recipient may get mail, but not from this client, or not now. */
    public Step onClientRefused(AwaitingRecipient state, ClientRefusal why) {
        return switch (why) {
            case ClientRefusal.Listed(String zone) ->
                refused(state, Replies.clientListed(state.to(), zone), Refusal.CLIENT_LISTED);
            case ClientRefusal.TooManyMessages _ ->
                refused(state, Replies.tooManyMessages(state.to()), Refusal.MESSAGE_RATE);
            case ClientRefusal.TooManyRecipients _ ->
                refused(state, Replies.tooManyRecipientsOfLate(state.to()), Refusal.RECIPIENT_RATE);
        };
    }

    /** The content, or its chunk, is all here, and nothing is wrong with it. */
    public Step onContentComplete(Receiving state) {
        return switch (state) {
            case ReceivingChunk chunk
            when !chunk.last() -> Step.reply(new BetweenChunks(chunk.mail()), Replies.chunkTaken(chunk.bytes()));
            case ReceivingContent _, ReceivingChunk _ -> Step.await(new Storing(state.mail()), new Effect.Store());
        };
    }

    /**
     * The content, or its chunk, is over, one way or the other, and will not be taken; the transaction is over with it
     * (§4.1.1.4), and further chunks are answered as such.
     */
    public Step onContentRefused(Receiving state, ContentFlaw flaw) {
        ReversePath from = state.mail().from();
        return switch (flaw) {
            case TOO_LARGE -> refused(state, Replies.TOO_LARGE, Refusal.TOO_LARGE);
            case BARE_LINE_END -> refused(state, Replies.BARE_LINE_END, Refusal.BARE_LINE_END);
            case TOO_MANY_HOPS -> refused(state, Replies.TOO_MANY_HOPS, Refusal.TOO_MANY_HOPS);
            case NO_ROOM -> refused(state, Replies.NO_ROOM, Refusal.NO_ROOM);
            case FLOOD -> Step.refuseAndClose(Replies.flood(hostname), Refusal.TOO_LARGE, from, Ending.FLOOD);
        };
    }

    /** The octets of a BDAT out of place are over. */
    public Step onChunkSkipped(SkippingChunk state) {
        return state.then();
    }

    /** The mail is on the spool's disk: the one 250 after a final dot. */
    public Step onStored(Storing state, QueueId id) {
        return Step.reply(state.mail().before(), Replies.queuedAs(id));
    }

    /** The mail is not known to be on the spool's disk; it is still the client's. */
    public Step onStoreFailed(Storing state, SpoolException.Kind kind) {
        return noRoom(state.mail().before(), kind, state.mail().from());
    }

    /** A filter has looked at the content, and will not have it taken; the transaction is over with it (§4.1.1.4). */
    public Step onContentJudged(Storing state, ContentVerdict verdict) {
        Greeted after = state.mail().before();
        ReversePath from = state.mail().from();
        return switch (verdict) {
            case REFUSE -> Step.refuse(after, Replies.CONTENT_REFUSED, Refusal.CONTENT_REFUSED, from);
            case LATER -> Step.refuse(after, Replies.CONTENT_DEFERRED, Refusal.CONTENT_DEFERRED, from);
            case UNKNOWN -> Step.refuse(after, Replies.CONTENT_UNCHECKED, Refusal.CONTENT_UNCHECKED, from);
            case TAKE -> Step.stay(state); // and stored
        };
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

    /** Also within a mail, and before EHLO, as with Postfix: whatever was said is forgotten. */
    private Step onStartTls(Listening state) {
        if (!offersTls) {
            return Step.reply(state, Replies.NOT_IMPLEMENTED);
        }
        return state.tls().isPresent()
                ? Step.reply(state, Replies.NESTED_TLS)
                : Step.await(new StartingTls(), new Effect.StartTls(Replies.START_TLS));
    }

    /** Not within a mail, and not before EHLO, which has told that there is ETRN (RFC 1985 §5). */
    private Step onEtrn(Listening state, String argument) {
        if (!privileges.etrn()) {
            return Step.reply(state, Replies.NOT_IMPLEMENTED);
        }
        if (state instanceof Connected) {
            return Step.reply(state, Replies.NEED_HELLO);
        }
        return withinMail(state)
                .orElseGet(() -> EtrnNode.parse(argument)
                        .map(node -> Step.await(state, new Effect.CallRoutes(node)))
                        .orElseGet(() -> Step.reply(state, Replies.ETRN_SYNTAX)));
    }

    /** What has become of an ETRN. */
    public Step onEtrn(Listening state, EtrnNode node, EtrnAnswer answer) {
        return Step.reply(state, Replies.etrn(node, answer));
    }

    private Step onXClient(Listening state, String argument) {
        if (!privileges.proxy()) {
            return Step.reply(state, Replies.UNKNOWN_COMMAND);
        }
        return withinMail(state)
                .orElseGet(() -> ProxyAttributes.parse(argument, ProxyAttributes.OF_XCLIENT)
                        .flatMap(said -> said.has("ADDR")
                                ? said.address().map(client -> Step.await(state, new Effect.PassOn(client)))
                                : Optional.of(onPassedOn(state)))
                        .orElseGet(() -> Step.reply(state, Replies.XCLIENT_SYNTAX)));
    }

    private Step onXForward(Listening state, String argument) {
        if (!privileges.proxy()) {
            return Step.reply(state, Replies.UNKNOWN_COMMAND);
        }
        return withinMail(state)
                .orElseGet(() -> ProxyAttributes.parse(argument, ProxyAttributes.OF_XFORWARD)
                        .map(from -> new Step(state, List.of(new Effect.Reply(Replies.OK), new Effect.Forward(from))))
                        .orElseGet(() -> Step.reply(state, Replies.XFORWARD_SYNTAX)));
    }

    private static Optional<Step> withinMail(Listening state) {
        return switch (state) {
            case MailOpen _, BetweenChunks _ -> Optional.of(Step.reply(state, Replies.NESTED_MAIL));
            case Connected _, Greeted _, ChunksRefused _ -> Optional.empty();
        };
    }

    private Step onMail(Listening state, Command.Mail mail, Room room) {
        return switch (state) {
            case Connected _ -> Step.reply(state, Replies.NEED_HELLO);
            case MailOpen _, BetweenChunks _ -> Step.reply(state, Replies.NESTED_MAIL);
            case ChunksRefused refused -> onMail(refused.before(), mail, room);
            case Greeted _
            when mail.options().smtpUtf8() && !offersSmtpUtf8 -> Step.reply(state, Replies.UNKNOWN_PARAMETER);
            case Greeted _
            when mail.options().declaredBytes() > maxMessageBytes ->
                Step.refuse(state, Replies.TOO_LARGE, Refusal.TOO_LARGE, mail.from()); // RFC 1870 §6.1
            case Greeted greeted ->
                switch (room) {
                    case OPEN ->
                        Step.reply(
                                new MailOpen(greeted, new Sender(mail.from(), mail.options()), Recipients.NONE, false),
                                Replies.SENDER_OK);
                    case FULL -> noRoom(state, SpoolException.Kind.FULL, mail.from());
                    case UNAVAILABLE -> noRoom(state, SpoolException.Kind.UNAVAILABLE, mail.from());
                };
        };
    }

    private Step onRcpt(Listening state, Command.Rcpt rcpt) {
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

    private Step onData(Listening state, Room room) {
        return switch (state) {
            case Connected _, Greeted _, ChunksRefused _ -> Step.reply(state, Replies.NEED_MAIL);
            case BetweenChunks _ -> Step.reply(state, Replies.NEED_LAST_CHUNK);
            case MailOpen mail ->
                content(
                        mail,
                        room,
                        new Step(
                                new ReceivingContent(mail),
                                List.of(new Effect.Reply(Replies.START_CONTENT), new Effect.ReceiveContent())));
        };
    }

    private Step onBdat(Listening state, Command.Bdat bdat, Room room) {
        return switch (state) {
            case Connected _, Greeted _ -> skip(bdat.bytes(), Step.reply(state, Replies.NEED_MAIL));
            case BetweenChunks begun -> chunk(begun.mail(), bdat);
            case MailOpen mail -> {
                Step step = content(mail, room, chunk(mail, bdat));
                yield step.next() instanceof ReceivingChunk
                        ? step
                        : skip(bdat.bytes(), chunkRefused(mail.before(), bdat.bytes(), bdat.last(), step.effects()));
            }
            case ChunksRefused refused -> {
                List<Effect> again = List.of(new Effect.ReplyAgain(refused.answer()));
                long bytes = Math.addExact(refused.readBytes(), bdat.bytes());
                yield bytes > ContentReader.floodBytes(maxMessageBytes)
                        ? Step.close(Replies.flood(hostname), Ending.FLOOD)
                        : skip(bdat.bytes(), chunkRefused(refused.before(), bytes, bdat.last(), again));
            }
        };
    }

    /** The mail is over with a chunk that was refused: the next one must not be taken for the first. */
    private static Step chunkRefused(Greeted after, long readBytes, boolean last, List<Effect> effects) {
        SmtpReply answer = switch (effects.getFirst()) {
            case Effect.Reply(var reply) -> reply;
            case Effect.ReplyAgain(var reply) -> reply;
            case Effect.Refuse refuse -> refuse.reply();
            default -> throw new IllegalArgumentException("no answer: " + effects);
        };
        return new Step(last ? after : new ChunksRefused(after, answer, readBytes), effects);
    }

    private static Step refused(Receiving state, SmtpReply reply, Refusal reason) {
        MailOpen mail = state.mail();
        Step step = Step.refuse(mail.before(), reply, reason, mail.from());
        return state instanceof ReceivingChunk chunk
                ? chunkRefused(mail.before(), chunk.bytes(), chunk.last(), step.effects())
                : step;
    }

    private static Step chunk(MailOpen mail, Command.Bdat bdat) {
        return Step.await(
                new ReceivingChunk(mail, bdat.bytes(), bdat.last()),
                new Effect.ReceiveChunk(bdat.bytes(), bdat.last()));
    }

    private Step skip(long bytes, Step then) {
        return bytes > ContentReader.floodBytes(maxMessageBytes)
                ? Step.close(Replies.flood(hostname), Ending.FLOOD)
                : Step.await(new SkippingChunk(then), new Effect.SkipChunk(bytes));
    }

    /** @param begin what happens unless there is a reason against */
    private static Step content(MailOpen mail, Room room, Step begin) {
        if (mail.recipients().isEmpty()) {
            return Step.reply(mail, mail.refusedSome() ? Replies.NO_VALID_RECIPIENTS : Replies.NEED_RECIPIENT);
        }
        return switch (room) {
            case OPEN -> begin;
            case FULL -> noRoom(mail, SpoolException.Kind.FULL, mail.from());
            case UNAVAILABLE -> noRoom(mail, SpoolException.Kind.UNAVAILABLE, mail.from());
        };
    }

    private List<String> extensions(Listening state) {
        List<String> all = new ArrayList<>(
                List.of("PIPELINING", "SIZE " + maxMessageBytes, "8BITMIME", "ENHANCEDSTATUSCODES", "DSN", "CHUNKING"));
        if (offersSmtpUtf8) {
            all.add("SMTPUTF8");
        }
        all.add("LIMITS RCPTMAX=" + maxRecipients); // RFC 9422 §4
        if (offersTls && state.tls().isEmpty()) {
            all.add("STARTTLS");
        }
        if (privileges.etrn()) {
            all.add("ETRN"); // RFC 1985 §4
        }
        if (privileges.proxy()) {
            all.add("XCLIENT " + ProxyAttributes.OF_XCLIENT);
            all.add("XFORWARD " + ProxyAttributes.OF_XFORWARD);
        }
        return all;
    }

    private static Step refused(AwaitingRecipient state, SmtpReply reply, Refusal reason) {
        MailOpen mail = state.mail();
        return Step.refuse(mail.withRefused(), reply, reason, mail.from(), state.to());
    }

    private static Step noRoom(Listening state, SpoolException.Kind kind, ReversePath from) {
        return switch (kind) {
            case FULL -> Step.refuse(state, Replies.NO_ROOM, Refusal.SPOOL_FULL, from);
            case UNAVAILABLE, REFUSED -> Step.refuse(state, Replies.SPOOL_UNAVAILABLE, Refusal.SPOOL_UNAVAILABLE, from);
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
