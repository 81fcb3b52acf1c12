package io.backupmx.worker.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.worker.retry.BackOffTable.BackOff;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackOffTableTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration FIRST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private Instant now = START;
    private final BackOffTable table = new BackOffTable(FIRST, LONGEST, () -> now, new Random(1));

    @Test
    void aStrangerMayBeTriedByAll() {
        assertThat(table.begin("a")).isEmpty();
        assertThat(table.begin("a")).isEmpty();
        assertThat(table.answered("a")).isFalse();
    }

    @Test
    void whatFailedIsLeftAloneWithItsReason() {
        assertThat(table.failed("a", "refused")).isTrue();

        assertThat(table.of("a")).map(BackOff::why).contains("refused");
        assertThat(table.begin("a")).isPresent();
        assertThat(table.of("b")).isEmpty();
    }

    @Test
    void whenTheTimeIsOverOneTriesAndTheOthersWait() {
        table.failed("a", "refused");
        now = now.plus(FIRST);

        assertThat(table.of("a")).isEmpty();
        assertThat(table.begin("a")).isEmpty();
        assertThat(table.begin("a")).contains(new BackOff(now.plus(FIRST), "refused"));
        table.untried("a");
        assertThat(table.begin("a")).isEmpty();
    }

    @Test
    void whoNeverSaysHowItEndedDoesNotBlockForEver() {
        table.failed("a", "refused");
        now = now.plus(FIRST);
        assertThat(table.begin("a")).isEmpty();
        now = now.plus(Duration.ofMinutes(3));

        assertThat(table.begin("a")).isEmpty();
    }

    @Test
    void anAnswerMakesItAStrangerAgain() {
        table.failed("a", "refused");
        now = now.plus(FIRST);
        table.begin("a");

        assertThat(table.answered("a")).isTrue();
        assertThat(table.begin("a")).isEmpty();
        assertThat(table.begin("a")).isEmpty();
        assertThat(table.size()).isZero();
    }

    @Test
    void failuresOfTheSameTimeAreOne() {
        assertThat(table.failed("a", "one")).isTrue();
        Optional<BackOff> first = table.of("a");
        assertThat(table.failed("a", "two")).isFalse();

        assertThat(table.of("a")).isEqualTo(first);
    }

    @Test
    void aFlushForgetsAll() {
        table.failed("a", "refused");
        table.clear();

        assertThat(table.of("a")).isEmpty();
    }

    @Test
    void aClockThatWasSetBackHoldsNobodyForLong() {
        table.failed("a", "refused");
        now = START.minus(Duration.ofDays(1));

        assertThat(table.of("a")).isEmpty();
    }

    @Property(tries = 200)
    void eachFailureDoublesTheTimeUpToTheLongest(@ForAll @IntRange(min = 1, max = 40) int failures, @ForAll long seed) {
        now = START;
        BackOffTable fresh = new BackOffTable(FIRST, LONGEST, () -> now, new Random(seed));
        for (int i = 1; i < failures; i++) {
            fresh.failed("a", "refused");
            now = fresh.of("a").orElseThrow().until();
        }
        fresh.failed("a", "refused");

        Duration wait = Duration.between(now, fresh.of("a").orElseThrow().until());
        double seconds = Math.min(FIRST.toSeconds() * Math.pow(2, failures - 1), LONGEST.toSeconds());
        assertThat(wait.toMillis() / 1000.0).isBetween(seconds * 0.79, seconds);
        assertThat(fresh.queueUntil(now.plus(wait)).compareTo(wait)).isNotNegative();
    }

    @Test
    void mailWaitsInTheShortestQueueThatLasts() {
        assertThat(table.queues())
                .containsExactly(
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(16),
                        LONGEST);
        assertThat(table.queueUntil(now.plusMillis(1500))).isEqualTo(Duration.ofSeconds(2));
        assertThat(table.queueUntil(now.plusMillis(2001))).isEqualTo(Duration.ofSeconds(4));
        assertThat(table.queueUntil(now.minusSeconds(5))).isEqualTo(Duration.ofSeconds(2));
        assertThat(table.queueUntil(now.plusSeconds(99))).isEqualTo(LONGEST);
    }

    @Test
    void theTableIsBounded() {
        for (int i = 0; i < 30_000; i++) {
            table.failed("host" + i, "refused");
        }
        assertThat(table.size()).isLessThanOrEqualTo(10_000);
    }
}
