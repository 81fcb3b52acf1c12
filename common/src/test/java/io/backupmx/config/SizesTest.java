package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SizesTest {

    @Property
    void whatIsFormattedIsReadBack(@ForAll @LongRange(max = 1L << 50) long bytes) {
        assertThat(Sizes.parse(Sizes.format(bytes))).contains(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "5000, 5000",
        "10B, 10",
        "100KiB, 102400",
        "50MiB, 52428800",
        "50 MB, 50000000",
        "1gib, 1073741824",
        "1kB, 1000",
        "2TB, 2000000000000"
    })
    void sizesAreRead(String text, long bytes) {
        assertThat(Sizes.parse(text)).contains(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "50M", "1k", "-1", "1.5MiB", "MiB", "1 apple", "999999999999999999TiB"})
    void otherTextIsRefused(String text) {
        assertThat(Sizes.parse(text)).isEmpty();
    }
}
