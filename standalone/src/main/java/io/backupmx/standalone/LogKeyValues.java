package io.backupmx.standalone;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/**
 * A log event's key-values, {@code queue_id=… next_hop=…}. Values that hold more than one word are quoted, and control
 * characters escaped: a peer's reply must not be able to write a log line of its own.
 */
public final class LogKeyValues extends ClassicConverter {

    @Override
    public String convert(ILoggingEvent event) {
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs == null || pairs.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        for (KeyValuePair pair : pairs) {
            text.append(pair.key).append('=');
            append(text, String.valueOf(pair.value));
            text.append(' ');
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String value) {
        if (!value.isEmpty() && value.chars().allMatch(LogKeyValues::isPlain)) {
            text.append(value);
            return;
        }
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                text.append("\\u%04x".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    private static boolean isPlain(int c) {
        return c > ' ' && c < 127 && c != '"' && c != '\\' && c != '=';
    }
}
