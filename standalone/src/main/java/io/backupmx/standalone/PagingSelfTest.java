package io.backupmx.standalone;

import io.backupmx.ops.StartException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/**
 * Writes and reads pages of mixed sizes. Netty 4.2 on JDK 24 and later may free page buffers only under
 * {@code --sun-misc-unsafe-memory-access=allow}; without it the broker looks well until a queue outgrows memory
 * (docs/adr/0003).
 */
final class PagingSelfTest {

    private static final String QUEUE = "backupmx.self-test";
    private static final int[] SIZES = {40_000, 900, 60_000, 4_000, 20_000, 1, 33_000, 7_000};
    private static final long RECEIVE_MILLIS = 5000;
    private static final int DELETIONS = 10;

    private PagingSelfTest() {}

    static void run(ActiveMQServer server, String url) {
        server.getAddressSettingsRepository()
                .addMatch(
                        QUEUE,
                        new AddressSettings()
                                .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
                                .setMaxSizeBytes(1024)
                                .setPageSizeBytes(128 << 10));
        try (ServerLocator locator = ActiveMQClient.createServerLocator(url);
                ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session = factory.createSession(true, true)) {
            if (session.queueQuery(SimpleString.of(QUEUE)).isExists()) {
                delete(session); // left by a start that was killed
            }
            session.createQueue(QueueConfiguration.of(QUEUE).setRoutingType(RoutingType.ANYCAST));
            try {
                writeAndRead(session);
            } finally {
                delete(session);
            }
        } catch (Exception e) {
            throw new StartException(
                    "the broker cannot page (start Java with --sun-misc-unsafe-memory-access=allow): " + e.getMessage(),
                    e);
        }
    }

    /**
     * A queue whose pages were just read is being looked at by a thread of the broker, too, which a deletion can run into
     * (2.56: ConcurrentModificationException in PageSubscriptionImpl.cleanupEntries): that says nothing of paging.
     */
    private static void delete(ClientSession session) throws ActiveMQException {
        for (int tries = 1; session.queueQuery(SimpleString.of(QUEUE)).isExists(); tries++) {
            try {
                session.deleteQueue(SimpleString.of(QUEUE));
            } catch (ActiveMQException e) {
                if (tries == DELETIONS) {
                    throw e;
                }
            }
        }
    }

    private static void writeAndRead(ClientSession session) throws Exception {
        ClientProducer producer = session.createProducer(QUEUE);
        for (int size : SIZES) {
            ClientMessage message = session.createMessage(true);
            message.getBodyBuffer().writeBytes(new byte[size]);
            producer.send(message);
        }
        try (ClientConsumer consumer = session.createConsumer(QUEUE)) {
            session.start();
            for (int size : SIZES) {
                ClientMessage message = consumer.receive(RECEIVE_MILLIS);
                if (message == null || message.getReadOnlyBodyBuffer().readableBytes() != size) {
                    throw new IllegalStateException("a paged message did not come back whole");
                }
                message.acknowledge();
            }
            session.commit();
        }
    }
}
