package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailedLatelyTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final List<String> ALL = List.of("a", "b", "c");

    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - Duration.ofMinutes(2).toNanos()); // it may overflow
    private final FailedLately<String> failed = new FailedLately<>(FailedLately.COSTLY, nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void whoFailedComesLastUntilItAnswers() {
        failed.failed("a", LONG);
        assertThat(failed.order(ALL)).containsExactly("b", "c", "a");
        failed.failed("b", LONG);
        assertThat(failed.order(ALL)).containsExactly("c", "a", "b");
        failed.answered("a");
        assertThat(failed.order(ALL)).containsExactly("a", "c", "b");
    }

    @Test
    void whoFailsAtOnceCostsNothing() {
        failed.failed("a", Duration.ofMillis(3));
        assertThat(failed.order(ALL)).isEqualTo(ALL);
    }

    @Test
    void oneLooksAfterAMinuteThenAfterTwiceTheTimeUpToFourMinutes() {
        failed.failed("a", LONG);
        failed.failed("a", LONG); // by many at once
        for (int minutes : List.of(1, 2, 4, 4, 4)) {
            pass(Duration.ofMinutes(minutes).minusSeconds(1));
            assertThat(failed.isToBeLookedAt("a")).isFalse();
            pass(Duration.ofSeconds(1));
            assertThat(failed.isToBeLookedAt("a")).as("after %d min", minutes).isTrue();
            assertThat(failed.isToBeLookedAt("a")).isFalse();
            failed.failed("a", LONG);
        }
        assertThat(failed.isToBeLookedAt("b")).isFalse();
    }

    @Test
    void aQuarterOfAnHourAfterTheLastFailureItIsForgotten() {
        failed.failed("a", LONG);
        pass(FailedLately.HOLDS);
        assertThat(failed.order(ALL)).containsExactly("b", "c", "a");
        pass(Duration.ofNanos(1));
        assertThat(failed.order(ALL)).isEqualTo(ALL);
    }
}
