package io.backupmx.smtp.client;

/**
 * Why a transaction could not be led to its end. The connection is closed.
 *
 * @param why in one line, for people
 */
public record Loss(Phase phase, Cause cause, String why) {

    /** How far it had come. */
    public enum Phase {
        /** No octet of the content had been sent: nothing was delivered. */
        BEFORE_CONTENT,
        /** The content was under way, its end not: nothing was delivered. */
        IN_CONTENT,
        /** The final dot had been handed to the network: perhaps delivered, perhaps not. */
        AFTER_DOT
    }

    /** What ended it. */
    public enum Cause {
        /** The peer closed the connection, or it broke. */
        CLOSED,
        /** The peer did not answer, or did not read, in time. */
        TIMED_OUT,
        /** The peer spoke no SMTP, or answered what was not asked. */
        GARBAGE,
        /** The peer said 421 (RFC 5321 §3.8). */
        SERVICE_CLOSING,
        /** {@link SmtpConnection#abort} was called. */
        ABORTED,
        /** The content could not be read on our side. */
        CONTENT_UNREADABLE
    }
}
