package io.backupmx.spool.artemis;

import java.nio.charset.StandardCharsets;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/** What the workers have in common is called so on the broker, and is of these kinds. */
final class ClusterQueues {

    /** Queues that the values are spread over: the broker walks through the whole of one for each value that is set. */
    static final int STATES = 16;

    /** What workers say. */
    static final SimpleString TALK = SimpleString.of("cluster.talk");

    static final SimpleString KEY = ValueQueues.KEY;
    static final SimpleString LOCK = SimpleString.of("lock");
    static final SimpleString EPOCH = SimpleString.of("epoch");
    static final SimpleString FROM = SimpleString.of("sender");
    static final SimpleString TO = SimpleString.of("receiver");

    /** {@link #TO} everybody. */
    static final String ALL = "*";

    /**
     * Messages that wait on the broker for one worker: its bus always takes them, so these are for one that is frozen, and
     * that only until the connection's TTL.
     */
    private static final long WAITING_TALK = 1000;

    private ClusterQueues() {}

    /** The last value of each of its keys. */
    static SimpleString state(int number) {
        return SimpleString.of("cluster.state." + number);
    }

    /** The one that a key is always in: the next value takes the place of the last, whatever the lock. */
    static SimpleString stateOf(String key) {
        return state(ValueQueues.numberOf(key, STATES));
    }

    static SimpleString lock(int number) {
        return SimpleString.of("cluster.lock." + number);
    }

    /**
     * Exclusive: all its messages go to one consumer until that is gone, so two batons, made by workers that found none at
     * the same time, cannot make two holders.
     */
    static void ensureLock(ClientSession session, int number) throws ActiveMQException {
        ValueQueues.ensure(session, ValueQueues.durable(lock(number)).setExclusive(true));
    }

    /** Non-destructive: every worker gets every value, and taking it removes nothing. */
    static void ensureStates(ClientSession session) throws ActiveMQException {
        for (int i = 0; i < STATES; i++) {
            ValueQueues.ensureLastValue(session, state(i));
        }
    }

    /** A queue of this worker's own, gone with its connection; what is said to others costs it nothing. */
    static SimpleString createEars(ClientSession session, String self) throws ActiveMQException {
        SimpleString name = TALK.concat("." + self);
        String filter = "%s = '%s' OR %s = '%s'".formatted(TO, self, TO, ALL);
        session.createQueue(QueueConfiguration.of(name)
                .setAddress(TALK)
                .setRoutingType(RoutingType.MULTICAST)
                .setDurable(false)
                .setTemporary(true)
                .setFilterString(SimpleString.of(filter))
                .setRingSize(WAITING_TALK)
                .setAutoCreateAddress(true));
        return name;
    }

    static String text(ClientMessage message) {
        return new String(ValueQueues.body(message), StandardCharsets.UTF_8);
    }
}
