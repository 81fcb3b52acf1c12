package io.backupmx.worker.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.worker.retry.RetrySchedule.Next;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {

    private static final Duration DELAY = Duration.ofMinutes(5);
    private static final Duration LIFETIME = Duration.ofDays(30);

    private final RetrySchedule schedule = new RetrySchedule(DELAY, LIFETIME);

    @Test
    void everyRetryWaitsEquallyLong() {
        assertThat(schedule.nextAfter(1, Duration.ZERO)).isEqualTo(new Next.Retry(DELAY));
        assertThat(schedule.nextAfter(9999, Duration.ofDays(29))).isEqualTo(new Next.Retry(DELAY));
    }

    @Test
    void aRecipientIsGivenUpAtItsLifetimeAndNotBefore() {
        assertThat(schedule.nextAfter(5, LIFETIME.minusMillis(1))).isEqualTo(new Next.Retry(DELAY));
        assertThat(schedule.nextAfter(5, LIFETIME)).isEqualTo(new Next.Expired(LIFETIME));
        assertThat(schedule.nextAfter(1, LIFETIME.plusDays(300))).isEqualTo(new Next.Expired(LIFETIME));
    }

    @Test
    void anArrivalInTheFutureIsYoung() {
        assertThat(schedule.nextAfter(1, Duration.ofHours(-1))).isEqualTo(new Next.Retry(DELAY));
    }

    @Test
    void attemptsCountFromOne() {
        assertThatThrownBy(() -> schedule.nextAfter(0, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }
}
