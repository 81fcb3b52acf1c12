package io.backupmx.ingress.session;

import java.util.Locale;

/** Why a handshake came to nothing: the {@code reason} of logs and metrics. */
enum TlsFailure {
    /** No version or cipher in common, no TLS at all, or our certificate was not to the client's liking. */
    REFUSED,
    /** The client was gone before it was done. */
    DISCONNECTED,
    TIMED_OUT,
    /** It sent more than a handshake has. */
    FLOOD,
    /** More handshakes wait to be computed than there may be sessions. */
    BUSY;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
