package io.backupmx.spool.artemis;

import io.backupmx.spool.SpoolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.jspecify.annotations.Nullable;

/**
 * The locks this worker competes for on one connection, and what it publishes under those it holds: one transacted session,
 * so that both have one fate. When the broker passes the locks on it has closed that session before, and takes no value
 * from it any more, whatever its holder still believes. One thread works on the session; others leave orders.
 */
final class ClusterLocks {

    private static final int MAX_WAITING = 32_768;
    private static final long MAX_WAITING_CHARS = 32 << 20;
    private static final int GROUP = 500;

    private final ClientSession session;
    private final ClientProducer producer;
    private final ClusterDispatch dispatch;
    private final ClusterLock[] locks;
    private final AtomicLongArray rests;
    private final LinkedBlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final List<Order.Publish> group = new ArrayList<>(GROUP);
    private boolean batonsMoved;

    private final Object state = new Object(); // guards what follows, and the order of what is told
    private final Set<Integer> held = new TreeSet<>();
    private int waiting;
    private long waitingChars;
    private @Nullable Throwable ended;

    private sealed interface Order {
        record Publish(int lock, String key, String value, CompletableFuture<Void> done) implements Order {
            int chars() {
                return key.length() + value.length();
            }
        }

        record Arrived(int lock, ClientConsumer by, ClientMessage baton) implements Order {}

        record Missing(int lock) implements Order {}

        record Release(int lock) implements Order {}

        record Leave() implements Order {}
    }

    ClusterLocks(ClientSession session, AtomicLongArray rests, ClusterDispatch dispatch) throws ActiveMQException {
        this.session = session;
        this.producer = session.createProducer();
        this.dispatch = dispatch;
        this.rests = rests;
        this.locks = new ClusterLock[rests.length()];
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new ClusterLock(i, session, producer);
        }
    }

    int count() {
        return locks.length;
    }

    /** Makes the locks' queues and batons, unless they are there. */
    void ensure() throws ActiveMQException {
        for (ClusterLock lock : locks) {
            lock.ensure();
        }
        session.commit();
        session.start();
    }

    void compete() throws ActiveMQException {
        for (ClusterLock lock : locks) {
            if (rests.get(lock.number()) - System.nanoTime() <= 0) {
                compete(lock);
            }
        }
    }

    private void compete(ClusterLock lock) throws ActiveMQException {
        lock.compete((consumer, message) -> orders.add(new Order.Arrived(lock.number(), consumer, message)));
    }

    /** From any thread; never waits. */
    CompletionStage<Void> publish(int lock, String key, String value) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Order.Publish publish = new Order.Publish(lock, key, value, done);
        SpoolException refusal;
        synchronized (state) {
            refusal = refusal(publish);
            if (refusal == null) {
                waiting++;
                waitingChars += publish.chars();
                orders.add(publish);
            }
        }
        if (refusal != null) {
            done.completeExceptionally(refusal);
        }
        return done.minimalCompletionStage();
    }

    private @Nullable SpoolException refusal(Order.Publish publish) {
        if (ended != null) {
            return unavailable(ended);
        }
        if (!held.contains(publish.lock())) {
            return Failures.unavailable("lock " + publish.lock() + " is not held");
        }
        if (waiting >= MAX_WAITING || waitingChars + publish.chars() > MAX_WAITING_CHARS) {
            return new SpoolException(SpoolException.Kind.FULL, "too many values wait for the broker");
        }
        return null;
    }

    /** From any thread; never waits. When it competes again is in {@code rests}. */
    void release(int lock) {
        lose(lock);
        orders.add(new Order.Release(lock));
    }

    /** From any thread: somebody saw no baton on the queue. */
    void missing(int lock) {
        orders.add(new Order.Missing(lock));
    }

    /** From any thread: a lock whose consumer is not ours any more, nor anybody's. */
    OptionalInt cutOff() {
        for (ClusterLock lock : locks) {
            if (lock.isCutOff() && !isBroken()) { // who leaves closes them itself
                return OptionalInt.of(lock.number());
            }
        }
        return OptionalInt.empty();
    }

    /** From any thread: what competes for the lock, unless nothing does, or this has left. */
    Optional<ClientConsumer> competing(int lock) {
        return lock >= locks.length || isBroken() ? Optional.empty() : locks[lock].competing();
    }

    /** From any thread: gives up everything, in order. {@link #run} returns then. */
    void leave() {
        orders.add(new Order.Leave());
    }

    /** Nothing is held and nothing is published any more. From any thread; never waits; counts once. */
    void end(Throwable why) {
        synchronized (state) {
            if (ended == null) {
                ended = why;
                List.copyOf(held).forEach(this::lose);
            }
        }
    }

    /** After {@link #end} and {@link #run}: the broker passes the locks on. Waits for it. */
    void close() throws ActiveMQException {
        session.close();
    }

    /** After {@link #end}: fails what nobody will send. From any thread. */
    void failWaiting() {
        List<Order> unheard = new ArrayList<>();
        orders.drainTo(unheard);
        orders.add(new Order.Leave());
        for (Order order : unheard) {
            if (order instanceof Order.Publish publish) {
                publish.done().completeExceptionally(Failures.unavailable("the broker was lost"));
            }
        }
    }

    /** Returns once it has left; what is under way then, or when this throws, has failed. */
    void run() throws ActiveMQException, InterruptedException {
        try {
            while (true) {
                Order order = orders.poll();
                if (order == null) {
                    commitGroup();
                    order = awaitOrder();
                }
                if (order instanceof Order.Leave) {
                    break;
                }
                if (order != null) {
                    follow(order);
                }
            }
            if (isBroken()) {
                return; // the session is closed already, or would wait for a broker that does not answer
            }
            leaveNow();
        } catch (ActiveMQException | RuntimeException | Error e) {
            end(e);
            throw e;
        } finally {
            group.forEach(p -> p.done().completeExceptionally(Failures.unavailable("the broker was lost")));
            group.clear();
        }
    }

    private boolean isBroken() {
        synchronized (state) {
            return ended != null;
        }
    }

    private void leaveNow() throws ActiveMQException {
        commitGroup();
        end(new ActiveMQException("closed"));
        failWaiting();
        session.close(); // gives the batons back, here and now
    }

    /** Null when a rest is over instead. */
    private @Nullable Order awaitOrder() throws InterruptedException, ActiveMQException {
        long now = System.nanoTime();
        long nearest = Long.MAX_VALUE;
        for (ClusterLock lock : locks) {
            if (!lock.isCompeting()) {
                nearest = Math.min(nearest, rests.get(lock.number()) - now);
            }
        }
        Order order = orders.poll(Math.max(0, nearest), TimeUnit.NANOSECONDS);
        if (order == null) {
            for (ClusterLock lock : locks) {
                if (!lock.isCompeting() && rests.get(lock.number()) - System.nanoTime() <= 0) {
                    compete(lock);
                }
            }
        }
        return order;
    }

    private void follow(Order order) throws ActiveMQException {
        switch (order) {
            case Order.Publish publish -> send(publish);
            case Order.Arrived arrived -> arrived(arrived);
            case Order.Missing missing -> {
                locks[missing.lock()].restore();
                batonsMoved = true;
            }
            case Order.Leave _ -> throw new IllegalStateException("has left");
            case Order.Release release -> {
                commitGroup();
                lose(release.lock()); // it may have come since this was ordered
                locks[release.lock()].rest();
            }
        }
    }

    private void arrived(Order.Arrived arrived) throws ActiveMQException {
        ClusterLock lock = locks[arrived.lock()];
        batonsMoved = true;
        switch (lock.arrived(arrived.by(), arrived.baton())) {
            case HELD -> acquire(arrived.lock(), lock.epoch());
            case UNSURE -> lose(arrived.lock());
            case UNCHANGED -> {
                // still on its way, or a baton too many
            }
        }
    }

    private void acquire(int lock, long epoch) {
        synchronized (state) {
            if (ended == null && held.add(lock)) {
                dispatch.event(m -> m.acquired(lock, epoch));
            }
        }
    }

    private void lose(int lock) {
        synchronized (state) {
            if (held.remove(lock)) {
                dispatch.event(m -> m.lost(lock));
            }
        }
    }

    private void send(Order.Publish publish) throws ActiveMQException {
        group.add(publish);
        ClientMessage message = session.createMessage(true);
        message.putStringProperty(ClusterQueues.KEY.toString(), publish.key());
        message.putIntProperty(ClusterQueues.LOCK, publish.lock());
        message.getBodyBuffer().writeBytes(publish.value().getBytes(StandardCharsets.UTF_8));
        producer.send(ClusterQueues.stateOf(publish.key()), message);
        if (group.size() >= GROUP) {
            commitGroup();
        }
    }

    /** A commit that fails ends the connection: rolling back alone would give up the locks as well. */
    private void commitGroup() throws ActiveMQException {
        if (group.isEmpty() && !batonsMoved) {
            return;
        }
        session.commit();
        batonsMoved = false;
        synchronized (state) {
            for (Order.Publish publish : group) {
                waiting--;
                waitingChars -= publish.chars();
            }
        }
        group.forEach(p -> p.done().complete(null));
        group.clear();
    }

    private static SpoolException unavailable(Throwable why) {
        return new SpoolException(SpoolException.Kind.UNAVAILABLE, "the broker was lost", why);
    }
}
