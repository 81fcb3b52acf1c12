package io.backupmx.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OnceInAWhileTest {

    private long now = Long.MAX_VALUE - 50; // as nanoTime may, it wraps around

    @Test
    void itIsDueAtOnceAndThenAfterAWhile() {
        OnceInAWhile complaint = new OnceInAWhile(Duration.ofNanos(100), () -> now);
        assertThat(complaint.isDue()).isTrue();
        assertThat(complaint.isDue()).isFalse();
        now += 99;
        assertThat(complaint.isDue()).isFalse();
        now += 1;
        assertThat(complaint.isDue()).isTrue();
        assertThat(complaint.isDue()).isFalse();
    }
}
