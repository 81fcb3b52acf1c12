package io.backupmx.ingress.source;

import com.unboundid.ldap.sdk.LDAPConnection;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Connections to a directory that are used again. There are never more than are in use at once, those who ask are few. */
final class LdapConnections implements AutoCloseable {

    /** Firewalls forget connections that nobody uses; what is sent over them then is lost without a word. */
    private static final Duration MAX_IDLE = Duration.ofMinutes(1);

    /** Certificates, passwords and addresses change. */
    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    private final LdapServer server;
    private final Deque<LDAPConnection> spare = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    LdapConnections(LdapServer server) {
        this.server = server;
    }

    /** @param isUsed whether it has been used before; the server may have closed it since */
    record Taken(LDAPConnection connection, boolean isUsed) {}

    /** One to be given back, or closed. Blocks. */
    Taken take() throws SourceFailure {
        for (LDAPConnection next = spare.pollFirst(); next != null; next = spare.pollFirst()) {
            if (isFresh(next)) {
                return new Taken(next, true);
            }
            next.close();
        }
        return new Taken(server.connect(), false);
    }

    private static boolean isFresh(LDAPConnection connection) {
        long now = System.currentTimeMillis();
        return connection.isConnected()
                && now - connection.getLastCommunicationTime() < MAX_IDLE.toMillis()
                && now - connection.getConnectTime() < MAX_AGE.toMillis();
    }

    void giveBack(LDAPConnection connection) {
        spare.addFirst(connection);
        if (closed) {
            closeSpare();
        }
    }

    @Override
    public void close() {
        closed = true;
        closeSpare();
    }

    private void closeSpare() {
        for (LDAPConnection next = spare.pollFirst(); next != null; next = spare.pollFirst()) {
            next.close();
        }
    }
}
