package io.backupmx.smtp.client;

import io.backupmx.mail.BodyType;
import io.backupmx.smtp.ForwardPath;

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
        return command.append("\r\n").toString();
    }

    static String recipient(ForwardPath path) {
        return "RCPT TO:" + path + "\r\n";
    }
}
