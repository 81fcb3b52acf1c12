package io.backupmx.spool.artemis;

import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.SpoolQueue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells workers that mail came onto a route's queue: a message that nobody keeps, at most one in two seconds for each queue. Only a
 * hint: where it cannot be sent it is not, for a {@link RouteWatch} looks for itself as well.
 */
final class ArrivalHints implements AutoCloseable {

    /** Multicast; see {@code deploy/artemis/broker.xml}. */
    static final SimpleString ADDRESS = SimpleString.of("cluster.arrivals");

    private static final SimpleString LANE = SimpleString.of("lane");

    private static final Logger LOG = LoggerFactory.getLogger(ArrivalHints.class);

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Of a queue forgotten, too much is told, never too little. */
    private static final int MAX_QUEUES = 10_000;

    private static final int MAX_WAITING = 1000;

    /** Where the connection comes from, when it is wanted. */
    interface Source {
        Links.Link get() throws ActiveMQException;
    }

    private final Source links;
    private final BlockingQueue<SpoolQueue.ForRoute> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Map<SpoolQueue.ForRoute, Long> toldNanos = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SpoolQueue.ForRoute, Long> eldest) {
            return size() > MAX_QUEUES;
        }
    };
    private final Thread thread = Thread.ofVirtual().name("spool-hints").unstarted(this::run);
    private @Nullable ClientSession session;
    private @Nullable ClientProducer producer;

    ArrivalHints(Source links) {
        this.links = links;
    }

    void start() {
        thread.start();
    }

    /** Mail is on {@code queue}. Never blocks, never fails; from any thread. */
    void tell(SpoolQueue.ForRoute queue) {
        long now = System.nanoTime();
        synchronized (toldNanos) {
            Long told = toldNanos.get(queue);
            if (told != null && now - told < INTERVAL_NANOS) {
                return;
            }
            toldNanos.put(queue, now);
        }
        boolean _ = waiting.offer(queue);
    }

    /** Which queue {@code hint} tells of; one of a version that knew no lanes, or of one that knows others, of fresh mail. */
    static Optional<SpoolQueue.ForRoute> queueOf(ClientMessage hint) {
        String lane = String.valueOf(hint.getStringProperty(LANE));
        return Optional.ofNullable(hint.getStringProperty(MailMessages.ROUTE))
                .flatMap(Route::parse)
                .map(route ->
                        new SpoolQueue.ForRoute(route, lane.equals(Lane.BACKLOG.name()) ? Lane.BACKLOG : Lane.FRESH));
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                send(waiting.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(SpoolQueue.ForRoute queue) {
        try {
            ClientSession open = session;
            if (open == null) {
                open = links.get().plainSession();
                session = open;
                producer = open.createProducer();
            }
            ClientMessage hint = open.createMessage(false);
            hint.setRoutingType(RoutingType.MULTICAST);
            hint.putStringProperty(
                    MailMessages.ROUTE, SimpleString.of(queue.route().toString()));
            hint.putStringProperty(LANE, SimpleString.of(queue.lane().name()));
            if (producer != null) {
                producer.send(ADDRESS, hint);
            }
        } catch (ActiveMQException | RuntimeException | Error e) {
            LOG.atDebug().addKeyValue("cause", e.toString()).log("hint not sent");
            forget();
        }
    }

    private void forget() {
        ClientSession broken = session;
        session = null;
        producer = null;
        if (broken != null) {
            try {
                broken.close();
            } catch (ActiveMQException | RuntimeException e) {
                LOG.atDebug().addKeyValue("cause", e.toString()).log("session was gone before it was closed");
            }
        }
    }
}
