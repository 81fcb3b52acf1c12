package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.Effect;
import java.util.Locale;

/** How a connection came to its end: the {@code outcome} of {@code backupmx.ingress.connections}. */
enum ConnectionOutcome {
    /** The client said QUIT. */
    QUIT,
    /** The client, or the network, was gone without a QUIT. */
    DISCONNECTED,
    TIMED_OUT,
    TOO_MANY_ERRORS,
    /** It went on and on without a mail. */
    TOO_MANY_COMMANDS,
    FLOOD,
    /** Its BDAT did not say how much would follow, or its line did not end with CRLF. */
    OUT_OF_STEP,
    /** The client talked before it was greeted. */
    EARLY_TALKER,
    /** The handshake came to nothing. */
    TLS_FAILED,
    /** The client spoke TLS where SMTP begins. */
    TLS_AT_ONCE,
    /** The client spoke HTTP. */
    HTTP,
    /** We stopped. */
    SHUT_DOWN,
    /** A defect of ours. */
    INTERNAL_ERROR,
    /** Refused: too many sessions in all. */
    TOO_MANY,
    /** Refused: too many sessions of that address. */
    TOO_MANY_FROM_ADDRESS,
    /** Refused: too many sessions of that address of late. */
    TOO_FAST_FROM_ADDRESS,
    /** Refused: memory, or the place for contents, has run out. */
    OVERLOADED,
    /** Refused: a proxy that did not say whom it passes on. */
    NO_PROXY_HEADER;

    static ConnectionOutcome of(Effect.Ending ending) {
        return switch (ending) {
            case QUIT -> QUIT;
            case TIMED_OUT -> TIMED_OUT;
            case TOO_MANY_ERRORS -> TOO_MANY_ERRORS;
            case TOO_MANY_COMMANDS -> TOO_MANY_COMMANDS;
            case FLOOD -> FLOOD;
            case OUT_OF_STEP -> OUT_OF_STEP;
            case EARLY_TALKER -> EARLY_TALKER;
            case SHUT_DOWN -> SHUT_DOWN;
        };
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
