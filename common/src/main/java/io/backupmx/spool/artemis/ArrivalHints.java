package io.backupmx.spool.artemis;

import io.backupmx.route.Route;
import java.util.LinkedHashMap;
import java.util.Map;
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
 * Tells workers that mail came for a route: a message that nobody keeps, at most one in two seconds for each route. Only a
 * hint: where it cannot be sent it is not, for a {@link RouteWatch} looks for itself as well.
 */
final class ArrivalHints implements AutoCloseable {

    /** Multicast; see {@code deploy/artemis/broker.xml}. */
    static final SimpleString ADDRESS = SimpleString.of("cluster.arrivals");

    private static final Logger LOG = LoggerFactory.getLogger(ArrivalHints.class);

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Of a route forgotten, too much is told, never too little. */
    private static final int MAX_ROUTES = 10_000;

    private static final int MAX_WAITING = 1000;

    /** Where the connection comes from, when it is wanted. */
    interface Source {
        Links.Link get() throws ActiveMQException;
    }

    private final Source links;
    private final BlockingQueue<Route> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Map<Route, Long> toldNanos = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Route, Long> eldest) {
            return size() > MAX_ROUTES;
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

    /** Mail for {@code route} is on its queue. Never blocks, never fails; from any thread. */
    void tell(Route route) {
        long now = System.nanoTime();
        synchronized (toldNanos) {
            Long told = toldNanos.get(route);
            if (told != null && now - told < INTERVAL_NANOS) {
                return;
            }
            toldNanos.put(route, now);
        }
        boolean _ = waiting.offer(route);
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

    private void send(Route route) {
        try {
            ClientSession open = session;
            if (open == null) {
                open = links.get().plainSession();
                session = open;
                producer = open.createProducer();
            }
            ClientMessage hint = open.createMessage(false);
            hint.setRoutingType(RoutingType.MULTICAST);
            hint.putStringProperty(MailMessages.ROUTE, SimpleString.of(route.toString()));
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
