package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.ClientRefusal;
import io.backupmx.ingress.protocol.Effect;
import io.backupmx.ingress.protocol.Line;
import io.backupmx.ingress.protocol.LineDecoder;
import io.backupmx.ingress.protocol.Replies;
import io.backupmx.ingress.protocol.SessionMachine;
import io.backupmx.ingress.protocol.SessionState;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.BetweenChunks;
import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.Receiving;
import io.backupmx.ingress.protocol.SessionState.SkippingChunk;
import io.backupmx.ingress.protocol.SessionState.StartingTls;
import io.backupmx.ingress.protocol.SessionState.Storing;
import io.backupmx.ingress.protocol.Step;
import io.backupmx.ingress.protocol.Tolerance;
import io.backupmx.mail.TlsFacts;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.SmtpReply;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * One connection: feeds what the client says to the {@link SessionMachine}, one thing at a time, and does what that decides.
 * A command is not looked at before its predecessor is answered; replies to what came together leave together
 * (RFC 2920 §3.2). Belongs to one event loop.
 */
final class Session {

    private final IngressParts parts;
    private final Door door;
    private final SessionMachine machine;
    private final SessionSocket socket;
    private final SessionLog log;
    private final RecipientChecks recipients;
    private final MailStore mails;
    private final Deadline deadline;
    private final EventLoop loop;
    private final TlsStart tls;

    private final InputQueue input = new InputQueue();
    private final LineDecoder lines = new LineDecoder();
    private final Stranger.Watch strangers = new Stranger.Watch();
    private final ReplyBatch replies;
    private final Tolerance tolerance;

    private SessionState state = new Connected(Optional.empty());
    private Optional<ContentIntake> intake = Optional.empty();
    private ConnectionOutcome outcome = ConnectionOutcome.DISCONNECTED;
    private long toSkip;
    private int turn;
    private boolean pumping;
    private boolean stopping;
    private boolean inputOver;
    private boolean ended;

    /** What ends the wait for our greeting; there while a client is to be silent. */
    private Optional<Runnable> greeting = Optional.empty();

    Session(IngressParts parts, Door door, SessionSocket socket, EventLoop loop) {
        this.parts = parts;
        this.door = door;
        this.machine = parts.machine();
        this.socket = socket;
        this.replies = new ReplyBatch(socket);
        this.log = new SessionLog(socket.clientAddress());
        this.recipients = parts.newRecipientChecks(socket.clientAddress(), loop, log);
        this.mails = new MailStore(parts, loop, log, socket.clientAddress());
        this.loop = loop;
        this.tls = new TlsStart(parts, socket, log, loop);
        this.deadline = new Deadline(parts.config());
        this.tolerance = parts.newTolerance(socket.clientAddress());
    }

    /** @param whenEnded runs once, when the connection is closed */
    void start(Runnable whenEnded) {
        socket.onClosed(() -> end(whenEnded));
        socket.onError(log::networkError);
        socket.onDrained(this::pump);
        socket.onOctets(octets -> {
            input.add(octets);
            if (greeting.isPresent() && state instanceof Connected) {
                stopWaiting();
                act(() -> apply(machine.onEarlyTalk()));
            } else {
                pump();
            }
        });
        socket.onSignals(loop, this::inputOver, this::flooded);
        switch (door) {
            case SMTP -> awaitSilence();
            case SMTPS -> act(this::startTls);
        }
    }

    private void awaitSilence() {
        Duration wait = parts.greetingDelay(socket.clientAddress());
        if (wait.isZero()) {
            act(() -> apply(machine.onConnected()));
        } else {
            greeting = Optional.of(loop.after(wait, this::greet));
        }
    }

    private void greet() {
        greeting = Optional.empty();
        if (state instanceof Connected) {
            act(() -> apply(machine.onConnected()));
        }
    }

    private void stopWaiting() {
        greeting.ifPresent(Runnable::run);
        greeting = Optional.empty();
    }

    private void inputOver() {
        inputOver = true;
        if (state instanceof StartingTls) {
            giveUpTls(TlsFailure.DISCONNECTED);
        }
        pump();
    }

    private void flooded() {
        if (state instanceof StartingTls) {
            giveUpTls(TlsFailure.FLOOD);
        } else {
            outcome = ConnectionOutcome.FLOOD;
            log.turnedAway(outcome);
            socket.close();
        }
    }

    /** The service stops: say goodbye, now or when the content begun is stored. */
    void shutDown() {
        stopping = true;
        stopWaiting();
        act(() -> apply(machine.onShutDown(state)));
    }

    /** The stop waits no longer: ends the session without a word, unless its client is owed the answer to a whole mail. */
    void endGrace() {
        switch (state) {
            case Listening _, AwaitingRecipient _, Receiving _, SkippingChunk _, StartingTls _ -> abort();
            case Storing _ -> {}
            case Closing _ -> {} // the answer may be on its way; the deadline sees to the rest
        }
    }

    /** Ends the session without a word. */
    void abort() {
        socket.close();
    }

    /** To be called now and then: ends the session when its client has been silent for too long (RFC 5321 §4.5.3.2). */
    void checkDeadline(long nowNanos) {
        if (!deadline.isOver(nowNanos)) {
            return;
        }
        switch (state) {
            case Listening _, Receiving _, SkippingChunk _
            when !socket.isWritable() -> {
                outcome = ConnectionOutcome.TIMED_OUT; // it does not read what we say, so we need not say it
                socket.close();
            }
            case Receiving _ when intake.filter(ContentIntake::isWaiting).isPresent() -> deadline.renew(state);
            case Listening _, Receiving _, SkippingChunk _ -> act(() -> apply(machine.onTimeout(state)));
            case AwaitingRecipient awaiting ->
                act(() -> apply(machine.onVerdict(awaiting, new RecipientVerdict.Unavailable())));
            case Storing _ -> {} // the spool promises to answer in time
            case StartingTls _ -> giveUpTls(TlsFailure.TIMED_OUT);
            case Closing _ -> socket.close();
        }
    }

    /** Does something outside of the flow of input, then goes on with that. */
    private void act(Runnable action) {
        if (!ended) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                surprise(e);
            }
            pump();
        }
    }

    /** Works off input until there is no more, or something must be waited for. */
    private void pump() {
        if (pumping || ended) {
            return;
        }
        pumping = true;
        try {
            while (socket.isWritable() && proceed()) {
                if (replies.isFull()) {
                    replies.flush();
                }
            }
        } catch (RuntimeException | Error e) {
            surprise(e);
        } finally {
            pumping = false;
        }
        if (!ended) {
            if (inputOver && (wantsInput() || recipients.isDelaying())) {
                close(); // everything it has said is answered, or it does not wait for what is late on purpose
            }
            replies.flush();
        }
        socket.setReading(input.isEmpty()); // who makes us wait has the rest wait in its own system
    }

    /** Whether there is nothing to do until the client says more. */
    private boolean wantsInput() {
        return input.isEmpty()
                && switch (state) {
                    case Listening _, SkippingChunk _ -> true;
                    case Receiving _ -> intake.filter(ContentIntake::isWaiting).isEmpty();
                    case AwaitingRecipient _, Storing _, StartingTls _, Closing _ -> false;
                };
    }

    /** One step. Returns whether there may be another. */
    private boolean proceed() {
        return switch (state) {
            case Listening listening -> readLine(listening);
            case Receiving receiving -> readContent(receiving);
            case SkippingChunk skipping -> skip(skipping);
            case AwaitingRecipient _, Storing _, StartingTls _ -> false;
            case Closing _ -> {
                input.clear();
                yield false;
            }
        };
    }

    private boolean readLine(Listening listening) {
        Optional<Stranger> stranger = strangers.hear(input.current());
        if (stranger.isPresent()) {
            turnAway(stranger.get().outcome());
            return true;
        }
        Optional<Line> line = lines.next(input.current());
        if (line.isEmpty()) {
            return input.advance();
        }
        strangers.end();
        tolerance.onCommand();
        apply(machine.onLine(listening, line.get(), parts.spool().room()));
        return true;
    }

    private boolean skip(SkippingChunk skipping) {
        ByteBuffer octets = input.current();
        int count = (int) Math.min(toSkip, octets.remaining());
        octets.position(octets.position() + count);
        toSkip -= count;
        if (toSkip == 0) {
            apply(machine.onChunkSkipped(skipping));
            return true;
        }
        if (count > 0) {
            deadline.renew(state);
        }
        return input.advance();
    }

    private boolean readContent(Receiving receiving) {
        ContentIntake content = intake.orElseThrow();
        ByteBuffer octets = input.current();
        if (octets.hasRemaining()) {
            deadline.renew(state);
        }
        return switch (content.read(octets, this::pump)) {
            case WANTS_MORE -> input.advance();
            case WAITING -> false;
            case ENDED -> {
                apply(content.flaw()
                        .map(flaw -> machine.onContentRefused(receiving, flaw))
                        .orElseGet(() -> machine.onContentComplete(receiving)));
                yield true;
            }
        };
    }

    private void apply(Step step) {
        if (step.next() instanceof MailOpen && !(state instanceof MailOpen || state instanceof AwaitingRecipient)) {
            recipients.mailBegins();
        }
        state = step.next();
        turn++;
        deadline.renew(state);
        if (!(state instanceof Receiving || state instanceof BetweenChunks || state instanceof Storing)) {
            dropIntake();
        }
        step.effects().forEach(this::perform);
        if (state instanceof Listening) {
            tolerance.exceeded().ifPresent(why -> apply(machine.onExcess(why)));
        }
        if (state instanceof Listening && stopping) {
            apply(machine.onShutDown(state));
        }
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Reply reply -> {
                replies.add(reply.reply());
                tolerance.onReply(reply.reply());
            }
            case Effect.ReplyAgain again -> replies.add(again.reply());
            case Effect.Refuse refuse -> {
                replies.add(refuse.reply());
                tolerance.onRefusal(refuse.reason());
                log.rejected(refuse);
                parts.metrics().refused(refuse.reason());
            }
            case Effect.CheckRecipient check -> checkRecipient(check.to());
            case Effect.ReceiveContent _ -> intake = Optional.of(parts.newIntake(loop));
            case Effect.ReceiveChunk chunk -> beginChunk(chunk);
            case Effect.SkipChunk skip -> toSkip = skip.bytes();
            case Effect.Store _ -> store();
            case Effect.StartTls start -> startTls(start.reply());
            case Effect.Close close -> {
                outcome = ConnectionOutcome.of(close.why());
                replies.endsHere();
                dropIntake();
            }
        }
    }

    private void checkRecipient(ForwardPath to) {
        int asked = turn;
        MailOpen mail = ((AwaitingRecipient) state).mail();
        recipients.check(
                mail.from(),
                to,
                answer -> act(() -> {
                    if (asked == turn && state instanceof AwaitingRecipient awaiting) { // else it is too late
                        apply(told(awaiting, answer));
                    }
                }));
    }

    private void beginChunk(Effect.ReceiveChunk chunk) {
        ContentIntake content = intake.orElseGet(() -> parts.newChunkedIntake(loop));
        intake = Optional.of(content);
        content.beginChunk(chunk.bytes(), chunk.last());
        tolerance.onChunk(chunk.bytes());
    }

    private Step told(AwaitingRecipient awaiting, RecipientChecks.Answer answer) {
        boolean taken = answer.refusal().isEmpty() && machine.takes(awaiting, answer.verdict());
        Optional<ClientRefusal> refusal = taken ? recipients.take() : answer.refusal();
        if (refusal.isPresent()) {
            return machine.onClientRefused(awaiting, refusal.get());
        }
        if (taken) {
            parts.metrics().recipientAccepted();
        }
        return machine.onVerdict(awaiting, answer.verdict());
    }

    private void startTls(SmtpReply reply) {
        replies.flush();
        input.clear(); // said in the clear, by whoever it was
        tls.begin(reply, agreed -> act(() -> handshakeEnded(agreed)));
    }

    private void startTls() {
        state = new StartingTls();
        deadline.renew(state);
        tls.begin(agreed -> act(() -> handshakeEnded(agreed)));
    }

    private void handshakeEnded(Optional<TlsFacts> agreed) {
        if (agreed.isEmpty()) {
            tlsFailed();
        } else if (state instanceof StartingTls starting) {
            apply(
                    switch (door) {
                        case SMTP -> machine.onTls(starting, agreed.get());
                        case SMTPS -> machine.onConnected(agreed.get());
                    });
        }
    }

    private void giveUpTls(TlsFailure why) {
        tls.giveUp(why);
        tlsFailed();
        socket.close();
    }

    /** There is nothing we could say that the client would understand. */
    private void tlsFailed() {
        if (tls.hasFailed()) {
            outcome = ConnectionOutcome.TLS_FAILED;
        }
        state = new Closing();
        turn++;
        deadline.renew(state);
    }

    private void store() {
        ContentIntake complete = intake.orElseThrow();
        intake = Optional.empty();
        mails.store(((Storing) state).mail(), complete, outcome -> {
            if (ended) {
                log.goneBeforeReply(outcome);
            }
            act(() -> answer(outcome));
        });
    }

    private void answer(MailStore.Outcome outcome) {
        if (state instanceof Storing storing) {
            switch (outcome) {
                case MailStore.Outcome.Stored stored -> {
                    tolerance.onMailTaken();
                    apply(machine.onStored(storing, stored.id()));
                }
                case MailStore.Outcome.Failed failed -> apply(machine.onStoreFailed(storing, failed.kind()));
            }
        }
    }

    /** A defect: costs the client its session, and nobody else anything. */
    private void surprise(Throwable cause) {
        log.surprise(cause);
        outcome = ConnectionOutcome.INTERNAL_ERROR;
        replies.add(Replies.internalError(parts.hostname()));
        close();
    }

    private void turnAway(ConnectionOutcome why) {
        outcome = why;
        log.turnedAway(why);
        replies.add(Replies.NOT_SMTP);
        close();
    }

    /** Once what has been said so far has left. */
    private void close() {
        state = new Closing();
        turn++;
        deadline.renew(state);
        dropIntake();
        replies.endsHere();
    }

    private void end(Runnable whenEnded) {
        ended = true;
        try {
            if (state instanceof StartingTls) {
                tls.giveUp(TlsFailure.DISCONNECTED);
                tlsFailed();
            }
            stopWaiting();
            recipients.close();
            dropIntake();
        } finally {
            state = new Closing();
            input.clear();
            parts.limits().leave(socket.clientAddress());
            parts.metrics().connectionEnded(outcome);
            parts.metrics().tls().sessionEnded(tls.facts());
            log.ended(outcome);
            whenEnded.run();
        }
    }

    private void dropIntake() {
        intake.ifPresent(ContentIntake::close);
        intake = Optional.empty();
    }
}
