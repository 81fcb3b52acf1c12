package io.backupmx.worker.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReportLimitsTest {

    private final AtomicLong now = new AtomicLong(1);

    @Test
    void oneAddressHearsSoManyWithinAnHour() {
        ReportLimits limits = new ReportLimits(1000, 2, now::get);
        assertThat(limits.take("a@x.test")).isTrue();
        assertThat(limits.take("A@x.test")).isTrue();
        assertThat(limits.take("a@x.test")).isFalse();
        assertThat(limits.take("b@x.test")).isTrue();
        now.addAndGet(Duration.ofMinutes(59).toNanos());
        assertThat(limits.take("a@x.test")).isFalse();
        now.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(limits.take("a@x.test")).isTrue();
    }

    @Test
    void allTogetherHearSoManyWithinAMinute() {
        ReportLimits limits = new ReportLimits(3, 100, now::get);
        for (int i = 0; i < 3; i++) {
            assertThat(limits.take(i + "@x.test")).isTrue();
        }
        assertThat(limits.take("9@x.test")).isFalse();
        now.addAndGet(Duration.ofSeconds(61).toNanos());
        assertThat(limits.take("9@x.test")).isTrue();
    }
}
