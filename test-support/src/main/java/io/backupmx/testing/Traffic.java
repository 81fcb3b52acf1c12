package io.backupmx.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What the clients of a {@link ScriptedPrimary} did and when, mail by mail, without contents: as it was when it was asked for.
 *
 * @param connections in the order in which they came
 * @param transactions in the order of their MAIL commands
 */
public record Traffic(List<Connection> connections, List<Transaction> transactions) {

    private static final Duration SECOND = Duration.ofSeconds(1);

    /**
     * One TCP connection.
     *
     * @param number from 1
     * @param greeted whether it was answered 2xx, and not sent away
     * @param transactions MAIL commands
     */
    public record Connection(int number, Instant begun, Optional<Instant> ended, boolean greeted, int transactions)
            implements Span {

        private Connection overBefore(Duration notice) {
            Optional<Instant> over = ended.map(end -> end.minus(notice)).map(end -> end.isBefore(begun) ? begun : end);
            return new Connection(number, begun, over, greeted, transactions);
        }
    }

    /**
     * One MAIL command and all that belongs to it.
     *
     * @param number from 1
     * @param sender the reverse-path, by which tests tell mails apart
     * @param accepted whether the mail was taken: 2xx to its final dot
     */
    public record Transaction(
            int number, int connection, String sender, Instant begun, Optional<Instant> ended, boolean accepted)
            implements Span {}

    public Traffic {
        connections = List.copyOf(connections);
        transactions = List.copyOf(transactions);
    }

    /** Only what began at {@code from} or later. */
    public Traffic since(Instant from) {
        return new Traffic(
                connections.stream()
                        .filter(connection -> !connection.begun().isBefore(from))
                        .toList(),
                transactions.stream()
                        .filter(transaction -> !transaction.begun().isBefore(from))
                        .toList());
    }

    /** Only what began before {@code end}. */
    public Traffic until(Instant end) {
        return new Traffic(
                connections.stream()
                        .filter(connection -> connection.begun().isBefore(end))
                        .toList(),
                transactions.stream()
                        .filter(transaction -> transaction.begun().isBefore(end))
                        .toList());
    }

    /** The most connections that were greeted and open at one time. */
    public int maxConnections() {
        return Span.mostAtOnce(connections.stream().filter(Connection::greeted).toList());
    }

    /**
     * The most connections that were open at one time, sent away or not, for their clients.
     *
     * @param notice how long it may take this server to notice that a client is gone, which has a new connection by then
     */
    public int maxConnectionsOfClients(Duration notice) {
        return Span.mostAtOnce(
                connections.stream().map(one -> one.overBefore(notice)).toList());
    }

    /** The most mails that were on their way at one time. */
    public int maxTransactions() {
        return Span.mostAtOnce(transactions);
    }

    /** The most connections, sent away or not, that came within any one second. */
    public int maxConnectsPerSecond() {
        return Span.mostWithin(SECOND, connections);
    }

    /** The most transactions that began within any time of this length. */
    public int maxTransactionsWithin(Duration length) {
        return Span.mostWithin(length, transactions);
    }

    /** The most connections that came within any time of this length. */
    public int maxConnectsWithin(Duration length) {
        return Span.mostWithin(length, connections);
    }

    /** Connections that were sent away at the greeting, or left before it. */
    public int refusedConnections() {
        return (int)
                connections.stream().filter(Predicate.not(Connection::greeted)).count();
    }

    /** How often each mail was begun, by its reverse-path. */
    public Map<String, Integer> attempts() {
        return count(_ -> true);
    }

    /** How often each mail was taken, by its reverse-path. */
    public Map<String, Integer> deliveries() {
        return count(Transaction::accepted);
    }

    private Map<String, Integer> count(Predicate<Transaction> which) {
        Map<String, Integer> counts = new TreeMap<>();
        transactions.stream().filter(which).forEach(one -> counts.merge(one.sender(), 1, Integer::sum));
        return counts;
    }
}
