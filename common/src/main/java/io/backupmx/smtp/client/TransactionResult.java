package io.backupmx.smtp.client;

import io.backupmx.smtp.SmtpReply;
import java.util.List;
import java.util.Optional;

/**
 * What the peer said to each step of a transaction, and what it never came to say. Facts only; {@link #answerTo} is what
 * they mean for one recipient.
 *
 * @param mail reply to MAIL
 * @param recipients replies to each RCPT, in the order of the transaction, as many
 * @param data reply to DATA; 354 where all went well
 * @param content reply to the final dot, or a refusal that came before it; of several the first good one, else the first
 * @param contents of LMTP the replies to the final dot, one for each of {@code recipients} that was accepted (RFC 2033 §4.2);
 *     of SMTP none
 * @param loss why the replies ended early; empty when they did not
 */
public record TransactionResult(
        Optional<SmtpReply> mail,
        List<Optional<SmtpReply>> recipients,
        Optional<SmtpReply> data,
        Optional<SmtpReply> content,
        List<Optional<SmtpReply>> contents,
        Optional<Loss> loss) {

    public TransactionResult {
        recipients = List.copyOf(recipients);
        contents = List.copyOf(contents);
    }

    /** Of SMTP, where one reply is for the whole content. */
    public TransactionResult(
            Optional<SmtpReply> mail,
            List<Optional<SmtpReply>> recipients,
            Optional<SmtpReply> data,
            Optional<SmtpReply> content,
            Optional<Loss> loss) {
        this(mail, recipients, data, content, List.of(), loss);
    }

    /**
     * The reply that decides about the recipient at {@code index}: the first refusal on its way, else the reply to the
     * content. Empty when the loss came first.
     */
    public Optional<SmtpReply> answerTo(int index) {
        Optional<SmtpReply> refusal =
                mail.filter(r -> !r.isPositive()).or(() -> recipients.get(index).filter(r -> !r.isPositive()));
        return refusal.or(() -> recipients.get(index).isEmpty()
                ? Optional.empty()
                : data.filter(r -> !r.isIntermediate() && !r.isPositive())
                        .or(() -> contents.isEmpty() ? content : contents.get(index)));
    }
}
