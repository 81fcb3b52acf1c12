package io.backupmx.spool;

/** The spool did not do what it was asked; the mail is still its former holder's. */
public final class SpoolException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What a client is told of it. */
    public enum Kind {
        /** No room: 452 (RFC 5321 §4.2.2, insufficient system storage). */
        FULL,
        /** Not reachable, not answering in time, or unknown: 451. */
        UNAVAILABLE,
        /** The broker knows us not, or will not have us do it: 451. For an operator to mend. */
        REFUSED
    }

    private final Kind kind;

    public SpoolException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public SpoolException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
