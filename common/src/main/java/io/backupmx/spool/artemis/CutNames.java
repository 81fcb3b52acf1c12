package io.backupmx.spool.artemis;

import io.backupmx.route.Route;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolQueue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/**
 * What a queue is, by its name, or, where that had to be cut, by the first mail on it that says so. What was once found out
 * stays known: a name stands for one route.
 */
final class CutNames {

    private static final int MAX_KNOWN = 1000;

    /** Mail of unknown formats at the head tells nothing; it is looked past, not without end. */
    private static final int MAX_LOOKED_AT = 10;

    private final Map<String, Route> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Route> eldest) {
            return size() > MAX_KNOWN;
        }
    };

    /** Empty when the name is not ours, or is cut and the queue is empty or all in consumers' hands. */
    Optional<SpoolQueue> queueCalled(Links.Link link, String name, long messages) throws ActiveMQException {
        Optional<SpoolQueue> byName = QueueNames.parse(name);
        if (byName.isPresent() || !QueueNames.isRoute(name)) {
            return byName;
        }
        Optional<Route> route;
        synchronized (known) {
            route = Optional.ofNullable(known.get(name));
        }
        if (route.isEmpty() && messages > 0) {
            route = routeOfMailOn(link, name);
            route.ifPresent(found -> {
                synchronized (known) {
                    known.put(name, found);
                }
            });
        }
        return route.map(found -> new SpoolQueue.ForRoute(found, QueueNames.laneOf(name)));
    }

    private static Optional<Route> routeOfMailOn(Links.Link link, String name) throws ActiveMQException {
        try (ClientSession session = link.plainSession();
                Browser browser = new Browser(session, SimpleString.of(name), () -> 1)) {
            ClientMessage message = browser.next();
            for (int i = 0; message != null && i < MAX_LOOKED_AT; i++) {
                Optional<Route> route = Optional.ofNullable(message.getStringProperty(MailMessages.ROUTE))
                        .flatMap(Route::parse)
                        .filter(found -> QueueNames.nameOf(new SpoolQueue.ForRoute(found, QueueNames.laneOf(name)))
                                .equals(name));
                if (route.isPresent()) {
                    return route;
                }
                message = browser.next();
            }
        }
        return Optional.empty();
    }
}
