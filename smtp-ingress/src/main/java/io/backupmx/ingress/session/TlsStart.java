package io.backupmx.ingress.session;

import io.backupmx.ingress.tls.IngressTls;
import io.backupmx.mail.TlsFacts;
import io.backupmx.smtp.SmtpReply;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How one session turns to TLS: at most once. Belongs to one event loop. */
final class TlsStart {

    private static final int MAX_CAUSE = 200;

    private final IngressParts parts;
    private final SessionSocket socket;
    private final Supplier<SessionLog> log;
    private final EventLoop loop;

    private Optional<TlsFacts> facts = Optional.empty();
    private boolean handshaking;
    private boolean comesFirst;
    private boolean failed;

    /** @param log of whom the session serves then */
    TlsStart(IngressParts parts, SessionSocket socket, Supplier<SessionLog> log, EventLoop loop) {
        this.parts = parts;
        this.socket = socket;
        this.log = log;
        this.loop = loop;
    }

    /**
     * Says {@code reply} and begins the handshake.
     *
     * @param then runs once, on the loop: with what was agreed on, or empty, and then the connection closes by itself
     */
    void begin(SmtpReply reply, Consumer<Optional<TlsFacts>> then) {
        handshaking = true;
        socket.startTls(tls().newHandlerBehindReply(), (agreed, failure) -> ended(agreed, failure, then));
        socket.write(reply.toWire());
    }

    /** As above, without a word, for a connection that is new. */
    void begin(Consumer<Optional<TlsFacts>> then) {
        handshaking = true;
        comesFirst = true;
        socket.startTls(tls().newHandler(), (agreed, failure) -> ended(agreed, failure, then));
    }

    private IngressTls tls() {
        return parts.tls().orElseThrow();
    }

    private void ended(Optional<TlsFacts> agreed, Optional<Throwable> failure, Consumer<Optional<TlsFacts>> then) {
        loop.run(() -> {
            if (handshaking) {
                facts = agreed;
                failure.ifPresent(cause -> failed(reason(cause), text(cause)));
                handshaking = false;
                then.accept(agreed);
            }
        });
    }

    private static TlsFailure reason(Throwable cause) {
        return switch (cause) {
            case ClosedChannelException _ -> TlsFailure.DISCONNECTED;
            case RejectedExecutionException _ -> TlsFailure.BUSY;
            default -> TlsFailure.REFUSED;
        };
    }

    /** The handshake is not waited for any longer. */
    void giveUp(TlsFailure why) {
        if (handshaking) {
            failed(why, why.label());
            handshaking = false;
        }
    }

    /** What protects the session; empty: nothing. */
    Optional<TlsFacts> facts() {
        return facts;
    }

    /** Netty's words for what is no TLS have all of it, in hexadecimal: it may be a whole mail. */
    private static String text(Throwable cause) {
        String said = cause instanceof NotSslRecordException ? "not TLS" : String.valueOf(cause.getMessage());
        return said.length() <= MAX_CAUSE ? said : said.substring(0, MAX_CAUSE) + "...";
    }

    /** Whether there was a handshake, and it came to nothing. */
    boolean hasFailed() {
        return failed;
    }

    private void failed(TlsFailure why, String cause) {
        if (why == TlsFailure.DISCONNECTED && comesFirst && !socket.hasHeardTls()) {
            return; // nobody asked for one: a balancer's probe is like this, every other second
        }
        failed = true;
        log.get().handshakeFailed(why, cause);
        parts.metrics().tls().handshakeFailed(why);
    }
}
