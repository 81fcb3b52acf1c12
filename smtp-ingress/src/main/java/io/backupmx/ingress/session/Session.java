package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.ClientRefusal;
import io.backupmx.ingress.protocol.Effect;
import io.backupmx.ingress.protocol.EtrnNode;
import io.backupmx.ingress.protocol.Line;
import io.backupmx.ingress.protocol.LineDecoder;
import io.backupmx.ingress.protocol.ProxyAttributes;
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
import io.backupmx.mail.TlsFacts;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.SmtpReply;
import java.net.InetAddress;
import java.util.Optional;

/**
 * One connection: feeds what the client says to the {@link SessionMachine}, one thing at a time, and does what that decides.
 * A command is not looked at before its predecessor is answered; replies to what came together leave together
 * (RFC 2920 §3.2). Belongs to one event loop.
 */
final class Session {

    private final IngressParts parts;
    private final Door door;
    private final SessionSocket socket;
    private final boolean proxy;
    private final GreetingWait greeting;
    private final ContentInput content;
    private final Deadline deadline;
    private final EventLoop loop;
    private final TlsStart tls;

    private final InputQueue input = new InputQueue();
    private final LineDecoder lines = new LineDecoder();
    private final Stranger.Watch strangers = new Stranger.Watch();
    private final ReplyBatch replies;

    private Visitor visitor;
    private SessionState state = new Connected(Optional.empty());
    private ConnectionOutcome outcome = ConnectionOutcome.DISCONNECTED;
    private int turn;
    private boolean pumping;
    private boolean stopping;
    private boolean inputOver;
    private boolean ended;
    private boolean admitted = true;

    Session(IngressParts parts, Door door, SessionSocket socket, EventLoop loop) {
        this.parts = parts;
        this.door = door;
        this.socket = socket;
        this.replies = new ReplyBatch(socket);
        this.proxy = parts.isProxy(socket.clientAddress());
        this.visitor = Visitor.of(socket.clientAddress(), proxy, parts, loop);
        this.loop = loop;
        this.greeting = new GreetingWait(loop);
        this.content = new ContentInput(parts, loop);
        this.tls = new TlsStart(parts, socket, visitor.log(), loop);
        this.deadline = new Deadline(parts.config());
    }

    /** @param whenEnded runs once, when the connection is closed */
    void start(Runnable whenEnded) {
        socket.onClosed(() -> end(whenEnded));
        socket.onError(cause -> visitor.log().networkError(cause));
        socket.onDrained(this::pump);
        socket.onOctets(octets -> {
            input.add(octets);
            if (greeting.isOn()) {
                greeting.end();
                act(() -> apply(visitor.machine().onEarlyTalk()));
            } else {
                pump();
            }
        });
        socket.onSignals(loop, this::inputOver, this::flooded);
        switch (door) {
            case SMTP -> greeting.begin(parts.greetingDelay(visitor.address()), () -> act(this::greet));
            case SMTPS -> act(this::startTls);
        }
    }

    private void greet() {
        if (state instanceof Connected) { // else a stop has begun
            apply(visitor.machine().onConnected());
        }
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
            visitor.log().turnedAway(outcome);
            socket.close();
        }
    }

    /** The service stops: say goodbye, now or when the content begun is stored. */
    void shutDown() {
        stopping = true;
        greeting.end();
        act(() -> apply(visitor.machine().onShutDown(state)));
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
            case Receiving _ when content.isWaiting() -> deadline.renew(state);
            case Listening _, Receiving _, SkippingChunk _ ->
                act(() -> apply(visitor.machine().onTimeout(state)));
            case AwaitingRecipient awaiting ->
                act(() -> apply(visitor.machine().onVerdict(awaiting, new RecipientVerdict.Unavailable())));
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
            if (inputOver && (wantsInput() || visitor.recipients().isDelaying())) {
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
                    case Receiving _ -> !content.isWaiting();
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
            turnAway(stranger.get().outcome(), Replies.NOT_SMTP);
            return true;
        }
        Optional<Line> line = lines.next(input.current());
        if (line.isEmpty()) {
            return input.advance();
        }
        strangers.end();
        visitor.tolerance().onCommand();
        apply(visitor.machine().onLine(listening, line.get(), parts.spool().room()));
        return true;
    }

    private boolean skip(SkippingChunk skipping) {
        boolean some = !input.isEmpty();
        if (content.skip(input.current())) {
            apply(visitor.machine().onChunkSkipped(skipping));
            return true;
        }
        if (some) {
            deadline.renew(state);
        }
        return input.advance();
    }

    private boolean readContent(Receiving receiving) {
        if (!input.isEmpty()) {
            deadline.renew(state);
        }
        return switch (content.read(input.current(), this::pump)) {
            case WANTS_MORE -> input.advance();
            case WAITING -> false;
            case ENDED -> {
                apply(content.flaw()
                        .map(flaw -> visitor.machine().onContentRefused(receiving, flaw))
                        .orElseGet(() -> visitor.machine().onContentComplete(receiving)));
                yield true;
            }
        };
    }

    private void apply(Step step) {
        if (step.next() instanceof MailOpen && !(state instanceof MailOpen || state instanceof AwaitingRecipient)) {
            visitor.mailBegins();
        }
        state = step.next();
        turn++;
        deadline.renew(state);
        if (!(state instanceof Receiving || state instanceof BetweenChunks || state instanceof Storing)) {
            content.drop();
        }
        step.effects().forEach(this::perform);
        if (state instanceof Listening) {
            visitor.tolerance()
                    .exceeded()
                    .ifPresent(why -> apply(visitor.machine().onExcess(why)));
        }
        if (state instanceof Listening && stopping) {
            apply(visitor.machine().onShutDown(state));
        }
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Reply reply -> {
                replies.add(reply.reply());
                visitor.tolerance().onReply(reply.reply());
            }
            case Effect.ReplyAgain again -> replies.add(again.reply());
            case Effect.Refuse refuse -> {
                replies.add(refuse.reply());
                visitor.tolerance().onRefusal(refuse.reason());
                visitor.log().rejected(refuse);
                parts.metrics().refused(refuse.reason());
            }
            case Effect.CheckRecipient check -> checkRecipient(check.to());
            case Effect.ReceiveContent _ -> content.begin();
            case Effect.ReceiveChunk chunk -> {
                content.begin(chunk);
                visitor.tolerance().onChunk(chunk.bytes());
            }
            case Effect.SkipChunk skip -> content.beginSkipping(skip.bytes());
            case Effect.Store _ -> store();
            case Effect.StartTls start -> startTls(start.reply());
            case Effect.CallRoutes(EtrnNode node) ->
                apply(visitor.machine()
                        .onEtrn(
                                (Listening) state,
                                node,
                                parts.advisers().calls().call(node)));
            case Effect.PassOn(InetAddress client) -> passOn(client);
            case Effect.Forward(ProxyAttributes from) -> visitor.log().forwarded(from);
            case Effect.Close close -> {
                outcome = ConnectionOutcome.of(close.why());
                replies.endsHere();
                content.drop();
            }
        }
    }

    private void checkRecipient(ForwardPath to) {
        int asked = turn;
        MailOpen mail = ((AwaitingRecipient) state).mail();
        visitor.recipients()
                .check(
                        mail.from(),
                        to,
                        answer -> act(() -> {
                            if (asked == turn && state instanceof AwaitingRecipient awaiting) { // else it is too late
                                apply(told(awaiting, answer));
                            }
                        }));
    }

    private Step told(AwaitingRecipient awaiting, RecipientChecks.Answer answer) {
        boolean taken = answer.refusal().isEmpty() && visitor.machine().takes(awaiting, answer.verdict());
        Optional<ClientRefusal> refusal = taken ? visitor.recipients().take() : answer.refusal();
        if (refusal.isPresent()) {
            return visitor.machine().onClientRefused(awaiting, refusal.get());
        }
        if (taken) {
            parts.metrics().recipientAccepted();
        }
        return visitor.machine().onVerdict(awaiting, answer.verdict());
    }

    /** It counts as if it had connected itself: in its own share, and trusted only if it would be itself. */
    private void passOn(InetAddress client) {
        String address = client.getHostAddress();
        visitor.recipients().close();
        parts.limits().leave(visitor.address());
        Optional<TurnAway> refused = TurnAway.of(parts.limits().enter(address), parts.hostname());
        admitted = refused.isEmpty();
        visitor = Visitor.of(address, proxy, parts, loop);
        refused.ifPresentOrElse(
                why -> turnAway(why.why(), why.reply()),
                () -> apply(visitor.machine().onPassedOn((Listening) state)));
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
                        case SMTP -> visitor.machine().onTls(starting, agreed.get());
                        case SMTPS -> visitor.machine().onConnected(agreed.get());
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
        visitor.mails().store(((Storing) state).mail(), content.take(), outcome -> {
            if (ended) {
                visitor.log().goneBeforeReply(outcome);
            }
            act(() -> answer(outcome));
        });
    }

    private void answer(MailStore.Outcome outcome) {
        if (state instanceof Storing storing) {
            switch (outcome) {
                case MailStore.Outcome.Stored stored -> {
                    visitor.tolerance().onMailTaken();
                    apply(visitor.machine().onStored(storing, stored.id()));
                }
                case MailStore.Outcome.Refused refused ->
                    apply(visitor.machine().onContentJudged(storing, refused.verdict()));
                case MailStore.Outcome.Failed failed -> apply(visitor.machine().onStoreFailed(storing, failed.kind()));
            }
        }
    }

    /** A defect: costs the client its session, and nobody else anything. */
    private void surprise(Throwable cause) {
        visitor.log().surprise(cause);
        outcome = ConnectionOutcome.INTERNAL_ERROR;
        replies.add(Replies.internalError(parts.hostname()));
        close();
    }

    private void turnAway(ConnectionOutcome why, SmtpReply reply) {
        outcome = why;
        visitor.log().turnedAway(why);
        replies.add(reply);
        close();
    }

    /** Once what has been said so far has left. */
    private void close() {
        state = new Closing();
        turn++;
        deadline.renew(state);
        content.drop();
        replies.endsHere();
    }

    private void end(Runnable whenEnded) {
        ended = true;
        try {
            if (state instanceof StartingTls) {
                tls.giveUp(TlsFailure.DISCONNECTED);
                tlsFailed();
            }
            greeting.end();
            visitor.recipients().close();
            content.drop();
        } finally {
            state = new Closing();
            input.clear();
            if (admitted) {
                parts.limits().leave(visitor.address());
            }
            parts.metrics().connectionEnded(outcome);
            parts.metrics().tls().sessionEnded(tls.facts());
            visitor.log().ended(outcome);
            whenEnded.run();
        }
    }
}
