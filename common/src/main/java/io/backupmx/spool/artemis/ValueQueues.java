package io.backupmx.spool.artemis;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/** Queues that are no mail's: those that keep the last value of each key (docs/adr/0008), and their like. */
final class ValueQueues {

    static final SimpleString KEY = SimpleString.of("key");

    private ValueQueues() {}

    /**
     * Which of {@code queues} a key is always in: the broker walks through the whole of one for each value that is set, so
     * they are several.
     */
    static int numberOf(String key, int queues) {
        int hash = key.hashCode();
        return Math.floorMod(hash ^ (hash >>> 16), queues);
    }

    /** Non-destructive: everybody gets every value, and taking it removes nothing. */
    static void ensureLastValue(ClientSession session, SimpleString name) throws ActiveMQException {
        ensure(session, durable(name).setLastValue(true).setLastValueKey(KEY).setNonDestructive(true));
    }

    static QueueConfiguration durable(SimpleString name) {
        return QueueConfiguration.of(name)
                .setAddress(name)
                .setRoutingType(RoutingType.ANYCAST)
                .setDurable(true)
                .setAutoDelete(false)
                .setAutoCreateAddress(true);
    }

    static void ensure(ClientSession session, QueueConfiguration queue) throws ActiveMQException {
        if (session.queueQuery(queue.getName()).isExists()) {
            return;
        }
        try {
            session.createQueue(queue);
        } catch (ActiveMQException e) {
            if (e.getType() != ActiveMQExceptionType.QUEUE_EXISTS) {
                throw e;
            }
        }
    }

    /** All octets of a message, be it kept in a file of its own or not. */
    static byte[] body(ClientMessage message) {
        byte[] octets = new byte[message.getBodySize()];
        message.getBodyBuffer().readBytes(octets);
        return octets;
    }
}
