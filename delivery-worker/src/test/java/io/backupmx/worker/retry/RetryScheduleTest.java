package io.backupmx.worker.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.worker.retry.RetrySchedule.Next;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {

    private static final Duration LIFETIME = Duration.ofDays(30);

    @Test
    void aDelayComesInFourLengths() {
        assertThat(RetrySchedule.queues(List.of(Duration.ofMinutes(5))))
                .containsExactly(
                        Duration.ofSeconds(300),
                        Duration.ofSeconds(310),
                        Duration.ofSeconds(320),
                        Duration.ofSeconds(330));
    }

    @Test
    void aShortDelayHasFewerLengths() {
        assertThat(RetrySchedule.queues(List.of(Duration.ofSeconds(1)))).containsExactly(Duration.ofSeconds(1));
        assertThat(RetrySchedule.queues(List.of(Duration.ofSeconds(15))))
                .containsExactly(Duration.ofSeconds(15), Duration.ofSeconds(16));
    }

    @Test
    void attemptsCountFromOne() {
        assertThatThrownBy(() -> schedule(List.of(Duration.ofMinutes(5)), 0).nextAfter(0, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void aRetryIsNeverEarlyAndAtMostATenthLate(
            @ForAll("ascending") List<Duration> delays, @ForAll @IntRange(min = 1) int attempt, @ForAll long seed) {
        Duration configured = delays.get(Math.min(attempt, delays.size()) - 1);

        Duration delay = delay(schedule(delays, seed).nextAfter(attempt, Duration.ZERO));

        assertThat(delay).isBetween(configured, configured.plus(configured.dividedBy(10)));
        assertThat(delay.toMillis() % 1000).isZero();
    }

    @Property
    void delaysGrow(
            @ForAll("ascending") List<Duration> delays,
            @ForAll @IntRange(min = 1, max = 30) int attempt,
            @ForAll long seed) {
        Duration now = delay(schedule(delays, seed).nextAfter(attempt, Duration.ZERO));
        Duration later = delay(schedule(delays, seed).nextAfter(attempt + 1, Duration.ZERO));

        // The same draw in a delay with more lengths may be a shorter one of it.
        assertThat(later.plus(later.dividedBy(10))).isGreaterThanOrEqualTo(now);
        assertThat(later).isGreaterThanOrEqualTo(delays.get(Math.min(attempt, delays.size()) - 1));
    }

    @Property(tries = 200)
    void everyLengthOccursAndHasAQueueAndNoOtherHasOne(@ForAll("ascending") List<Duration> delays) {
        RetrySchedule schedule = schedule(delays, 1);
        Set<Duration> seen = new HashSet<>();
        for (int i = 0; i < 200 * delays.size(); i++) {
            seen.add(delay(schedule.nextAfter(1 + i % delays.size(), Duration.ZERO)));
        }
        assertThat(RetrySchedule.queues(delays))
                .containsExactlyInAnyOrderElementsOf(seen)
                .isSorted()
                .hasSizeLessThanOrEqualTo(4 * delays.size());
    }

    @Property
    void aRecipientIsGivenUpFromItsLifetimeOnAndNotBefore(
            @ForAll("ascending") List<Duration> delays,
            @ForAll @IntRange(min = 1) int attempt,
            @ForAll @LongRange(min = -400L * 86_400_000, max = 400L * 86_400_000) long ageMillis) {
        Duration age = Duration.ofMillis(ageMillis);

        Next next = schedule(delays, 0).nextAfter(attempt, age);

        if (age.compareTo(LIFETIME) >= 0) {
            assertThat(next)
                    .isEqualTo(new Next.Expired(
                            LIFETIME, RetrySchedule.queues(delays).getLast()));
        } else {
            assertThat(next).isInstanceOf(Next.Retry.class);
        }
    }

    @Test
    void theLifetimeIsExact() {
        RetrySchedule schedule = schedule(List.of(Duration.ofSeconds(1)), 0);

        assertThat(schedule.nextAfter(5, LIFETIME.minusMillis(1))).isEqualTo(new Next.Retry(Duration.ofSeconds(1)));
        assertThat(schedule.nextAfter(5, LIFETIME)).isEqualTo(new Next.Expired(LIFETIME, Duration.ofSeconds(1)));
    }

    @Test
    void anArrivalInTheFutureIsYoung() {
        assertThat(schedule(List.of(Duration.ofSeconds(1)), 0).nextAfter(1, Duration.ofDays(-400)))
                .isEqualTo(new Next.Retry(Duration.ofSeconds(1)));
    }

    @Provide
    Arbitrary<List<Duration>> ascending() {
        return Arbitraries.longs()
                .between(1, 86_400)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8)
                .map(seconds ->
                        seconds.stream().sorted().map(Duration::ofSeconds).toList());
    }

    private static RetrySchedule schedule(List<Duration> delays, long seed) {
        return new RetrySchedule(delays, LIFETIME, new Random(seed));
    }

    private static Duration delay(Next next) {
        return switch (next) {
            case Next.Retry(Duration delay) -> delay;
            case Next.Expired _ -> throw new AssertionError("expired");
        };
    }
}
