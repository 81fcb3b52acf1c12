package io.backupmx.worker.gate;

import static io.backupmx.worker.gate.Trouble.Kind.NO_ANSWER;
import static io.backupmx.worker.gate.Trouble.Kind.UNHEALTHY;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeScheduleTest {

    private static final Duration INTERVAL = Duration.ofMillis(1500);
    private static final RandomGenerator NO_JITTER = () -> 0;

    private final ProbeSchedule schedule =
            new ProbeSchedule(INTERVAL, Duration.ofSeconds(15), Duration.ofSeconds(5), Duration.ofSeconds(60));

    @ParameterizedTest
    @CsvSource({"PT0S,1500", "PT59M59S,1500", "PT1H,1500", "PT2H,3000", "PT6H,9000", "PT10H,15000", "P30D,15000"})
    void silenceIsProbedOftenForAnHourThenLessAndLess(Duration downFor, long millis) {
        assertThat(schedule.waitAfter(NO_ANSWER, downFor, Duration.ZERO, 0, NO_JITTER))
                .isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void theIntervalRunsFromStartToStart() {
        assertThat(schedule.waitAfter(NO_ANSWER, Duration.ZERO, Duration.ofMillis(400), 0, NO_JITTER))
                .isEqualTo(Duration.ofMillis(1100));
        assertThat(schedule.waitAfter(NO_ANSWER, Duration.ZERO, Duration.ofSeconds(2), 0, NO_JITTER))
                .isEqualTo(Duration.ZERO);
    }

    @ParameterizedTest
    @CsvSource({"1,5", "2,10", "3,20", "4,40", "5,60", "1000000,60"})
    void theUnwellAreLeftInPeaceEverLonger(int inRow, long seconds) {
        assertThat(schedule.waitAfter(UNHEALTHY, Duration.ZERO, Duration.ofSeconds(30), inRow, NO_JITTER))
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void jitterOnlyShortens() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            assertThat(schedule.waitAfter(NO_ANSWER, Duration.ZERO, Duration.ZERO, 0, random))
                    .isBetween(Duration.ofMillis(1350), INTERVAL);
        }
    }

    @Test
    void aLaterIntervalBelowTheFirstIsTheFirst() {
        ProbeSchedule odd =
                new ProbeSchedule(Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofSeconds(9), INTERVAL);
        assertThat(odd.waitAfter(NO_ANSWER, Duration.ofDays(2), Duration.ZERO, 0, NO_JITTER))
                .isEqualTo(Duration.ofSeconds(20));
        assertThat(odd.waitAfter(UNHEALTHY, Duration.ZERO, Duration.ZERO, 7, NO_JITTER))
                .isEqualTo(Duration.ofSeconds(9));
    }
}
