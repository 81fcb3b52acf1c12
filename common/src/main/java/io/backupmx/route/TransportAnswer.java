package io.backupmx.route;

import io.backupmx.smtp.EnhancedStatus;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the transport table answers in a next hop's stead: {@code error:} for good, {@code retry:} for now (error(8)).
 *
 * @param status of class 5 when it is for good, of class 4 when it is for now
 * @param text the operator's, or Postfix's own where there is none: short, printable ASCII
 */
public record TransportAnswer(EnhancedStatus status, String text) {

    private static final String DEFAULT_TEXT = "Address is undeliverable";

    private static final Pattern WITH_STATUS =
            Pattern.compile("[245]\\.(?<subject>\\d{1,3})\\.(?<detail>\\d{1,3})(?:\\s+(?<text>.*))?", Pattern.DOTALL);

    /** A reply line of 512 octets (RFC 5321 §4.5.3.1.5) has to hold an address, too. */
    private static final int MAX_TEXT = 100;

    /** The answer of {@code error:text}; the text may begin with an enhanced status. */
    static TransportAnswer error(String text) {
        return read(text, 5);
    }

    /** The answer of {@code retry:text}; the text may begin with an enhanced status. */
    static TransportAnswer retry(String text) {
        return read(text, 4);
    }

    /** Whether a client is to come again. */
    public boolean isTemporary() {
        return status.statusClass() == 4;
    }

    /** The transport decides on the class, whatever class its text names, as in Postfix. */
    private static TransportAnswer read(String nextHop, int statusClass) {
        Matcher matcher = WITH_STATUS.matcher(nextHop);
        if (!matcher.matches()) {
            return new TransportAnswer(new EnhancedStatus(statusClass, 1, 1), sayable(nextHop));
        }
        String text = matcher.group("text");
        return new TransportAnswer(
                new EnhancedStatus(
                        statusClass,
                        Integer.parseInt(matcher.group("subject")),
                        Integer.parseInt(matcher.group("detail"))),
                sayable(text == null ? "" : text));
    }

    private static String sayable(String text) {
        String line = text.strip().replaceAll("\\s+", " ").replaceAll("[^ -~]", "?");
        if (line.isEmpty()) {
            return DEFAULT_TEXT;
        }
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT).strip();
    }
}
