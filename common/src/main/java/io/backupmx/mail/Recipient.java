package io.backupmx.mail;

import io.backupmx.smtp.ForwardPath;
import java.util.Optional;

/**
 * One recipient of a stored mail, with what is known of it so far.
 *
 * @param originalRecipient ORCPT as the client gave it, xtext and all (RFC 3461 §4.2)
 * @param notifyOn NOTIFY as the client gave it (RFC 3461 §4.1)
 * @param lastReply why the last attempt did not deliver, in one line for people
 */
public record Recipient(
        ForwardPath path, Optional<String> originalRecipient, Optional<String> notifyOn, Optional<String> lastReply) {

    public static Recipient of(ForwardPath path) {
        return new Recipient(path, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public Recipient withLastReply(String reply) {
        return new Recipient(path, originalRecipient, notifyOn, Optional.of(reply));
    }
}
