package io.backupmx.spool.artemis;

import io.backupmx.spool.SpoolQueue;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.jspecify.annotations.Nullable;

/**
 * Tells of routes' queues that have mail: by {@link ArrivalHints}, at once, and by a sweep over all queues every few seconds, for a
 * hint may be lost, or was sent before we listened. Hints of a queue come at most every two seconds, so one follows mail at
 * once only if none came just before: whoever begins to take mail on a hint and goes on for a while after the last mail
 * misses none, and what comes as he stops is told by the next hint or sweep.
 */
final class RouteWatch implements AutoCloseable {

    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(4500);
    private static final long NONE = -1;
    private static final int WINDOW_BYTES = 64 << 10;
    private static final long END_MILLIS = 5000;

    private final SharedLink links;
    private final RecentCounts counts;
    private final Consumer<Set<SpoolQueue.ForRoute>> listener;
    private final CutNames names = new CutNames();
    private final Thread thread = Thread.ofVirtual().name("route-watch").unstarted(this::run);
    private volatile @Nullable ClientConsumer listening;
    private volatile boolean closing;

    // Of the thread.
    private long swept = NONE;
    private Set<SpoolQueue.ForRoute> sweptQueues = Set.of();

    RouteWatch(SharedLink links, RecentCounts counts, Consumer<Set<SpoolQueue.ForRoute>> listener) {
        this.links = links;
        this.counts = counts;
        this.listener = listener;
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        closing = true;
        ClientConsumer consumer = listening;
        try {
            if (consumer != null) {
                consumer.close(); // ends its receive
            } else {
                thread.interrupt();
            }
            if (!thread.join(Duration.ofMillis(END_MILLIS))) {
                thread.interrupt();
            }
        } catch (ActiveMQException e) {
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Backoff backoff = new Backoff();
        while (!closing) {
            Links.Link link = null;
            try {
                link = links.get();
                watch(link);
            } catch (ActiveMQException | RuntimeException | Error e) {
                listening = null;
                if (closing) {
                    return; // the consumer was closed for it; the connection is others' as well
                }
                // An answer that is late is no reason to take the connection from under all feeds, and their mail with
                // it.
                if (link != null && Failures.isConnectionLost(e) && !link.isSure()) {
                    links.broken(link);
                }
                if (!backoff.pause(e)) {
                    return;
                }
            }
        }
    }

    private void watch(Links.Link link) throws ActiveMQException {
        try (ClientSession session = link.plainSession();
                Management management = new Management(link)) {
            ClientConsumer consumer = session.createConsumer(subscription(session), null, WINDOW_BYTES, -1, false);
            session.start();
            listening = consumer;
            long sweepAt = System.nanoTime();
            while (!closing) {
                long wait = sweepAt - System.nanoTime();
                if (wait <= 0) {
                    sweep(link, management);
                    sweepAt = System.nanoTime() + SWEEP_NANOS;
                } else {
                    hear(consumer.receive(1 + TimeUnit.NANOSECONDS.toMillis(wait)));
                }
            }
        } finally {
            listening = null;
        }
    }

    private static SimpleString subscription(ClientSession session) throws ActiveMQException {
        SimpleString queue = SimpleString.of(ArrivalHints.ADDRESS + "." + UUID.randomUUID());
        session.createQueue(QueueConfiguration.of(queue)
                .setAddress(ArrivalHints.ADDRESS)
                .setRoutingType(RoutingType.MULTICAST)
                .setDurable(false)
                .setTemporary(true));
        return queue;
    }

    private void hear(@Nullable ClientMessage hint) throws ActiveMQException {
        if (hint != null) {
            hint.acknowledge();
            ArrivalHints.queueOf(hint).ifPresent(queue -> listener.accept(Set.of(queue)));
        }
    }

    private void sweep(Links.Link link, Management management) throws ActiveMQException {
        RecentCounts.Counted found = counts.askUnlessAtRest(management);
        if (found.number() != swept) {
            swept = sweep(link, found.byName()) ? found.number() : NONE;
        }
        listener.accept(sweptQueues);
    }

    /** @return whether every queue's route is known */
    private boolean sweep(Links.Link link, Map<String, Long> counts) throws ActiveMQException {
        Set<SpoolQueue.ForRoute> queues = new HashSet<>();
        boolean all = true;
        for (Map.Entry<String, Long> queue : counts.entrySet()) {
            Optional<SpoolQueue> known = names.queueCalled(link, queue.getKey(), queue.getValue());
            all &= known.isPresent();
            if (known.isPresent() && known.get() instanceof SpoolQueue.ForRoute ofRoute) {
                queues.add(ofRoute);
            }
        }
        sweptQueues = Set.copyOf(queues);
        return all;
    }
}
