package io.backupmx.ingress.client;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Places of something that is short, of which one client has a few at most, lest it leave none to others. A place that becomes free
 * goes to who has waited longest among those whose client may have it. Thread-safe.
 */
public final class Places {

    /** One that waits. */
    public static final class Waiting {
        private final Optional<ClientNetwork> client;
        private final Runnable then;

        private Waiting(Optional<ClientNetwork> client, Runnable then) {
            this.client = client;
            this.then = then;
        }
    }

    private final int all;
    private final int ofOne;
    private final int maxWaiting;
    private final Map<ClientNetwork, Integer> takenByClient = new HashMap<>();
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private int taken;

    /**
     * @param ofOne those of one client
     * @param maxWaiting beyond those that have a place
     */
    public Places(int all, int ofOne, int maxWaiting) {
        this.all = all;
        this.ofOne = ofOne;
        this.maxWaiting = maxWaiting;
    }

    /**
     * Whether there is one now; it is to be given back by {@link #leave}, once.
     *
     * @param client empty where nobody knows, and none has a share of its own
     */
    public synchronized boolean take(Optional<ClientNetwork> client) {
        if (!isFree(client)) {
            return false;
        }
        taken++;
        client.ifPresent(one -> takenByClient.merge(one, 1, Integer::sum));
        return true;
    }

    private boolean isFree(Optional<ClientNetwork> client) {
        return taken < all
                && client.map(one -> takenByClient.getOrDefault(one, 0) < ofOne).orElse(true);
    }

    /**
     * Waits for a place, as {@link #take} gives it.
     *
     * @param then runs once, when it has its place, maybe at once, on whatever thread; never blocks
     * @return empty when too many wait already
     */
    public Optional<Waiting> await(Optional<ClientNetwork> client, Runnable then) {
        Waiting one = new Waiting(client, then);
        synchronized (this) {
            if (!take(client)) {
                return waiting.size() < maxWaiting && waiting.add(one) ? Optional.of(one) : Optional.empty();
            }
        }
        then.run();
        return Optional.of(one);
    }

    /** It does not wait any longer. Returns whether it has waited in vain: else it has its place. */
    public synchronized boolean giveUp(Waiting one) {
        return waiting.remove(one);
    }

    /** Gives back one that {@code client} has. */
    public void leave(Optional<ClientNetwork> client) {
        next(client).ifPresent(one -> one.then.run());
    }

    private synchronized Optional<Waiting> next(Optional<ClientNetwork> client) {
        taken--;
        client.ifPresent(one -> takenByClient.computeIfPresent(one, (_, count) -> count > 1 ? count - 1 : null));
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
            Waiting one = each.next();
            if (take(one.client)) {
                each.remove();
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }
}
