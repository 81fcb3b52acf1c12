package io.backupmx.spool.artemis;

import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.jspecify.annotations.Nullable;

/**
 * One lock, as seen by one connection: its queue is exclusive, so whoever gets a baton from it is the only one who does.
 * The first that comes is replaced, in one transaction, by one with a new epoch; the lock is held once that has come.
 * Batons beyond that one, made by workers that found none at the same moment, are thrown away. For one thread.
 */
final class ClusterLock {

    private static final int WINDOW_BYTES = 64 << 10;

    private final int number;
    private final SimpleString queue;
    private final ClientSession session;
    private final ClientProducer producer;
    private volatile @Nullable ClientConsumer consumer; // looked at by another thread
    private @Nullable ClientMessage baton;
    private long epoch;

    /** What the arrival of a baton means. */
    enum Arrival {
        HELD,
        UNSURE,
        UNCHANGED
    }

    ClusterLock(int number, ClientSession session, ClientProducer producer) {
        this.number = number;
        this.queue = ClusterQueues.lock(number);
        this.session = session;
        this.producer = producer;
    }

    int number() {
        return number;
    }

    long epoch() {
        return epoch;
    }

    boolean isCompeting() {
        return consumer != null;
    }

    /** What it competes with, if it does. From any thread. */
    Optional<ClientConsumer> competing() {
        return Optional.ofNullable(consumer);
    }

    /**
     * Whether it competes in vain, or holds what another may hold: the broker has taken its consumer away, as it does when
     * somebody removes the queue. Another worker may have made that anew. From any thread.
     */
    boolean isCutOff() {
        ClientConsumer competing = consumer;
        return competing != null && competing.isClosed();
    }

    /** The queue, and a baton unless there is one. Not committed. */
    void ensure() throws ActiveMQException {
        ClusterQueues.ensureLock(session, number);
        if (session.queueQuery(queue).getMessageCount() == 0) {
            send(0);
        }
    }

    void compete(BiConsumer<ClientConsumer, ClientMessage> arrivals) throws ActiveMQException {
        if (consumer == null) {
            ClientConsumer competing = session.createConsumer(queue, null, WINDOW_BYTES, -1, false);
            consumer = competing;
            competing.setMessageHandler(message -> arrivals.accept(competing, message));
        }
    }

    /** Gives up holding and competing. The next in line has the baton at once. */
    void rest() throws ActiveMQException {
        ClientConsumer competing = consumer;
        if (competing != null) {
            consumer = null;
            competing.close();
            baton = null;
            epoch = 0;
        }
    }

    /** What it does is to be committed, together with that of other locks. */
    Arrival arrived(ClientConsumer by, ClientMessage message) throws ActiveMQException {
        if (!by.equals(consumer)) {
            return Arrival.UNCHANGED; // closed meanwhile: the broker has it back
        }
        long its = message.getLongProperty(ClusterQueues.EPOCH);
        if (baton == null && its == epoch && its != 0) {
            baton = message;
            return Arrival.HELD;
        }
        message.individualAcknowledge();
        if (its < epoch) {
            return Arrival.UNCHANGED;
        }
        if (baton != null) {
            baton.individualAcknowledge();
            baton = null;
        }
        // The clock only matters should all batons have been removed: with them the count is lost.
        epoch = Math.max(its + 1, System.currentTimeMillis());
        send(epoch);
        return Arrival.UNSURE;
    }

    /** Somebody has emptied the queue, or seemed to: looks again. Not committed. */
    void restore() throws ActiveMQException {
        if (session.queueQuery(queue).getMessageCount() > 0) {
            return;
        }
        if (epoch != 0) {
            throw new ActiveMQException("the baton of lock " + number + " is gone");
        }
        send(0);
    }

    private void send(long newEpoch) throws ActiveMQException {
        ClientMessage message = session.createMessage(true);
        message.putLongProperty(ClusterQueues.EPOCH, newEpoch);
        producer.send(queue, message);
    }
}
