package io.backupmx.worker.delivery;

import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.smtp.client.TransactionResult;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a 5xx is about. A next hop that is well refuses spam, forged senders, contents and full mailboxes every day. */
final class Refusals {

    /** Subjects and details of enhanced status codes: RFC 3463 §3. */
    private static final int UNDEFINED = 0;

    private static final int ADDRESSING = 1;
    private static final int MAILBOX = 2;
    private static final int MAILBOX_DISABLED = 1;
    private static final int BAD_SENDER_SYNTAX = 7;
    private static final int BAD_SENDER_SYSTEM = 8;
    private static final int CONTENT = 6;
    private static final int SECURITY = 7;

    private static final EnhancedStatus TOO_LARGE = new EnhancedStatus(5, 3, 4);

    /** Addresses and names of hosts, which may have been chosen by whoever sent the mail. Linear, for a stranger may say anything. */
    private static final Pattern NAMES = Pattern.compile("<[^<>]*>|(?<!\\S)\\S*[@.]\\S+");

    /** What replies without a status that tells say of the sender, or of the mail. */
    private static final Pattern OF_THE_MAIL =
            Pattern.compile("sender|prohibit|polic|spam|block|listed|\\bspf\\b|dmarc");

    private Refusals() {}

    /**
     * Whether it is the recipient at {@code index} that was refused, or its domain, as a next hop does that has lost its tables:
     * in reply to RCPT, with a status that is about neither the sender nor the mail. Where a reply has none that tells, its text may
     * say that it is about them. That we may not relay is about the domain, whatever its status.
     */
    static boolean isOfRecipient(int index, TransactionResult result) {
        Optional<SmtpReply> reply = result.recipients().get(index);
        return result.mail().filter(SmtpReply::isPositive).isPresent()
                && reply.filter(SmtpReply::isPermanentFailure)
                        .filter(Refusals::isOfRecipient)
                        .isPresent();
    }

    private static boolean isOfRecipient(SmtpReply reply) {
        String text = NAMES.matcher(String.join(" ", reply.lines()).toLowerCase(Locale.ROOT))
                .replaceAll(" ");
        return text.contains("relay")
                || reply.status()
                        .filter(status -> status.subject() != UNDEFINED)
                        .map(Refusals::isOfRecipient)
                        .orElseGet(() -> !OF_THE_MAIL.matcher(text).find());
    }

    private static boolean isOfRecipient(EnhancedStatus status) {
        return switch (status.subject()) {
            case ADDRESSING -> status.detail() != BAD_SENDER_SYNTAX && status.detail() != BAD_SENDER_SYSTEM;
            case MAILBOX -> status.detail() == MAILBOX_DISABLED;
            case CONTENT, SECURITY -> false;
            default -> !status.equals(TOO_LARGE);
        };
    }
}
