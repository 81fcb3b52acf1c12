package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A wrong clock does not empty the spool. */
class ExpiryGuardTest {

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private int workers = 1;
    private final ExpiryGuard guard = new ExpiryGuard("mx.example", () -> now, () -> workers);

    @Test
    void aThousandMayExpireInAnHourAndNoMore() {
        expireAll();
        assertThat(guard.isStopped()).isFalse();
        assertThat(guard.mayExpire()).isFalse();
        assertThat(guard.isStopped()).isTrue();
        now = now.plus(Duration.ofMinutes(59));
        assertThat(guard.mayExpire()).isFalse();
        now = now.plus(Duration.ofMinutes(1));
        assertThat(guard.isStopped()).isFalse();
        assertThat(guard.mayExpire()).isTrue();
    }

    @Test
    void aClockSetBackDoesNotStopItForDays() {
        expireAll();
        assertThat(guard.mayExpire()).isFalse();
        now = now.minus(Duration.ofDays(40));
        assertThat(guard.mayExpire()).isTrue();
        assertThat(guard.isStopped()).isFalse();
    }

    @Test
    void allWorkersTogetherExpireAThousand() {
        workers = 4;
        for (int i = 0; i < ExpiryGuard.MAX_IN_A_WINDOW / 4; i++) {
            assertThat(guard.mayExpire()).isTrue();
        }
        assertThat(guard.mayExpire()).isFalse();
        assertThat(guard.isStopped()).isTrue();
    }

    @Test
    void whoLooksAfterARouteAloneHasAllOfThem() {
        workers = 4;
        for (int i = 0; i < ExpiryGuard.MAX_IN_A_WINDOW; i++) {
            assertThat(guard.mayExpireAlone()).isTrue();
        }
        assertThat(guard.mayExpireAlone()).isFalse();
    }

    private void expireAll() {
        for (int i = 0; i < ExpiryGuard.MAX_IN_A_WINDOW; i++) {
            assertThat(guard.mayExpire()).isTrue();
        }
    }
}
