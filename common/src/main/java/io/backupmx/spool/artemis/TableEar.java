package io.backupmx.spool.artemis;

import java.util.function.BiConsumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/**
 * Hears one queue of a table, on the caller's thread: a slow listener holds up none of the client's own threads, which mail
 * needs as well. What it has not come to yet waits in the broker, but for a window of it; and there the newer takes the
 * place of the older.
 */
final class TableEar {

    private static final int WINDOW_BYTES = 256 << 10;

    /** The broker may say "no more" too early once, when it is interrupted by another one's leaving. */
    private static final int TIMES_EMPTY = 2;

    private final ClientSession session;
    private final ClientConsumer consumer;
    private final BiConsumer<String, byte[]> heard;
    private final NewestOnly newest = new NewestOnly();

    TableEar(ClientSession session, SimpleString queue, BiConsumer<String, byte[]> heard) throws ActiveMQException {
        this.session = session;
        this.consumer = session.createConsumer(queue, null, WINDOW_BYTES, -1, false);
        this.heard = heard;
    }

    /**
     * Returns when it has come to the queue's end, which is exact: what comes before the answer to "any more?" is heard, and
     * nothing held it up, for this queue's are the only messages on the connection then, and all so far have been taken. It
     * then hears nothing until {@link #hearOn}.
     */
    void hearAll() throws ActiveMQException {
        session.start();
        for (int empty = 0; empty < TIMES_EMPTY; ) {
            ClientMessage message = consumer.receiveImmediate();
            if (message == null) {
                requireOpen();
                empty++;
            } else {
                empty = 0;
                hear(message);
            }
        }
        session.stop();
    }

    /** Returns never: throws when the connection is over. */
    void hearOn() throws ActiveMQException {
        session.start();
        while (true) {
            ClientMessage message = consumer.receive();
            if (message == null) {
                requireOpen();
            } else {
                hear(message);
            }
        }
    }

    private void hear(ClientMessage message) throws ActiveMQException {
        String key = message.getStringProperty(ValueQueues.KEY);
        if (key != null && newest.isOther(key, message)) {
            heard.accept(key, ValueQueues.body(message));
        }
        message.acknowledge();
    }

    private void requireOpen() throws ActiveMQException {
        if (consumer.isClosed()) {
            throw new ActiveMQException("the connection was closed");
        }
    }
}
