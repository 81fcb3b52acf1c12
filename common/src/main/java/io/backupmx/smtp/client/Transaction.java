package io.backupmx.smtp.client;

import io.backupmx.mail.BodyType;
import io.backupmx.mail.Content;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.ReversePath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * One mail transaction (RFC 5321 §3.3).
 *
 * @param smtpUtf8 to be said where the peer offers it (RFC 6531 §3.4); the caller looks first whether it does
 * @param requireTls REQUIRETLS, to be said where the peer offers it and it was looked at who he is (RFC 8689 §4.2.1); the caller
 *     looks first whether that is so
 * @param envelopeId ENVID, said where the peer offers DSN, as are the recipients' NOTIFY and ORCPT (RFC 3461 §5.2.1)
 * @param returnContent RET, said where the peer offers DSN
 * @param client said where the peer offers XFORWARD; empty: never
 * @param header what goes in front of the content: complete lines, ended by CRLF
 * @param content open until the transaction has ended
 */
public record Transaction(
        ReversePath from,
        List<Recipient> recipients,
        BodyType body,
        boolean smtpUtf8,
        boolean requireTls,
        Optional<String> envelopeId,
        Optional<String> returnContent,
        Optional<OriginalClient> client,
        String header,
        Content content) {

    public Transaction {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("a transaction has at least one recipient");
        }
    }

    /** Without REQUIRETLS, for a peer that is not told whom it came from. */
    public Transaction(
            ReversePath from,
            List<Recipient> recipients,
            BodyType body,
            boolean smtpUtf8,
            Optional<String> envelopeId,
            Optional<String> returnContent,
            String header,
            Content content) {
        this(from, recipients, body, smtpUtf8, false, envelopeId, returnContent, Optional.empty(), header, content);
    }

    Transaction withoutClient() {
        return new Transaction(
                from,
                recipients,
                body,
                smtpUtf8,
                requireTls,
                envelopeId,
                returnContent,
                Optional.empty(),
                header,
                content);
    }

    byte[] headerOctets() {
        return header.getBytes(StandardCharsets.UTF_8);
    }

    /** All that DATA will carry, stuffed dots aside (RFC 1870 §3). */
    long sizeBytes() {
        return headerOctets().length + content.sizeBytes();
    }
}
