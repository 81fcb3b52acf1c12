package io.backupmx.spool;

import java.time.Duration;

/** Where a worker takes mail from. For virtual threads: its methods may block. */
public interface SpoolReader extends AutoCloseable {

    /**
     * Starts taking mail from a route's queue, and keeps on, reconnecting when it must, until the feed is closed.
     */
    Feed feed(SpoolQueue.ForRoute queue, Taker taker);

    /** Starts returning due mail of a retry queue to its route's queue, until the feed is closed. */
    DelayFeed feed(SpoolQueue.Retry queue);

    /** Closes all feeds, then the connection; what is taken and unsettled goes back to the spool. */
    @Override
    void close();

    /** Who takes mail. Called from one thread of the feed; must not block. */
    interface Taker {

        /** Whether there is a free place for one mail now; a yes reserves it until {@link #accept} or {@link #none}. */
        boolean wantsMail();

        /** Here is the mail for the reserved place. */
        void accept(TakenMail mail);

        /** There was no mail for the reserved place. */
        void none();
    }

    /** One queue being taken from. */
    interface Feed extends AutoCloseable {

        /** The taker may want mail again: a place became free, or its gate opened. Cheap, from any thread. */
        void wake();

        /**
         * Stops asking for mail, settles what is in progress (bounded by {@code grace}), and gives the rest back.
         * Idempotent.
         */
        void close(Duration grace);

        @Override
        default void close() {
            close(Duration.ZERO);
        }
    }

    /** One retry queue being served. */
    interface DelayFeed extends AutoCloseable {

        /** Mail deferred before this call is due now. */
        void flush();

        @Override
        void close();
    }
}
