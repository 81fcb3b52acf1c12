package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.Effect;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.Receiving;
import io.backupmx.ingress.protocol.SessionState.SkippingChunk;
import io.backupmx.ingress.protocol.SessionState.StartingTls;
import io.backupmx.ingress.protocol.SessionState.Storing;
import io.backupmx.route.RecipientVerdict;

/**
 * One connection, from its beginning to its end: what happens to it beside what its client says, which is worked off by {@link SessionFlow}.
 * Belongs to one event loop.
 */
final class Session {

    private final IngressParts parts;
    private final Door door;
    private final SessionSocket socket;
    private final EventLoop loop;
    private final CurrentVisitor visitor;
    private final GreetingWait greeting;
    private final ContentInput content;
    private final Deadline deadline;
    private final SessionFlow flow;
    private final TlsTurn tls;
    private final SessionEffects effects;

    Session(IngressParts parts, Door door, SessionSocket socket, EventLoop loop) {
        this.parts = parts;
        this.door = door;
        this.socket = socket;
        this.loop = loop;
        this.visitor = new CurrentVisitor(socket.clientAddress(), parts, loop);
        this.greeting = new GreetingWait(loop);
        this.content = new ContentInput(parts, loop);
        this.deadline = new Deadline(parts.config());
        this.flow = new SessionFlow(parts, socket, visitor, content, deadline, this::perform);
        this.tls = new TlsTurn(parts, door, socket, visitor, flow, loop);
        this.effects = new SessionEffects(parts, visitor, content, flow, tls);
    }

    private void perform(Effect effect) {
        effects.perform(effect);
    }

    /** @param whenEnded runs once, when the connection is closed */
    void start(Runnable whenEnded) {
        socket.onClosed(() -> end(whenEnded));
        socket.onError(cause -> visitor.get().log().networkError(cause));
        socket.onDrained(flow::pump);
        socket.onOctets(octets -> {
            flow.hear(octets);
            if (greeting.isOn()) {
                greeting.end();
                flow.act(() -> flow.apply(visitor.get().machine().onEarlyTalk()));
            } else {
                flow.pump();
            }
        });
        socket.onSignals(loop, this::inputOver, this::flooded);
        switch (door) {
            case SMTP -> greeting.begin(parts.greetingDelay(visitor.get().address()), () -> flow.act(this::greet));
            case SMTPS -> flow.act(tls::start);
        }
    }

    private void greet() {
        if (flow.state() instanceof Connected) { // else a stop has begun
            flow.apply(visitor.get().machine().onConnected());
        }
    }

    private void inputOver() {
        if (flow.state() instanceof StartingTls) {
            tls.giveUp(TlsFailure.DISCONNECTED);
        }
        flow.inputOver();
    }

    private void flooded() {
        if (flow.state() instanceof StartingTls) {
            tls.giveUp(TlsFailure.FLOOD);
        } else {
            flow.outcome(ConnectionOutcome.FLOOD);
            visitor.get().log().turnedAway(ConnectionOutcome.FLOOD);
            socket.close();
        }
    }

    /** The service stops: say goodbye, now or when the content begun is stored. */
    void shutDown() {
        greeting.end();
        flow.shutDown();
    }

    /** The stop waits no longer: ends the session without a word, unless its client is owed the answer to a whole mail. */
    void endGrace() {
        switch (flow.state()) {
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
        switch (flow.state()) {
            case Listening _, Receiving _, SkippingChunk _
            when !socket.isWritable() -> {
                flow.outcome(ConnectionOutcome.TIMED_OUT); // it does not read what we say, so we need not say it
                socket.close();
            }
            case Receiving receiving when content.isWaiting() -> deadline.renew(receiving);
            case Listening _, Receiving _, SkippingChunk _ ->
                flow.act(() -> flow.apply(visitor.get().machine().onTimeout(flow.state())));
            case AwaitingRecipient awaiting ->
                flow.act(() ->
                        flow.apply(visitor.get().machine().onVerdict(awaiting, new RecipientVerdict.Unavailable())));
            case Storing _ -> {} // the spool promises to answer in time
            case StartingTls _ -> tls.giveUp(TlsFailure.TIMED_OUT);
            case Closing _ -> socket.close();
        }
    }

    private void end(Runnable whenEnded) {
        flow.end();
        try {
            tls.connectionEnded();
            greeting.end();
            visitor.get().recipients().close();
            content.drop();
        } finally {
            flow.clear();
            visitor.leave();
            parts.metrics().connectionEnded(flow.outcome());
            parts.metrics().tls().sessionEnded(tls.facts());
            visitor.get().log().ended(flow.outcome());
            whenEnded.run();
        }
    }
}
