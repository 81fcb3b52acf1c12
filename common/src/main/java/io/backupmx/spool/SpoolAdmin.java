package io.backupmx.spool;

import io.backupmx.mail.QueueId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What an operator may see and do. For virtual threads: its methods block, and throw {@link SpoolException}. */
public interface SpoolAdmin extends AutoCloseable {

    /** Returns when the spool has answered, whatever it holds. */
    default void ping() {
        depths();
    }

    /** How the broker is doing. */
    BrokerStatus broker();

    /** Counters of every queue there is, those whose route left the configuration included. */
    List<QueueDepth> depths();

    /** The same, as it was some seconds ago where that saves the broker the question: for what is shown again and again. */
    default List<QueueDepth> depthsOfLate() {
        return depths();
    }

    /**
     * When the mail at the head of each of {@code queues} arrived, without it being taken. Queues without any, and those of
     * which it cannot be said, are left out.
     */
    default Map<SpoolQueue.ForRoute, Instant> heads(Collection<SpoolQueue.ForRoute> queues) {
        return Map.of();
    }

    /** The queues that hold mail, in no particular order. */
    List<SpoolQueue> occupied();

    /** The same, and with each queue of a route the route's others: mail of retry queues may come onto them at any moment. */
    default List<SpoolQueue> occupiedRoutes() {
        return occupied().stream()
                .flatMap(queue -> queue instanceof SpoolQueue.ForRoute one
                        ? SpoolQueue.ForRoute.lanesOf(one.route()).stream()
                        : Stream.of(queue))
                .distinct()
                .toList();
    }

    /**
     * Shows the mail that rests on {@code queues}, one queue after the other, oldest first, without taking it, until
     * {@code viewer} says no. Mail that a worker has taken is not shown: the worker shows it.
     */
    void browse(List<SpoolQueue> queues, Predicate<ListedMail> viewer);

    /** Puts failed mail back onto its routes, on the lane of the backlog; all of it when {@code id} is empty. Returns how many. */
    int release(Optional<QueueId> id);

    /**
     * Has the senders of failed mail told; all of them when {@code id} is empty. Mail from {@code <>} stays. Returns how many
     * are to be told; workers do it, soon.
     */
    int bounce(Optional<QueueId> id);

    @Override
    void close();
}
