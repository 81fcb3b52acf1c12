package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.recipient.RecipientLookup;
import io.backupmx.testing.Deadline;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a lookup answers, and what that costs. */
final class Answers {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Answers() {}

    /** What the future comes to; an {@link ExecutionException} is its failure. */
    static boolean of(Future<Boolean> future) throws ExecutionException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("no answer", e);
        }
    }

    static boolean exists(RecipientLookup lookup, String address) {
        try {
            return of(lookup.exists(address));
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e);
        }
    }

    /** The message of its failure, which is one line. */
    static String failure(Future<Boolean> future) {
        try {
            throw new AssertionError("no failure: " + of(future));
        } catch (ExecutionException e) {
            String message = e.getCause().getMessage();
            assertThat(message).isNotBlank().doesNotContain("\n").hasSizeLessThan(500);
            return message;
        }
    }

    static String failure(RecipientLookup lookup, String address) {
        return failure(lookup.exists(address));
    }

    /** Asks until there is an answer, which is returned. */
    static boolean eventually(RecipientLookup lookup, String address) {
        Deadline deadline = Deadline.in(PATIENCE);
        while (true) {
            try {
                return of(lookup.exists(address));
            } catch (ExecutionException e) {
                if (deadline.isOver()) {
                    throw new AssertionError("it does not recover", e);
                }
            }
        }
    }

    /**
     * Asks 500 questions at once of a server that does not answer: each fails in time, and neither threads nor connections are
     * more than a few.
     */
    static void allFailInTime(RecipientLookup lookup, Duration timeout, int port) {
        int threads = platformThreads();
        long start = System.nanoTime();
        List<Future<Boolean>> all = IntStream.range(0, 500)
                .mapToObj(i -> lookup.exists("nobody" + i + "@example.org"))
                .toList();
        int mostThreads = 0;
        long mostConnections = 0;
        Deadline deadline = Deadline.in(PATIENCE);
        while (!all.stream().allMatch(Future::isComplete) && !deadline.isOver()) {
            mostThreads = Math.max(mostThreads, platformThreads());
            mostConnections = Math.max(mostConnections, connections(port));
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        for (Future<Boolean> one : all) {
            assertThat(failure(one)).startsWith("recipient source ");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(timeout, timeout.plusSeconds(2));
        assertThat(mostConnections).isBetween(1L, 9L);
        assertThat(mostThreads - threads).isLessThan(25);
    }

    /** Returns when {@code count} returns nothing but 0. */
    static void awaitNone(Statement statement, String count) throws SQLException {
        Deadline deadline = Deadline.in(PATIENCE);
        while (true) {
            try (ResultSet rows = statement.executeQuery(count)) {
                rows.next();
                if (rows.getInt(1) == 0) {
                    return;
                }
                assertThat(deadline.isOver()).as(count).isFalse();
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private static int platformThreads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    /** How many established connections this machine has to {@code port} of 127.0.0.1. */
    private static long connections(int port) {
        String remote = String.format(Locale.ROOT, "0100007F:%04X", port);
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(file -> lines(Path.of(file)))
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields[2].endsWith(remote) && fields[3].equals("01"))
                .count();
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
