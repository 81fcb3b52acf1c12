package io.backupmx.ingress.protocol;

import io.backupmx.mail.BodyType;
import java.util.Optional;

/**
 * What MAIL says beside the reverse-path.
 *
 * @param declaredBytes SIZE as given, or 0 (RFC 1870 §6)
 * @param smtpUtf8 whether the mail may hold more than ASCII in its addresses and header (RFC 6531 §3.4)
 * @param requireTls whether it demands TLS on all its way (RFC 8689 §2)
 * @param returnContent RET as given, in capitals: FULL or HDRS (RFC 3461 §4.3)
 * @param envelopeId ENVID as given, in xtext (RFC 3461 §4.4)
 */
public record MailOptions(
        BodyType body,
        long declaredBytes,
        boolean smtpUtf8,
        boolean requireTls,
        Optional<String> returnContent,
        Optional<String> envelopeId) {

    /** Without REQUIRETLS. */
    public MailOptions(
            BodyType body,
            long declaredBytes,
            boolean smtpUtf8,
            Optional<String> returnContent,
            Optional<String> envelopeId) {
        this(body, declaredBytes, smtpUtf8, false, returnContent, envelopeId);
    }

    /** Nothing was said. */
    public static final MailOptions NONE =
            new MailOptions(BodyType.SEVEN_BIT, 0, false, Optional.empty(), Optional.empty());
}
