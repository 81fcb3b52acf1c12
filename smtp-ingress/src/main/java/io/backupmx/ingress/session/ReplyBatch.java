package io.backupmx.ingress.session;

import io.backupmx.smtp.SmtpReply;

/** Replies on their way to one client: what is said to one batch of commands leaves in one write (RFC 2920 §3.2). */
final class ReplyBatch {

    /** A longer batch leaves without waiting for its end. */
    private static final int FULL_CHARS = 8 << 10;

    /** What an idle session keeps of its buffer. */
    private static final int KEPT_CHARS = 256;

    private final SessionSocket socket;
    private final StringBuilder unsaid = new StringBuilder(0);
    private boolean lastWords;

    ReplyBatch(SessionSocket socket) {
        this.socket = socket;
    }

    void add(SmtpReply reply) {
        unsaid.append(reply.toWire());
    }

    /** Nothing will be said after what has been added so far. */
    void endsHere() {
        lastWords = true;
    }

    boolean isFull() {
        return unsaid.length() > FULL_CHARS;
    }

    void flush() {
        if (lastWords) {
            lastWords = false;
            socket.writeLast(unsaid.toString());
        } else if (!unsaid.isEmpty()) {
            socket.write(unsaid.toString());
        }
        unsaid.setLength(0);
        if (unsaid.capacity() > KEPT_CHARS) {
            unsaid.trimToSize();
        }
    }
}
