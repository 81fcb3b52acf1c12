package io.backupmx.smtp.client;

/** What the peer sent is no SMTP reply (RFC 5321 §4.2). The message is for operators. */
final class MalformedReplyException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedReplyException(String message) {
        super(message);
    }
}
