package io.backupmx.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * What the workers of one spool have in common, by way of its broker: locks that one of them holds at a time, values that
 * stay, messages that do not. Reconnects by itself for as long as it is open. Safe from any thread.
 */
public interface ClusterBus extends AutoCloseable {

    /** Name of this worker, unlike any other's, another life of its own included. */
    String self();

    /** Begins to hear, and to compete for the locks {@code 0 .. locks-1}. To be called once; does not wait for the broker. */
    void start(int locks, Member member);

    /** Tells every worker, this one included, unless the broker is away: then nobody. Never blocks. */
    void broadcast(String message);

    /** Tells one worker, unless it or the broker is away. Never blocks. */
    void send(String worker, String message);

    /**
     * Sets the value of {@code key}, for all workers, those to come and other lives of the broker included. Done when it is
     * on the broker's disk; fails with a {@link io.backupmx.spool.SpoolException}. Values of one key are set in the order
     * of these calls. Never blocks.
     *
     * @param lock the lock under whose protection the key is; a worker that does not hold it is refused
     */
    CompletionStage<Void> publish(int lock, String key, String value);

    /**
     * The values of all keys under {@code lock}, as they are now. Blocks; throws
     * {@link io.backupmx.spool.SpoolException}.
     */
    Map<String, String> published(int lock);

    /** Gives a lock up, so that another worker gets it; this one competes for it again after {@code rest}. */
    void release(int lock, Duration rest);

    /** Gives up all locks and takes leave: others have the locks at once. Bounded; idempotent. */
    @Override
    void close();

    /** Who hears. Called on threads of the bus, one call at a time; must not block for long. */
    interface Member {

        /** The broker is there: what is said now is heard. All published values follow, whatever their age. */
        void connected();

        /** The broker is away; all locks are lost, each told by {@link #lost}. */
        void disconnected();

        /** {@code from} has said something; what this worker broadcasts comes back as well. */
        void heard(String from, String message);

        /** {@code key} has this value now. */
        void published(String key, String value);

        /**
         * This worker alone holds {@code lock} now.
         *
         * @param epoch greater than that of every holder before
         */
        void acquired(int lock, long epoch);

        /** Another worker may hold {@code lock} now. */
        void lost(int lock);
    }
}
