package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.client.SmtpConnection;
import java.util.Optional;

/**
 * Over which connections a mail with REQUIRETLS may go (RFC 8689 §4.2.1): those where TLS protects it, the certificate has said who is at
 * the other end, and he has offered REQUIRETLS. Whatever the configuration says at that moment.
 *
 * <ul>
 *   <li>Mail from {@code <>}, which nobody would be told of, also goes to who does not offer it (§5).
 *   <li>Our own reports, which have nothing in them but headers, go over any, and say REQUIRETLS where they can.
 * </ul>
 */
final class RequireTlsRule {

    private RequireTlsRule() {}

    /** Why {@code connection} is none for that mail, for people, with the enhanced status in front; empty: it is. */
    static Optional<String> against(Envelope envelope, SmtpConnection connection) {
        boolean fromNobody = envelope.from() instanceof ReversePath.Null;
        if (!envelope.requireTls() || (fromNobody && envelope.arrival().isLocal())) {
            return Optional.empty();
        }
        if (!connection.isLookedAt()) {
            return Optional.of("5.7.10 the mail demands TLS on all its way (REQUIRETLS), and who host "
                    + connection.peer() + " is was not looked at, as tls: verify would");
        }
        return connection.extensions().requireTls() || fromNobody
                ? Optional.empty()
                : Optional.of("5.7.30 the mail demands TLS on all its way (REQUIRETLS), which host " + connection.peer()
                        + " does not offer");
    }
}
