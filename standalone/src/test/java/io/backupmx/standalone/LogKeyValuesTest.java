package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LogKeyValuesTest {

    @Test
    void plainValuesAreBare() {
        assertThat(convert(
                        new KeyValuePair("queue_id", "01J0000000000001"),
                        new KeyValuePair("next_hop", "[mx1.example.org]:25"),
                        new KeyValuePair("size", 4096)))
                .isEqualTo("queue_id=01J0000000000001 next_hop=[mx1.example.org]:25 size=4096 ");
    }

    @Test
    void valuesOfSeveralWordsAreQuoted() {
        assertThat(convert(new KeyValuePair("reply", "550 5.1.1 no \"such\" user")))
                .isEqualTo("reply=\"550 5.1.1 no \\\"such\\\" user\" ");
        assertThat(convert(new KeyValuePair("from", ""))).isEqualTo("from=\"\" ");
    }

    @Test
    void noValueCanWriteALineOfItsOwn() {
        assertThat(convert(new KeyValuePair("helo", "x\r\n2026-01-01 INFO mail delivered")))
                .isEqualTo("helo=\"x\\u000d\\u000a2026-01-01 INFO mail delivered\" ");
    }

    @Test
    void eventWithoutValuesHasNone() {
        assertThat(convert()).isEmpty();
    }

    private static String convert(KeyValuePair... pairs) {
        LoggingEvent event = new LoggingEvent();
        event.setKeyValuePairs(Arrays.asList(pairs));
        return new LogKeyValues().convert(event);
    }
}
