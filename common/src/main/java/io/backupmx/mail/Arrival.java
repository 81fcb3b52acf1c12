package io.backupmx.mail;

import io.backupmx.smtp.Domain;
import java.time.Instant;
import java.util.Optional;

/**
 * How a mail came to us: what its trace header and its bounce will say (RFC 5321 §4.4).
 *
 * @param at when the content was complete
 * @param clientAddress the client's IP address, IPv6 without brackets
 * @param helo the argument of EHLO or HELO, as said, for display only
 * @param protocol the {@code with} keyword (RFC 3848): SMTP, ESMTP, ESMTPS …
 * @param tls what protected the connection; empty: nothing
 * @param receivedBy our host name at that time
 */
public record Arrival(
        Instant at, String clientAddress, String helo, String protocol, Optional<TlsFacts> tls, Domain receivedBy) {

    /** The {@link #protocol} of what was made here. */
    public static final String LOCAL = "local";

    /** Whether it was made here, as a report is. */
    public boolean isLocal() {
        return protocol.equals(LOCAL);
    }

    /** Of a connection that nothing protected. */
    public Arrival(Instant at, String clientAddress, String helo, String protocol, Domain receivedBy) {
        this(at, clientAddress, helo, protocol, Optional.empty(), receivedBy);
    }
}
