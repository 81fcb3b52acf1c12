package io.backupmx.spool.artemis;

import io.backupmx.spool.SpoolException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.SessionFailureListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the bus, with all that lives and dies with it: locks, what is published under them, values, talk. It
 * ends when the broker says so, when a call on it fails, or when the broker has been silent for so long that it may soon
 * give the locks to another.
 */
final class ClusterConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterConnection.class);

    private static final int VALUES_WINDOW_BYTES = 256 << 10;
    private static final int TALK_WINDOW_BYTES = 1 << 20;

    private final Links.Link link;
    private final ClusterDispatch dispatch;
    private final ClusterTalk talk;
    private final ClusterLocks locks;
    private final int number;
    private volatile boolean over;
    private final SignsOfLife life = new SignsOfLife("cluster", this::fail);
    private boolean announced;
    private Farewell forgetEars = () -> {};

    /** @param rests when this worker competes for each lock again; outlives the connection */
    ClusterConnection(Links.Link link, String self, AtomicLongArray rests, ClusterDispatch dispatch)
            throws ActiveMQException {
        this.link = link;
        this.dispatch = dispatch;
        this.number = dispatch.nextConnection();
        try {
            this.talk = new ClusterTalk(link.transactedSession(), self, this::fail);
            this.locks = new ClusterLocks(link.transactedSession(), rests, dispatch);
        } catch (ActiveMQException | RuntimeException e) {
            Thread.ofVirtual().name("cluster-closing").start(link::cut);
            throw e;
        }
    }

    /** Hears, announces itself, and competes for the locks until it has left or {@link #fail} was called. */
    void run(String self) throws ActiveMQException, InterruptedException {
        ClientSession pulse = listening(link.plainSession());
        locks.ensure();
        ears(self);
        talk.start();
        announce();
        values();
        life.start(); // nothing has been ours before, however long the broker took
        locks.compete();
        life.alive();
        life.ask(count -> ask(pulse, count % Math.max(1, locks.count())));
        locks.run();
    }

    private ClientSession listening(ClientSession session) throws ActiveMQException {
        session.addFailureListener(new SessionFailureListener() {
            @Override
            public void connectionFailed(ActiveMQException why, boolean failedOver) {
                fail(why);
            }

            @Override
            public void connectionFailed(ActiveMQException why, boolean failedOver, String scaleDownTargetNodeId) {
                fail(why);
            }

            @Override
            public void beforeReconnect(ActiveMQException why) {
                fail(why);
            }
        });
        ClusterQueues.ensureStates(session);
        session.start();
        return session;
    }

    private void ears(String self) throws ActiveMQException {
        ClientSession session = link.plainSession();
        SimpleString queue = ClusterQueues.createEars(session, self);
        ClientConsumer consumer = session.createConsumer(queue, null, TALK_WINDOW_BYTES, -1, false);
        forgetEars = () -> {
            consumer.close();
            session.deleteQueue(queue); // now: a broker that is stopping next would be too late
        };
        consumer.setMessageHandler(message -> {
            dispatch.heard(number, message.getStringProperty(ClusterQueues.FROM), ClusterQueues.text(message));
            acknowledge(message);
        });
        session.start();
    }

    private void values() throws ActiveMQException {
        ClientSession session = link.plainSession();
        NewestOnly newest = new NewestOnly(); // one session, so one thread
        for (int i = 0; i < ClusterQueues.STATES; i++) {
            ClientConsumer consumer =
                    session.createConsumer(ClusterQueues.state(i), null, VALUES_WINDOW_BYTES, -1, false);
            consumer.setMessageHandler(message -> {
                String key = message.getStringProperty(ClusterQueues.KEY);
                if (newest.isNew(key, message)) {
                    dispatch.value(number, key, ClusterQueues.text(message));
                }
                acknowledge(message);
            });
        }
        session.start();
    }

    private void acknowledge(ClientMessage message) {
        try {
            message.acknowledge();
        } catch (ActiveMQException e) {
            fail(e);
        }
    }

    ClusterTalk talk() {
        return talk;
    }

    ClusterLocks locks() {
        return locks;
    }

    /** Browses on a session of its own, so that neither a slow member nor the locks are in the way. */
    Map<String, String> published(int lock) {
        Map<String, String> values = new LinkedHashMap<>();
        try (ClientSession session = link.plainSession()) {
            SimpleString filter = SimpleString.of(ClusterQueues.LOCK + " = " + lock);
            session.start();
            for (int i = 0; i < ClusterQueues.STATES; i++) {
                read(session, ClusterQueues.state(i), filter, values);
            }
        } catch (ActiveMQException | RuntimeException e) {
            throw new SpoolException(SpoolException.Kind.UNAVAILABLE, "the values were not read", e);
        }
        if (over) {
            throw Failures.unavailable("the connection broke while values were read");
        }
        return values;
    }

    private static void read(ClientSession session, SimpleString queue, SimpleString filter, Map<String, String> values)
            throws ActiveMQException {
        // Without credits to run out of, "no more" is said after the last only.
        try (ClientConsumer browser = session.createConsumer(queue, filter, -1, -1, true)) {
            NewestOnly newest = new NewestOnly();
            for (ClientMessage m = browser.receiveImmediate(); m != null; m = browser.receiveImmediate()) {
                String key = m.getStringProperty(ClusterQueues.KEY);
                if (newest.isNew(key, m)) {
                    values.put(key, ClusterQueues.text(m));
                }
            }
        }
    }

    private synchronized void announce() {
        if (!over) {
            announced = true;
            dispatch.event(m -> m.connected());
        }
    }

    /** Nothing on this connection counts any more; the member is told. From any thread; never waits; once. */
    void fail(Throwable why) {
        end(why, () -> Thread.ofVirtual().name("cluster-closing").start(link::cut));
    }

    /** The same in good order, once {@link #run} has returned; waits for the broker. */
    void close() {
        end(new ActiveMQException("closed"), () -> {
            try {
                locks.close(); // others have them at once; the rest is less urgent
                forgetEars.run();
            } catch (ActiveMQException e) {
                LOG.atDebug().setCause(e).log("the broker forgets this worker's queue by itself");
            }
            link.close();
        });
    }

    private interface Farewell {
        void run() throws ActiveMQException;
    }

    private void end(Throwable why, Runnable closing) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            dispatch.nextConnection();
            locks.end(why);
            if (announced) {
                dispatch.event(m -> m.disconnected());
            }
        }
        LOG.atDebug().addKeyValue("cause", why.toString()).log("cluster connection over");
        life.end();
        talk.end();
        locks.failWaiting();
        closing.run();
    }

    /** With each sign of life a look after one lock's queue, which somebody may have emptied or removed. */
    private void ask(ClientSession session, int lock) throws ActiveMQException {
        Optional<ClientConsumer> competing = locks.competing(lock);
        ClientSession.QueueQuery answer = session.queueQuery(ClusterQueues.lock(lock));
        if (!answer.isExists()) {
            throw new ActiveMQException("the queue of lock " + lock + " is gone");
        }
        OptionalInt cutOff = locks.cutOff(); // of all: another worker may have made the queue anew, and hold the lock
        if (cutOff.isPresent()) {
            throw new ActiveMQException("the queue of lock " + cutOff.getAsInt() + " was another for a while");
        }
        if (answer.getConsumerCount() == 0 && competing.isPresent() && competing.equals(locks.competing(lock))) {
            // made in the moment in which its queue was removed: the broker says nothing to that one
            throw new ActiveMQException("what competes for lock " + lock + " is on a queue that is no more");
        }
        if (answer.getMessageCount() == 0) {
            locks.missing(lock);
        }
    }
}
