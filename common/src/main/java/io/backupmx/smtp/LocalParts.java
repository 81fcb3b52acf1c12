package io.backupmx.smtp;

import java.util.Optional;

/** Quoting of local parts: {@code Dot-string} and {@code Quoted-string} of RFC 5321 §4.1.2. */
final class LocalParts {

    private LocalParts() {}

    /** What {@code text} means, or empty when it is neither a dot-string nor a quoted string. */
    static Optional<String> unquote(String text) {
        if (text.isEmpty() || text.charAt(0) != '"') {
            return isDotString(text) ? Optional.of(text) : Optional.empty();
        }
        if (text.length() < 2 || text.charAt(text.length() - 1) != '"') {
            return Optional.empty();
        }
        StringBuilder meaning = new StringBuilder(text.length());
        for (int i = 1; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return Optional.empty();
            }
            if (c == '\\' && ++i == text.length() - 1) {
                return Optional.empty();
            }
            meaning.append(text.charAt(i));
        }
        return Optional.of(meaning.toString());
    }

    static String quote(String meaning) {
        if (isDotString(meaning)) {
            return meaning;
        }
        StringBuilder quoted = new StringBuilder(meaning.length() + 2).append('"');
        for (char c : meaning.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append('"').toString();
    }

    /** Dots at the ends and in a row are not RFC 5321, but mailboxes with them exist; they travel quoted. */
    private static boolean isDotString(String text) {
        boolean dot = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && dot) {
                return false;
            }
            if (c != '.' && !isAtext(c)) {
                return false;
            }
            dot = c == '.';
        }
        return !dot;
    }

    /** RFC 5322 §3.2.3, and RFC 6531 §3.3 beyond ASCII. */
    private static boolean isAtext(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c > 127
                || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0;
    }
}
