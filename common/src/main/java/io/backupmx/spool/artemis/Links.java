package io.backupmx.spool.artemis;

import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.ActiveMQNotConnectedException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the broker, of the two kinds that must not be one. A connection that confirms sends asynchronously needs
 * a confirmation window; on one that consumes, that window makes the broker keep a dead worker's mail until the TTL.
 * Neither reconnects by itself: their holders do, knowing what was pending.
 */
final class Links {

    /** Silence after which a peer counts as gone, and how often that is looked at (ms). */
    static final long TTL_MILLIS = 6000;

    private static final long CHECK_MILLIS = 3000;

    /** How long a blocking call may take before its connection counts as broken (ms). */
    static final long CALL_TIMEOUT_MILLIS = 10_000;

    private static final int CONFIRMATION_WINDOW_BYTES = 4 << 20;
    private static final int CLUSTER_LARGE_BYTES = 16 << 20;

    /**
     * Larger values are kept in files of their own, which the last-value queues replace and remove as they do others: 4096
     * values of 10 KiB take 2 MiB of the memory that mail needs as well, instead of 43 (docs/adr/0018).
     */
    private static final int TABLE_LARGE_BYTES = 4 << 10;

    private final String url;
    private final Optional<Credentials> credentials;

    /** How we are known to the broker. */
    record Credentials(String user, String password) {}

    Links(String url, Optional<Credentials> credentials) {
        this.url = url;
        this.credentials = credentials;
    }

    /** For sends that are confirmed by a handler. */
    Link producing() throws ActiveMQException {
        return open(CONFIRMATION_WINDOW_BYTES, MailMessages.LARGE_BYTES);
    }

    /** For mail that is taken, which is ours for as long as {@link Link#isSure}. */
    Link taking() throws ActiveMQException {
        long before = System.nanoTime();
        Link link = consuming();
        link.beginLease(before);
        return link;
    }

    /** For everything else. */
    Link consuming() throws ActiveMQException {
        return open(-1, MailMessages.LARGE_BYTES);
    }

    /** For what workers tell one another: it fits into memory, so none of it is streamed. */
    Link cluster() throws ActiveMQException {
        return open(-1, CLUSTER_LARGE_BYTES);
    }

    /** For values that all have in common. */
    Link table() throws ActiveMQException {
        return open(-1, TABLE_LARGE_BYTES);
    }

    private Link open(int confirmationWindow, int largeBytes) throws ActiveMQException {
        ServerLocator locator;
        try {
            locator = ActiveMQClient.createServerLocator(url);
        } catch (Exception e) {
            throw new IllegalArgumentException("not a broker URL: " + url, e);
        }
        locator.setConfirmationWindowSize(confirmationWindow)
                .setProducerWindowSize(-1) // credits would block the sending thread; our own byte budget bounds instead
                .setConsumerWindowSize(0) // nothing is prefetched, so nothing is hoarded
                .setBlockOnDurableSend(false)
                .setBlockOnAcknowledge(false)
                .setMinLargeMessageSize(largeBytes)
                .setReconnectAttempts(0)
                .setInitialConnectAttempts(1)
                .setCallTimeout(CALL_TIMEOUT_MILLIS)
                .setConnectionTTL(TTL_MILLIS)
                .setClientFailureCheckPeriod(CHECK_MILLIS);
        try {
            ClientSessionFactory factory = locator.createSessionFactory();
            return new Link(locator, factory, factory.getConnection(), credentials);
        } catch (ActiveMQException e) {
            locator.close();
            throw e;
        } catch (Exception e) {
            locator.close();
            throw new ActiveMQException(ActiveMQExceptionType.NOT_CONNECTED, "no connection to the broker", e);
        }
    }

    /** One connection and its sessions. Each session is for one thread. */
    static final class Link implements AutoCloseable {
        private final ServerLocator locator;
        private final ClientSessionFactory factory;
        private final @Nullable RemotingConnection connection;
        private final Optional<Credentials> credentials;
        private volatile @Nullable Lease lease;

        Link(
                ServerLocator locator,
                ClientSessionFactory factory,
                @Nullable RemotingConnection connection,
                Optional<Credentials> credentials) {
            this.locator = locator;
            this.factory = factory;
            this.connection = connection;
            this.credentials = credentials;
        }

        private void beginLease(long openedNanos) {
            Lease begun = new Lease(this, openedNanos);
            lease = begun;
            begun.start();
        }

        /** Whether what was taken over it is ours beyond doubt. From any thread; never blocks. */
        boolean isSure() {
            Lease known = lease;
            return known != null && known.isSure();
        }

        /** What was taken over it is ours no more: the connection is about to be closed. Never blocks. */
        void endLease() {
            Lease known = lease;
            if (known != null) {
                known.end();
            }
        }

        /** Sends and acknowledgements stand each for itself. */
        ClientSession plainSession() throws ActiveMQException {
            return session(true);
        }

        /** Sends and acknowledgements wait for {@code commit}. */
        ClientSession transactedSession() throws ActiveMQException {
            return session(false);
        }

        /** A connection that was cut because the broker would not have us says that, and not that it was cut. */
        private ClientSession session(boolean auto) throws ActiveMQException {
            try {
                return factory.createSession(
                        credentials.map(Credentials::user).orElse(null),
                        credentials.map(Credentials::password).orElse(null),
                        false,
                        auto,
                        auto,
                        false,
                        0);
            } catch (ActiveMQException e) {
                Lease known = lease;
                throw known == null ? e : known.refusal().orElse(e);
            }
        }

        /** Ends the connection here and now, whatever the broker does: calls in progress fail. */
        void cut() {
            try {
                if (connection != null) { // the one that was made: a factory that is asked makes another
                    connection.fail(new ActiveMQNotConnectedException("given up"));
                }
            } finally {
                close();
            }
        }

        /** May wait for a broker that does not answer, so never to be called by anybody who cannot. */
        @Override
        public void close() {
            endLease();
            factory.close();
            locator.close();
        }
    }

    /** Makes sure that a durable anycast queue of this name stands: mail for an address without one would be dropped. */
    static void ensureQueue(ClientSession session, String name) throws ActiveMQException {
        SimpleString queue = SimpleString.of(name);
        if (session.queueQuery(queue).isExists()) {
            return;
        }
        try {
            session.createQueue(QueueConfiguration.of(queue)
                    .setAddress(queue)
                    .setRoutingType(RoutingType.ANYCAST)
                    .setDurable(true)
                    .setAutoDelete(false)
                    .setAutoCreateAddress(true));
        } catch (ActiveMQException e) {
            if (e.getType() != ActiveMQExceptionType.QUEUE_EXISTS) {
                throw e;
            }
        }
    }
}
