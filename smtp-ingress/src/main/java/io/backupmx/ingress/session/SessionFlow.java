package io.backupmx.ingress.session;

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
import io.backupmx.smtp.SmtpReply;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a client says is fed to the {@link SessionMachine}, one thing at a time, and the session becomes what that decides.
 * A command is not looked at before its predecessor is answered; replies to what came together leave together
 * (RFC 2920 §3.2). Belongs to one event loop.
 */
final class SessionFlow {

    private final IngressParts parts;
    private final SessionSocket socket;
    private final CurrentVisitor visitor;
    private final ContentInput content;
    private final Deadline deadline;
    private final Consumer<Effect> performer;

    private final InputQueue input = new InputQueue();
    private final LineDecoder lines = new LineDecoder();
    private final Stranger.Watch strangers = new Stranger.Watch();
    private final ReplyBatch replies;

    private SessionState state = new Connected(Optional.empty());
    private ConnectionOutcome outcome = ConnectionOutcome.DISCONNECTED;
    private int turn;
    private boolean pumping;
    private boolean stopping;
    private boolean inputOver;
    private boolean ended;

    /** @param performer does what the machine decides, and says of it what the session is to hear */
    SessionFlow(
            IngressParts parts,
            SessionSocket socket,
            CurrentVisitor visitor,
            ContentInput content,
            Deadline deadline,
            Consumer<Effect> performer) {
        this.parts = parts;
        this.socket = socket;
        this.visitor = visitor;
        this.content = content;
        this.deadline = deadline;
        this.performer = performer;
        this.replies = new ReplyBatch(socket);
    }

    SessionState state() {
        return state;
    }

    /** Changes with the state: whoever has waited for something knows by it whether that is still of use. */
    int turn() {
        return turn;
    }

    /** How the connection has ended, or would if it did so now. */
    ConnectionOutcome outcome() {
        return outcome;
    }

    void outcome(ConnectionOutcome now) {
        outcome = now;
    }

    /** The client has said more; to be worked off by {@link #pump}. */
    void hear(ByteBuffer octets) {
        input.add(octets);
    }

    /** The client says no more. */
    void inputOver() {
        inputOver = true;
        pump();
    }

    /** Says goodbye, now or when the content begun is stored. */
    void shutDown() {
        stopping = true;
        act(() -> apply(visitor.get().machine().onShutDown(state)));
    }

    /** Does something outside of the flow of input, then goes on with that. */
    void act(Runnable action) {
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
    void pump() {
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
            if (inputOver && (wantsInput() || visitor.get().recipients().isDelaying())) {
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
        visitor.get().tolerance().onCommand();
        apply(visitor.get()
                .machine()
                .onLine(listening, line.get(), parts.spool().room()));
        return true;
    }

    private boolean skip(SkippingChunk skipping) {
        boolean some = !input.isEmpty();
        if (content.skip(input.current())) {
            apply(visitor.get().machine().onChunkSkipped(skipping));
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
                SessionMachine machine = visitor.get().machine();
                apply(content.flaw()
                        .map(flaw -> machine.onContentRefused(receiving, flaw))
                        .orElseGet(() -> machine.onContentComplete(receiving)));
                yield true;
            }
        };
    }

    void apply(Step step) {
        if (step.next() instanceof MailOpen && !(state instanceof MailOpen || state instanceof AwaitingRecipient)) {
            visitor.get().mailBegins();
        }
        enter(step.next());
        if (!(state instanceof Receiving || state instanceof BetweenChunks || state instanceof Storing)) {
            content.drop();
        }
        step.effects().forEach(performer);
        if (state instanceof Listening) {
            visitor.get()
                    .tolerance()
                    .exceeded()
                    .ifPresent(why -> apply(visitor.get().machine().onExcess(why)));
        }
        if (state instanceof Listening && stopping) {
            apply(visitor.get().machine().onShutDown(state));
        }
    }

    /** Without a word. */
    void enter(SessionState next) {
        state = next;
        turn++;
        deadline.renew(state);
    }

    void say(SmtpReply reply) {
        replies.add(reply);
    }

    /** What was said leaves; what the client has said beyond is not heard: it said that in the clear, whoever it was. */
    void forgetInput() {
        replies.flush();
        input.clear();
    }

    /** A defect: costs the client its session, and nobody else anything. */
    private void surprise(Throwable cause) {
        visitor.get().log().surprise(cause);
        outcome = ConnectionOutcome.INTERNAL_ERROR;
        replies.add(Replies.internalError(parts.hostname()));
        close();
    }

    void turnAway(ConnectionOutcome why, SmtpReply reply) {
        outcome = why;
        visitor.get().log().turnedAway(why);
        replies.add(reply);
        close();
    }

    /** Once what has been said so far has left. */
    private void close() {
        enter(new Closing());
        hangUp();
    }

    /** The connection closes once what has been said so far has left. */
    void hangUp() {
        content.drop();
        replies.endsHere();
    }

    /** The connection is closed: nothing is acted upon any more. */
    void end() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Of one that {@link #hasEnded}: keeps nothing. */
    void clear() {
        state = new Closing();
        input.clear();
    }
}
