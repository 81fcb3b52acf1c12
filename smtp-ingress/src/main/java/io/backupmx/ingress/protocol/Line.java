package io.backupmx.ingress.protocol;

/** What a client said in one line. */
public sealed interface Line {

    /** A line, without its CRLF, one char an octet. */
    record Text(String text) implements Line {}

    /**
     * Longer than we take (RFC 5321 §4.5.3.1.4). A {@link BareLineEnd} may follow of the same line.
     *
     * @param start its first characters, by which a command is known
     */
    record TooLong(String start) implements Line {}

    /** With a CR or LF that is not a CRLF (RFC 5321 §2.3.8). */
    record BareLineEnd() implements Line {}
}
