package io.backupmx.smtp.client;

import io.backupmx.smtp.Credentials;
import io.backupmx.smtp.MailProtocol;
import java.util.Optional;

/**
 * How one server is spoken to, beside what the {@link SmtpClientOptions} say of all.
 *
 * @param credentials empty: without AUTH
 */
public record Manner(MailProtocol protocol, Optional<Credentials> credentials) {

    /** SMTP, as anybody. */
    public static final Manner PLAIN_SMTP = new Manner(MailProtocol.SMTP, Optional.empty());
}
