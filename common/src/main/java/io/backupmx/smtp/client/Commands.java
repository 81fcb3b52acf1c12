package io.backupmx.smtp.client;

import io.backupmx.mail.BodyType;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.ForwardPath;
import java.util.Locale;
import java.util.Optional;

/** The commands of a transaction as they go over the wire, with the parameters that the peer offered to take. */
final class Commands {

    static final String RSET = "RSET\r\n";
    static final String DATA = "DATA\r\n";

    private Commands() {}

    static String mail(Transaction transaction, Extensions offered) {
        StringBuilder command = new StringBuilder(128).append("MAIL FROM:").append(transaction.from());
        if (offered.size()) {
            command.append(" SIZE=").append(transaction.sizeBytes()); // RFC 1870 §6
        }
        if (offered.eightBitMime() && transaction.body() == BodyType.EIGHT_BIT_MIME) {
            command.append(" BODY=8BITMIME"); // RFC 6152 §3
        }
        if (offered.smtpUtf8() && transaction.smtpUtf8()) {
            command.append(" SMTPUTF8"); // RFC 6531 §3.4
        }
        if (offered.requireTls() && transaction.requireTls()) {
            command.append(" REQUIRETLS"); // RFC 8689 §2
        }
        if (offered.dsn()) {
            append(command, " RET=", transaction.returnContent());
            append(command, " ENVID=", transaction.envelopeId());
        }
        return command.append("\r\n").toString();
    }

    static String recipient(ForwardPath path) {
        return "RCPT TO:" + path + "\r\n";
    }

    /** @param smtpUtf8 whether MAIL has said it; else addresses of reports are to be in ASCII (RFC 6533 §3) */
    static String recipient(Recipient recipient, Extensions offered, boolean smtpUtf8) {
        if (!offered.dsn()) {
            return recipient(recipient.path());
        }
        StringBuilder command = new StringBuilder(128).append("RCPT TO:").append(recipient.path());
        append(command, " NOTIFY=", recipient.notifyOn());
        append(command, " ORCPT=", recipient.originalRecipient().map(text -> smtpUtf8 ? text : inAscii(text)));
        return command.append("\r\n").toString();
    }

    private static String inAscii(String text) {
        StringBuilder ascii = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c < 128) {
                ascii.append((char) c);
            } else {
                ascii.append("\\x{")
                        .append(Integer.toHexString(c).toUpperCase(Locale.ROOT))
                        .append('}');
            }
        });
        return ascii.toString();
    }

    private static void append(StringBuilder command, String parameter, Optional<String> value) {
        value.ifPresent(text -> command.append(parameter).append(text));
    }
}
