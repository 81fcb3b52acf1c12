package io.backupmx.worker.schedule;

import io.backupmx.config.RetryConfig;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.worker.retry.RetrySchedule;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * When each recipient is tried again, and at what age it is given up, by the tables in use. The rule first: as the recipient's domain
 * says, else as is said for all; but a report that was made here, to somebody in a domain that is none of ours, lives as long as mail
 * does anywhere (RFC 5321 §4.5.4.1: 4 to 5 days), for a sender who cannot be reached that long will not be. What others sent is never that
 * short: also where its domain is ours by its MX records only, or was until a reload. Safe from any thread.
 */
public final class RetrySchedules {

    private final RetryConfig usual;
    private final RetryConfig ofReports;
    private final RelayTables tables;
    private final RandomGenerator random;
    private final Map<RetryConfig, RetrySchedule>
            ofMost; // worked out once; those of single domains when they are needed

    /** @param random safe from any thread */
    public RetrySchedules(RetryConfig usual, RelayTables tables, RandomGenerator random) {
        this.usual = usual;
        this.ofReports = new RetryConfig(usual.delays(), usual.reportLifetime(), usual.reportLifetime());
        this.tables = tables;
        this.random = random;
        this.ofMost =
                Stream.of(usual, ofReports).distinct().collect(Collectors.toUnmodifiableMap(one -> one, this::made));
    }

    /**
     * What follows if this try of {@code envelope} puts its recipients off, one for each of them, in order. Those with the same
     * schedule wait equally long, and so stay together.
     */
    public List<RetrySchedule.Next> after(Envelope envelope, Instant now) {
        Duration age = Duration.between(envelope.arrival().at(), now);
        Map<RetryConfig, RetrySchedule.Next> decided = new HashMap<>();
        return envelope.recipients().stream()
                .map(recipient -> decided.computeIfAbsent(
                        of(envelope, recipient), said -> schedule(said).nextAfter(envelope.attempts() + 1, age)))
                .toList();
    }

    private RetrySchedule schedule(RetryConfig said) {
        RetrySchedule known = ofMost.get(said);
        return known != null ? known : made(said);
    }

    private RetrySchedule made(RetryConfig said) {
        return new RetrySchedule(said.delays(), said.maxLifetime(), random);
    }

    private RetryConfig of(Envelope envelope, Recipient recipient) {
        return tables.retry(recipient.path())
                .map(said -> said.over(usual))
                .orElseGet(() -> envelope.arrival().isLocal()
                                && tables.way(recipient.path()).isEmpty()
                        ? ofReports
                        : usual);
    }

    /** Of that recipient of {@code envelope} who has the longest. */
    public Duration longestLifetime(Envelope envelope) {
        return lifetime(envelope, BinaryOperator.maxBy(Duration::compareTo));
    }

    /** Of that recipient of {@code envelope} who has the shortest. */
    public Duration shortestLifetime(Envelope envelope) {
        return lifetime(envelope, BinaryOperator.minBy(Duration::compareTo));
    }

    private Duration lifetime(Envelope envelope, BinaryOperator<Duration> choice) {
        return envelope.recipients().stream()
                .map(recipient -> of(envelope, recipient).maxLifetime())
                .reduce(choice)
                .orElse(usual.maxLifetime());
    }

    /** No mail of {@code route} has less. */
    public Duration shortestLifetime(Route route) {
        Stream<Duration> said = tables.retries().stream().flatMap(domain -> domain.maxLifetime().stream());
        Stream<Duration> reports = route instanceof Route.ByMx ? Stream.of(usual.reportLifetime()) : Stream.empty();
        return Stream.concat(said, reports).reduce(usual.maxLifetime(), BinaryOperator.minBy(Duration::compareTo));
    }

    /** The retry queues to serve, of all domains. */
    public List<Duration> queues() {
        Set<Duration> delays = new HashSet<>(usual.delays());
        tables.retries().stream().flatMap(domain -> domain.delays().stream()).forEach(delays::addAll);
        return RetrySchedule.queues(delays);
    }
}
