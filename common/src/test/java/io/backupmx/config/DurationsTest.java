package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {

    @Property
    void whatIsFormattedIsReadBack(@ForAll @LongRange(max = 1_000_000_000_000L) long millis) {
        Duration duration = Duration.ofMillis(millis);

        assertThat(Durations.parse(Durations.format(duration))).contains(duration);
    }

    @ParameterizedTest
    @CsvSource({
        "0s, PT0S",
        "1500ms, PT1.5S",
        "5m, PT5M",
        "5ms, PT0.005S",
        "90s, PT90S",
        "1h30m, PT1H30M",
        "1m5ms, PT1M0.005S",
        "30d, PT720H",
        "1w2d, PT216H",
        "' 2 h 5 m ', PT2H5M",
        "999999999s, PT999999999S"
    })
    void timesAreRead(String text, Duration duration) {
        assertThat(Durations.parse(text)).contains(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "5",
                "0",
                "m",
                "5 minuts",
                "5min",
                "5M",
                "-5s",
                "1.5s",
                "5s5s",
                "30m1h",
                "5 m s",
                "5mm",
                "1h 30",
                "9999999999s",
                "5٣s",
                "PT5S"
            })
    void otherTextIsRefused(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }

    @Test
    void unitsAreLeftOutWhenZero() {
        assertThat(Durations.format(Duration.ofHours(49))).isEqualTo("2d1h");
        assertThat(Durations.format(Duration.ZERO)).isEqualTo("0s");
    }
}
