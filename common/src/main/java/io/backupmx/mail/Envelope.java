package io.backupmx.mail;

import io.backupmx.smtp.ReversePath;
import java.util.List;
import java.util.Optional;

/**
 * All that travels with a content and is not in it: who sent it, who still has to get it, how it came.
 *
 * @param recipients those not yet ended, in the client's order; never empty
 * @param attempts deliveries tried and deferred for the mail's own sake; outages do not count
 * @param delayReported whether its sender was told, or was not to be told, that it takes longer
 * @param smtpUtf8 whether the mail needs SMTPUTF8 (RFC 6531 §3.4) whoever it is for: for its reverse-path or its header
 * @param requireTls whether it was taken with REQUIRETLS (RFC 8689): TLS on all its way, and who is at the other end looked at
 * @param envelopeId ENVID as given (RFC 3461 §4.4)
 * @param returnContent RET as given: FULL or HDRS (RFC 3461 §4.3)
 */
public record Envelope(
        QueueId queueId,
        Arrival arrival,
        ReversePath from,
        List<Recipient> recipients,
        BodyType body,
        boolean smtpUtf8,
        boolean requireTls,
        Optional<String> envelopeId,
        Optional<String> returnContent,
        int attempts,
        boolean delayReported) {

    public Envelope {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("an envelope has at least one recipient");
        }
    }

    /** Of a mail that waits no longer than usual, and goes as any. */
    public Envelope(
            QueueId queueId,
            Arrival arrival,
            ReversePath from,
            List<Recipient> recipients,
            BodyType body,
            boolean smtpUtf8,
            Optional<String> envelopeId,
            Optional<String> returnContent,
            int attempts) {
        this(queueId, arrival, from, recipients, body, smtpUtf8, false, envelopeId, returnContent, attempts, false);
    }

    public Envelope withRecipients(List<Recipient> rest) {
        return with(rest, requireTls, attempts, delayReported);
    }

    public Envelope withAttempts(int tried) {
        return with(recipients, requireTls, tried, delayReported);
    }

    public Envelope withDelayReported() {
        return with(recipients, requireTls, attempts, true);
    }

    public Envelope withRequireTls() {
        return with(recipients, true, attempts, delayReported);
    }

    private Envelope with(List<Recipient> to, boolean tls, int tried, boolean reported) {
        return new Envelope(
                queueId, arrival, from, to, body, smtpUtf8, tls, envelopeId, returnContent, tried, reported);
    }

    /** Whether it can only travel with SMTPUTF8 (RFC 6531), for its content or any address. */
    public boolean needsSmtpUtf8() {
        return smtpUtf8
                || from.needsSmtpUtf8()
                || recipients.stream().anyMatch(recipient -> recipient.path().needsSmtpUtf8());
    }
}
