package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.ingress.protocol.SessionState.StartingTls;
import io.backupmx.mail.TlsFacts;
import io.backupmx.smtp.SmtpReply;
import java.util.Optional;

/** What a handshake makes of a session: whether it comes first or behind STARTTLS, succeeds, fails, or is not waited for. */
final class TlsTurn {

    private final Door door;
    private final SessionSocket socket;
    private final CurrentVisitor visitor;
    private final SessionFlow flow;
    private final TlsStart tls;

    TlsTurn(
            IngressParts parts,
            Door door,
            SessionSocket socket,
            CurrentVisitor visitor,
            SessionFlow flow,
            EventLoop loop) {
        this.door = door;
        this.socket = socket;
        this.visitor = visitor;
        this.flow = flow;
        this.tls = new TlsStart(parts, socket, () -> visitor.get().log(), loop);
    }

    /** Says {@code reply} first. */
    void start(SmtpReply reply) {
        flow.forgetInput();
        tls.begin(reply, agreed -> flow.act(() -> handshakeEnded(agreed)));
    }

    /** Of a connection that begins with it. */
    void start() {
        flow.enter(new StartingTls());
        tls.begin(agreed -> flow.act(() -> handshakeEnded(agreed)));
    }

    private void handshakeEnded(Optional<TlsFacts> agreed) {
        if (agreed.isEmpty()) {
            failed();
        } else if (flow.state() instanceof StartingTls starting) {
            flow.apply(
                    switch (door) {
                        case SMTP -> visitor.get().machine().onTls(starting, agreed.get());
                        case SMTPS -> visitor.get().machine().onConnected(agreed.get());
                    });
        }
    }

    /** It is not waited for any longer, and the connection with it. */
    void giveUp(TlsFailure why) {
        tls.giveUp(why);
        failed();
        socket.close();
    }

    /** The connection is closed. */
    void connectionEnded() {
        if (flow.state() instanceof StartingTls) {
            tls.giveUp(TlsFailure.DISCONNECTED);
            failed();
        }
    }

    /** There is nothing we could say that the client would understand. */
    private void failed() {
        if (tls.hasFailed()) {
            flow.outcome(ConnectionOutcome.TLS_FAILED);
        }
        flow.enter(new Closing());
    }

    /** What protects the session; empty: nothing. */
    Optional<TlsFacts> facts() {
        return tls.facts();
    }
}
