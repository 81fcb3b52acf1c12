package io.backupmx.ingress.session;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.SessionState;
import java.time.Duration;

/** Until when one session may stay as it is without anything happening (RFC 5321 §4.5.3.2), and until when it may last at all. */
final class Deadline {

    /** How long a client that was told goodbye may take to go. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    /** For a handshake, as far as commands have that long. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(30);

    private final IngressConfig config;
    private final long endNanos;
    private long nanos;

    Deadline(IngressConfig config) {
        this.config = config;
        this.endNanos = System.nanoTime() + config.sessionTimeout().toNanos();
        this.nanos = endNanos;
    }

    /** Something has happened to a session that is {@code state} now. */
    void renew(SessionState state) {
        Duration patience = switch (state) {
            case SessionState.Receiving _, SessionState.SkippingChunk _ -> config.dataTimeout();
            case SessionState.Closing _ -> LINGER;
            case SessionState.StartingTls _ ->
                config.commandTimeout().compareTo(HANDSHAKE) < 0 ? config.commandTimeout() : HANDSHAKE;
            case SessionState.Listening _, SessionState.AwaitingRecipient _, SessionState.Storing _ ->
                config.commandTimeout();
        };
        long until = System.nanoTime() + patience.toNanos();
        nanos = state instanceof SessionState.Closing || until - endNanos < 0 ? until : endNanos;
    }

    boolean isOver(long nowNanos) {
        return nowNanos - nanos >= 0;
    }
}
