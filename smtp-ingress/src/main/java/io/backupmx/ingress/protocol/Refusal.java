package io.backupmx.ingress.protocol;

import io.backupmx.spool.SpoolException;
import java.util.Locale;

/** Why a mail, or one recipient of it, was not taken: the {@code reason} of logs and metrics. */
public enum Refusal {
    RELAY_DENIED(true),
    UNKNOWN_USER(true),
    LOOKUP_FAILED(true),
    TOO_MANY_RECIPIENTS(true),
    TOO_LARGE(false),
    BARE_LINE_END(false),
    TOO_MANY_HOPS(false),
    /** The spool is filled up to its threshold. */
    SPOOL_FULL(false),
    /** The spool did not confirm. */
    SPOOL_UNAVAILABLE(false),
    /** The content could be held neither in memory nor in a temporary file. */
    NO_ROOM(false),
    /** The client fell silent within a content. */
    TIMED_OUT(false);

    private final boolean ofRecipient;

    Refusal(boolean ofRecipient) {
        this.ofRecipient = ofRecipient;
    }

    /** Whether it is one recipient that was refused; else it is the mail. */
    public boolean ofRecipient() {
        return ofRecipient;
    }

    /** As logs and metrics name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Refusal of(SpoolException.Kind kind) {
        return switch (kind) {
            case FULL -> SPOOL_FULL;
            case UNAVAILABLE -> SPOOL_UNAVAILABLE;
        };
    }
}
