package io.backupmx.ingress.session;

import io.backupmx.mail.TlsFacts;
import io.backupmx.smtp.SmtpReply;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.function.Consumer;

/** How one session turns to TLS: at most once. Belongs to one event loop. */
final class TlsStart {

    /** The type of a TLS record that holds a handshake (RFC 8446 §5.1): SYN, which begins no command. */
    private static final byte HANDSHAKE = 0x16;

    private static final int MAX_CAUSE = 200;

    private final IngressParts parts;
    private final SessionSocket socket;
    private final SessionLog log;
    private final EventLoop loop;

    private Optional<TlsFacts> facts = Optional.empty();
    private boolean handshaking;

    TlsStart(IngressParts parts, SessionSocket socket, SessionLog log, EventLoop loop) {
        this.parts = parts;
        this.socket = socket;
        this.log = log;
        this.loop = loop;
    }

    /** Whether a client begins with TLS where it is to begin with SMTP. */
    static boolean isAtOnce(ByteBuffer firstOctets) {
        return firstOctets.hasRemaining() && firstOctets.get(firstOctets.position()) == HANDSHAKE;
    }

    /**
     * Says {@code reply} and begins the handshake.
     *
     * @param then runs once, on the loop: with what was agreed on, or empty, and then the connection closes by itself
     */
    void begin(SmtpReply reply, Consumer<Optional<TlsFacts>> then) {
        handshaking = true;
        socket.startTls(
                parts.tls().orElseThrow().newHandler(),
                reply.toWire(),
                (agreed, failure) -> loop.run(() -> {
                    if (handshaking) {
                        facts = agreed;
                        failure.ifPresent(cause -> failed(
                                cause instanceof ClosedChannelException ? TlsFailure.DISCONNECTED : TlsFailure.REFUSED,
                                text(cause)));
                        handshaking = false;
                        then.accept(agreed);
                    }
                }));
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

    private void failed(TlsFailure why, String cause) {
        log.handshakeFailed(why, cause);
        parts.metrics().tls().handshakeFailed(why);
    }
}
