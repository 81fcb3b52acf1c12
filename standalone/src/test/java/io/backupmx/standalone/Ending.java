package io.backupmx.standalone;

import io.backupmx.testing.Traffic;
import io.backupmx.testing.Traffic.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a scenario came to; its text is the line of figures that a report quotes.
 *
 * @param mended when the trouble ended
 * @param failed mails that the log calls failed, bounced or expired
 */
record Ending(String scenario, int mails, RouteHistory history, Traffic traffic, Instant mended, int failed) {

    private static final Pattern FAILURE = Pattern.compile(".* mail .* (failed|bounced|expired)");

    /** How many mails a log says were given up. */
    static int failures(String log) {
        return (int) log.lines().filter(FAILURE.asMatchPredicate()).count();
    }

    /** Writes the log of a process where the build keeps what it makes: for whoever has to find out what went wrong. */
    static void keepLog(String name, String log) {
        try {
            Path directory = Files.createDirectories(Path.of("target", "scenario-logs"));
            Files.writeString(directory.resolve(name + ".log"), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deliveries of mails that had been delivered before. */
    int duplicates() {
        Collection<Integer> times = traffic.deliveries().values();
        return times.stream().mapToInt(Integer::intValue).sum() - times.size();
    }

    /** Mails that were delivered more than once, by their reverse-path. */
    Set<String> deliveredAgain() {
        return traffic.deliveries().entrySet().stream()
                .filter(mail -> mail.getValue() > 1)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The most transactions that one mail took. */
    int maxAttempts() {
        Collection<Integer> attempts = traffic.attempts().values();
        return attempts.isEmpty() ? 0 : Collections.max(attempts);
    }

    double meanAttempts() {
        return mails == 0 ? 0 : (double) traffic.transactions().size() / mails;
    }

    /** From the end of the trouble until the first mail was taken. */
    Duration toFirst() {
        return traffic.since(mended).transactions().stream()
                .filter(Transaction::accepted)
                .flatMap(mail -> mail.ended().stream())
                .min(Instant::compareTo)
                .map(first -> Duration.between(mended, first))
                .orElse(Duration.ZERO);
    }

    /** From the end of the trouble until the last mail was taken. */
    Duration toDrain() {
        return traffic.transactions().stream()
                .filter(Transaction::accepted)
                .flatMap(mail -> mail.ended().stream())
                .max(Instant::compareTo)
                .filter(last -> last.isAfter(mended))
                .map(last -> Duration.between(mended, last))
                .orElse(Duration.ZERO);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "scenario=%s mails=%d delivered=%d duplicates=%d failed=%d states=%s attempts_max=%d attempts_mean=%.2f"
                        + " connections=%d connects_per_s_max=%d connections_max=%d sent_away=%d in_flight_max=%d"
                        + " first_ms=%d drain_ms=%d",
                scenario,
                mails,
                traffic.deliveries().size(),
                duplicates(),
                failed,
                history,
                maxAttempts(),
                meanAttempts(),
                traffic.connections().size(),
                traffic.maxConnectsPerSecond(),
                traffic.maxConnections(),
                traffic.refusedConnections(),
                traffic.maxTransactions(),
                toFirst().toMillis(),
                toDrain().toMillis());
    }
}
