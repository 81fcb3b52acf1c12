package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.testing.ScriptedPrimary;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * One product, one primary in trouble, and mail known by its numbers: what becomes of each, what the route's gate does, and
 * what the primary sees of it. The primary does not run yet; a test says what troubles it, and when that is over
 * ({@link #mended}), which is what the figures of {@link #end} count from.
 */
final class Scenario implements AutoCloseable {

    /** How long a mail that was tempfailed waits: short, else a test would only wait. */
    static final Duration RETRY = Duration.ofSeconds(2);

    private static final Duration TO_TELL = Duration.ofSeconds(20);

    private final String name;
    private final Instance instance;
    private final ScriptedPrimary primary = ScriptedPrimary.stopped().keepingNothing(MarkedLoad::isIntact);
    private final MarkedLoad load;
    private Instant mended = Instant.now();

    private Scenario(String name, Path directory) {
        this.name = name;
        this.instance = new Instance(directory.resolve(name)).backingUp(MarkedLoad.DOMAIN, primary.port());
        this.load = new MarkedLoad(instance.smtpPort());
    }

    /** Runs when this returns. */
    static Scenario of(String name, Path directory, String... settings) {
        Scenario scenario = new Scenario(name, directory);
        scenario.instance
                .set(
                        retrying(RETRY),
                        "worker.connect_timeout=2s",
                        "worker.greeting_timeout=5s",
                        "worker.command_timeout=5s",
                        "worker.mail_timeout=5s",
                        "worker.recipient_timeout=5s",
                        "worker.data_timeout=5s",
                        "worker.data_block_timeout=5s",
                        "worker.final_dot_timeout=5s")
                .set(settings)
                .start();
        return scenario;
    }

    /** The setting by which tempfailed mail is tried again every {@code delay}. */
    static String retrying(Duration delay) {
        return "retry.delays=[" + Math.max(1, delay.toSeconds()) + "s]";
    }

    Instance instance() {
        return instance;
    }

    ScriptedPrimary primary() {
        return primary;
    }

    MarkedLoad load() {
        return load;
    }

    String route() {
        return "smtp:[127.0.0.1]:" + primary.port();
    }

    /** The trouble ends, now. */
    Instant mended() {
        mended = Instant.now();
        return mended;
    }

    RouteHistory history() {
        return RouteHistory.of(instance.output(), route());
    }

    /** The state of the route now, as an operator is shown it, in upper case. */
    String state() {
        return instance.json("/api/v1/routes")
                .path("routes")
                .valueStream()
                .filter(route -> route.path("route").asText().equals(route()))
                .map(route -> route.path("state").asText().toUpperCase(Locale.ROOT))
                .findFirst()
                .orElse("unknown");
    }

    void awaitState(String state, Duration timeout) {
        Instance.await(
                timeout,
                () -> assertThat(state())
                        .as("state of the route; so far %s", history())
                        .isEqualTo(state));
    }

    /** Lets this time pass: for what must not happen meanwhile. */
    static void pass(Duration time) {
        Awaitility.await().pollDelay(time).atMost(time.plus(TO_TELL)).until(() -> true);
    }

    /** Attempts that the product counts, by sender, of all mail that waits. */
    Map<String, Integer> attemptsOfWaiting() {
        Map<String, Integer> attempts = new TreeMap<>();
        for (JsonNode mail : instance.queue()) {
            attempts.put(mail.path("sender").asText(), mail.path("attempts").asInt());
        }
        return attempts;
    }

    /** How many mails rest as failed. */
    long failed() {
        return instance.json("/api/v1/queues")
                .path("queues")
                .valueStream()
                .filter(queue -> Set.of("failed", "dead-letter")
                        .contains(queue.path("kind").asText()))
                .mapToLong(queue -> queue.path("messages").asLong())
                .sum();
    }

    /** Returns when {@code count} different mails are delivered. */
    void awaitDelivered(int count, Duration timeout) {
        primary.awaitMailCount(count, timeout);
        Instance.await(timeout, () -> assertThat(primary.traffic().deliveries()).hasSizeGreaterThanOrEqualTo(count));
    }

    /** Until everything is delivered and nothing waits; prints what it came to, and finds that nothing was lost. */
    Ending end(Duration timeout) {
        try {
            Instance.await(
                    timeout,
                    () -> assertThat(primary.traffic().deliveries())
                            .as("mails delivered of %d; route %s", load.sent(), history())
                            .hasSize(load.sent()));
            instance.awaitEmptyQueue(TO_TELL);
        } finally {
            System.out.println(ending());
            Ending.keepLog(name, instance.output());
        }
        Ending ending = ending();
        assertThat(ending.traffic().deliveries().keySet())
                .as("delivered")
                .isEqualTo(IntStream.rangeClosed(1, load.sent())
                        .mapToObj(MarkedLoad::sender)
                        .collect(Collectors.toSet()));
        assertThat(ending.failed()).as("failed for good").isZero();
        assertThat(failed()).as("resting as failed").isZero();
        assertThat(primary.violations()).isEmpty();
        assertThat(instance.output()).doesNotContain("Exception");
        return ending;
    }

    private Ending ending() {
        return new Ending(name, load.sent(), history(), primary.traffic(), mended, Ending.failures(instance.output()));
    }

    @Override
    public void close() {
        instance.close();
        primary.close();
    }
}
