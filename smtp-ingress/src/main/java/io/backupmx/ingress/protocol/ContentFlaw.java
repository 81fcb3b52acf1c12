package io.backupmx.ingress.protocol;

/** Why a content is not taken. */
public enum ContentFlaw {
    /** Larger than we announced (RFC 1870 §6.1). */
    TOO_LARGE,
    /** Larger than any of its recipients' primaries is known to take. */
    TOO_LARGE_FOR_PRIMARY,
    /** So much larger that we do not read it to its end. */
    FLOOD,
    /** A CR or LF that is not a CRLF, and we are to refuse those (RFC 5321 §2.3.8). */
    BARE_LINE_END,
    /** Looping, as its {@code Received} fields say (RFC 5321 §6.3). */
    TOO_MANY_HOPS,
    /** We have no room to hold it. */
    NO_ROOM
}
