package io.backupmx.spool;

import io.backupmx.route.Route;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Where a worker takes mail from. For virtual threads: its methods may block. */
public interface SpoolReader extends AutoCloseable {

    /**
     * Starts taking mail from one lane of a route, and keeps on, reconnecting when it must, until the feed is closed.
     */
    Feed feed(SpoolQueue.ForRoute queue, Taker taker);

    /** The same of a queue of reports; what is given back ({@link Settlement.GiveBack}) comes again. */
    Feed feed(SpoolQueue.Reports queue, Taker taker);

    /**
     * Starts serving a retry queue: due mail goes to a place of its route where there is one, else behind its route's
     * backlog ({@link Lane#BACKLOG}), so that a route without places holds up no other. What a taker gives back
     * ({@link Settlement.GiveBack}) goes there, too, for it was due. Keeps on until the feed is closed.
     */
    DelayFeed feed(SpoolQueue.Retry queue, Places places);

    /**
     * Tells {@code listener} of routes' queues that have mail: of one soon after mail was stored on it, of all of
     * them every few seconds, even where that is none; so that an idle queue needs no feed. One without mail may be named, one with mail is
     * never left out for longer than {@link #SWEEP}. Mail that keeps coming is told of every two seconds at most, so a feed
     * that is opened when its queue is named, and stays open for half a minute after its last mail, finds all of it: what
     * is stored while the feed is open it takes itself, and what is stored after it closed is more than two seconds behind
     * the last that was told of, so it is told of anew. Until it is closed.
     *
     * @param listener called from one thread; must not block
     */
    AutoCloseable watch(Consumer<Set<SpoolQueue.ForRoute>> listener);

    /** How long mail may wait on a queue before {@link #watch} has told of it, whatever went wrong on its way. */
    Duration SWEEP = Duration.ofSeconds(10);

    /** The same of this spool: no longer than {@link #SWEEP}. */
    default Duration sweep() {
        return SWEEP;
    }

    /** Closes all feeds, then the connection; what is taken and unsettled goes back to the spool. */
    @Override
    void close();

    /** Who takes mail. Called from one thread of the feed; must not block. */
    interface Taker {

        /** As long as nobody else has use for a place, it may wait for mail. */
        Duration PATIENCE = Duration.ofMillis(500);

        /** Whether there is a free place for one mail now; a yes reserves it until {@link #accept} or {@link #none}. */
        boolean wantsMail();

        /** Here is the mail for the reserved place. */
        void accept(TakenMail mail);

        /** There was no mail for the reserved place. */
        void none();

        /** How long the reserved place may wait for mail on an empty queue; no time at all: what is there, or none. */
        default Duration patience() {
            return PATIENCE;
        }
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

    /** Where due mail may go at once. */
    interface Places {

        /**
         * A taker with a free place for mail of {@code route}, reserved as by {@link Taker#wantsMail}; empty when there is
         * none now. Called from a thread of the feed; must not block.
         */
        Optional<Taker> placeFor(Route route);
    }

    /** One retry queue being served. */
    interface DelayFeed extends AutoCloseable {

        /** Mail deferred before this call is due now. */
        void flush();

        /** The mail that this feed holds until it is due, which no listing of the queue shows meanwhile. Never blocks. */
        Optional<ListedMail> held();

        /**
         * Holds no mail back any more, settles what its takers have in hand (bounded by {@code grace}), and gives the
         * rest back. Idempotent.
         */
        void close(Duration grace);

        @Override
        default void close() {
            close(Duration.ZERO);
        }
    }
}
