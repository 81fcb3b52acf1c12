package io.backupmx.route;

import java.util.Locale;
import java.util.Optional;

/**
 * One entry of a Postfix table (postmap(1)): a key, white space, a value. White space within double quotes or behind a
 * backslash is part of the key; the quotes stay in it. Keys are folded to lower case.
 *
 * @param line of the file, from 1
 * @param value empty when the line is a key alone
 */
public record PostfixEntry(int line, String key, String value) {

    /** The entry in {@code line}, or empty when a quote is not closed. */
    static Optional<PostfixEntry> parse(LogicalLines.Line line) {
        String text = line.text();
        int end = 0;
        boolean quoted = false;
        for (; end < text.length() && (quoted || !LogicalLines.isSpace(text.charAt(end))); end++) {
            if (text.charAt(end) == '"') {
                quoted = !quoted;
            } else if (text.charAt(end) == '\\' && end + 1 < text.length()) {
                end++;
            }
        }
        return quoted
                ? Optional.empty()
                : Optional.of(new PostfixEntry(
                        line.number(), text.substring(0, end).toLowerCase(Locale.ROOT), trimmed(text, end)));
    }

    private static String trimmed(String text, int start) {
        int end = text.length();
        while (start < end && LogicalLines.isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && LogicalLines.isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }
}
