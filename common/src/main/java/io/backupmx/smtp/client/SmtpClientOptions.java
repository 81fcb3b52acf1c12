package io.backupmx.smtp.client;

import io.backupmx.smtp.Domain;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * How the client introduces itself and how long it waits (RFC 5321 §4.5.3.2).
 *
 * @param ehloName our host name (RFC 5321 §4.1.1.1)
 * @param connect until the TCP connection stands
 * @param greeting until 220
 * @param command for EHLO, HELO, RSET, STARTTLS, and, half a minute at most, a handshake
 * @param mail for MAIL
 * @param recipient for each RCPT
 * @param data for 354
 * @param dataBlock until a block of content, or a command, has left
 * @param finalDot for the reply to the final dot
 * @param authInClear whether passwords may be sent without TLS
 * @param bind our addresses to connect from, one of each family at most; of a family without one the system chooses
 */
public record SmtpClientOptions(
        Domain ehloName,
        Duration connect,
        Duration greeting,
        Duration command,
        Duration mail,
        Duration recipient,
        Duration data,
        Duration dataBlock,
        Duration finalDot,
        boolean authInClear,
        List<InetAddress> bind) {

    public SmtpClientOptions {
        bind = List.copyOf(bind);
    }

    /** From whatever address, and passwords through TLS only. */
    public SmtpClientOptions(
            Domain ehloName,
            Duration connect,
            Duration greeting,
            Duration command,
            Duration mail,
            Duration recipient,
            Duration data,
            Duration dataBlock,
            Duration finalDot) {
        this(ehloName, connect, greeting, command, mail, recipient, data, dataBlock, finalDot, false, List.of());
    }
}
