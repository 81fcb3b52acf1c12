package io.backupmx.testing;

import java.util.List;

/** How an attempt to send one mail ended, seen by the client. */
public sealed interface SendOutcome {

    /**
     * The server has taken responsibility: 2xx after the final dot.
     *
     * @param refusedRecipients those refused at RCPT
     */
    record Accepted(Reply reply, List<String> refusedRecipients) implements SendOutcome {}

    /** The server has said no, at whatever command (the greeting included). */
    record Refused(Reply reply) implements SendOutcome {}

    /** The connection failed or timed out. */
    record Unknown(When when, String cause) implements SendOutcome {}

    /** How far an attempt had got. */
    enum When {
        /** The server cannot have the whole mail. */
        BEFORE_DOT,
        /** The final dot was sent, or was about to: the server may have the mail, but has not confirmed it. */
        AFTER_DOT
    }
}
