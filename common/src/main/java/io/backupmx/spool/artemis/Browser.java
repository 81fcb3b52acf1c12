package io.backupmx.spool.artemis;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a queue's messages without taking them. A broker that pages, or is busy with a large message, may answer "there
 * is no more" to a browser that has not seen all (measured), so that answer is believed at once only when all that rests
 * on the queue has been seen, and else after it was repeated. What consumers have in hand is counted by the queue but shown
 * to no browser.
 */
final class Browser implements AutoCloseable {

    /** One message at a time: with credits, "no more" is said as soon as they are used up. */
    private static final int WINDOW_BYTES = 0;

    private static final int TRIES = 3;
    private static final long WAIT_MILLIS = 150;

    private final ClientConsumer consumer;
    private final Resting resting;
    private long seen;

    /** How many messages rest on the queue; asked for when the broker says that there is no more, for that takes a while. */
    interface Resting {
        long now() throws ActiveMQException;
    }

    Browser(ClientSession session, SimpleString queue, Resting resting) throws ActiveMQException {
        this(session, queue, null, resting);
    }

    /** @param filter which messages are looked at; {@code resting} counts these */
    Browser(ClientSession session, SimpleString queue, @Nullable SimpleString filter, Resting resting)
            throws ActiveMQException {
        this.resting = resting;
        this.consumer = session.createConsumer(queue, filter, WINDOW_BYTES, -1, true);
        session.start();
    }

    /** The next message, oldest first; null behind the last. */
    @Nullable
    ClientMessage next() throws ActiveMQException {
        ClientMessage message = consumer.receiveImmediate();
        for (int tries = 1; message == null && tries < TRIES && seen < resting.now(); tries++) {
            message = consumer.receive(WAIT_MILLIS);
        }
        if (message != null) {
            seen++;
        }
        return message;
    }

    @Override
    public void close() throws ActiveMQException {
        consumer.close();
    }
}
