package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.artemis.DelayClock.Due;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DelayClockTest {

    private static final Duration DELAY = Duration.ofMinutes(5);

    private Instant wall = Instant.parse("2026-11-23T08:00:00Z");
    private long nanos = Long.MAX_VALUE - 1_000_000_000; // near its overflow, as nanoTime may be
    private final DelayClock clock = new DelayClock(DELAY, () -> wall, () -> nanos);

    @Test
    void mailIsDueWhenItSays() {
        Due due = deferredNow();
        pass(DELAY.minusMillis(1));
        assertThat(clock.isDue(due)).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(clock.isDue(due)).isTrue();
    }

    @Test
    void mailWhoseTimeHasPassedIsDue() {
        assertThat(clock.isDue(clock.dueOf(Optional.of(wall)))).isTrue();
        assertThat(clock.isDue(clock.dueOf(Optional.of(Instant.EPOCH)))).isTrue();
        assertThat(clock.isDue(clock.dueOf(Optional.of(Instant.MIN)))).isTrue();
    }

    @Test
    void mailThatDoesNotSayWaitsTheWholeDelay() {
        assertThat(wait(clock.dueOf(Optional.empty()))).isEqualTo(DELAY);
    }

    @Test
    void noMailWaitsLongerThanTheDelay() {
        assertThat(wait(clock.dueOf(Optional.of(wall.plus(Duration.ofDays(300))))))
                .isEqualTo(DELAY);
        assertThat(wait(clock.dueOf(Optional.of(Instant.MAX)))).isEqualTo(DELAY);
    }

    @Test
    void aClockThatJumpsWhileMailIsHeldChangesNothing() {
        Due due = deferredNow();
        wall = wall.plus(Duration.ofDays(1));
        assertThat(wait(due)).isEqualTo(DELAY);
        wall = wall.minus(Duration.ofDays(2));
        assertThat(wait(due)).isEqualTo(DELAY);
        pass(DELAY);
        assertThat(clock.isDue(due)).isTrue();
    }

    @Test
    void aQueueDeferredBeforeTheClockWasSetBackKeepsItsOwnDistances() {
        Instant before = wall;
        wall = wall.minus(Duration.ofHours(1));

        assertThat(wait(clock.dueOf(Optional.of(before.plus(DELAY))))).isEqualTo(DELAY);
        pass(DELAY);
        // Not another whole delay each, one behind the other.
        assertThat(wait(clock.dueOf(Optional.of(before.plus(DELAY).plusSeconds(10)))))
                .isEqualTo(Duration.ofSeconds(10));
        pass(Duration.ofSeconds(10));
        assertThat(wait(clock.dueOf(Optional.of(before.plus(DELAY).plusSeconds(11)))))
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void mailDeferredAfterTheClockWasSetBackIsNotEarly() {
        deferredNow();
        pass(Duration.ofMinutes(2));
        wall = wall.minus(Duration.ofMinutes(1));
        assertThat(wait(deferredNow())).isEqualTo(DELAY);
        pass(Duration.ofMinutes(1));
        wall = wall.minus(Duration.ofHours(1));
        assertThat(wait(deferredNow())).isEqualTo(DELAY);
    }

    @Test
    void anotherWorkersFastClockMakesNoMailEarly() {
        deferredNow();
        pass(Duration.ofSeconds(30));
        assertThat(wait(clock.dueOf(Optional.of(wall.plus(DELAY).plusSeconds(20)))))
                .isEqualTo(DELAY);
    }

    @Test
    void aFlushMakesDueWhatWasDeferredBeforeItAndNothingElse() {
        Due before = deferredNow();
        pass(Duration.ofSeconds(1));
        clock.flush();
        assertThat(clock.isDue(before)).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(clock.isDue(deferredNow())).isFalse();
    }

    @Test
    void aFlushThatLiesInTheFutureCountsNoMore() {
        clock.flush();
        wall = wall.minus(Duration.ofHours(1));
        assertThat(clock.isDue(deferredNow())).isFalse();
    }

    private Due deferredNow() {
        return clock.dueOf(Optional.of(wall.plus(DELAY)));
    }

    private void pass(Duration time) {
        wall = wall.plus(time);
        nanos += time.toNanos();
    }

    private Duration wait(Due due) {
        return Duration.ofNanos(clock.waitNanos(due));
    }
}
