package io.backupmx.smtp;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;

/**
 * The part of a mailbox behind the {@code @}: a domain name in canonical form (lower case, A-labels, no trailing dot;
 * RFC 5321 §2.3.5, RFC 5890) or an address literal in its brackets (RFC 5321 §4.1.3). Two spellings of one domain are equal.
 */
public record Domain(String name) {

    /** RFC 5321 §4.5.3.1.2. */
    private static final int MAX_OCTETS = 255;

    public Domain {
        if (!isCanonical(name)) {
            throw new IllegalArgumentException("'" + name + "' is not a domain name");
        }
    }

    /** @throws IllegalArgumentException when {@code text} is no domain and no address literal */
    public static Domain of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not a domain name"));
    }

    /** The domain {@code text} spells in whatever case, with or without the trailing dot, in A- or U-labels. */
    public static Optional<Domain> parse(String text) {
        if (text.isEmpty() || text.length() > MAX_OCTETS + 1) {
            return Optional.empty();
        }
        if (text.charAt(0) == '[') {
            String literal = text.toLowerCase(Locale.ROOT);
            return isLiteral(literal) ? Optional.of(new Domain(literal)) : Optional.empty();
        }
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (!isAscii(name)) {
            try {
                name = IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES);
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        name = name.toLowerCase(Locale.ROOT);
        return isName(name) ? Optional.of(new Domain(name)) : Optional.empty();
    }

    public boolean isAddressLiteral() {
        return name.charAt(0) == '[';
    }

    /** The domain one label up, {@code example.org} for {@code mail.example.org}; empty at the top. */
    public Optional<Domain> parent() {
        int dot = name.indexOf('.');
        return dot < 0 || isAddressLiteral() ? Optional.empty() : Optional.of(new Domain(name.substring(dot + 1)));
    }

    @Override
    public String toString() {
        return name;
    }

    private static boolean isCanonical(String name) {
        return !name.isEmpty() && (name.charAt(0) == '[' ? isLiteral(name) : isName(name));
    }

    private static boolean isLiteral(String text) {
        if (text.length() < 3 || text.length() > 64 || !text.endsWith("]")) {
            return false;
        }
        return text.substring(1, text.length() - 1)
                .chars()
                .allMatch(c -> isLetterOrDigit(c) || c == '.' || c == ':' || c == '-');
    }

    /** Letters, digits, hyphens, and underscores, which RFC 5321 lacks but real names have. */
    private static boolean isName(String name) {
        if (name.length() > MAX_OCTETS) {
            return false;
        }
        int label = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                if (label == 0 || name.charAt(i - 1) == '-') {
                    return false;
                }
                label = 0;
            } else if (isLetterOrDigit(c) || c == '_' || (c == '-' && label > 0)) {
                if (++label > 63) {
                    return false;
                }
            } else {
                return false;
            }
        }
        return label > 0 && name.charAt(name.length() - 1) != '-';
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }
}
