package io.backupmx.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes in bytes: a bare number, or a number and its unit, {@code 100KiB}, {@code 50MiB}, {@code 1GiB} (powers of 1024) and
 * {@code 100kB}, {@code 50MB}, {@code 1GB} (powers of 1000). {@code 50M} could be either and is refused.
 */
public final class Sizes {

    private static final Pattern FORM =
            Pattern.compile("\\s*(\\d{1,18})\\s*(|b|kib|mib|gib|tib|kb|mb|gb|tb)\\s*", Pattern.CASE_INSENSITIVE);

    private Sizes() {}

    public static Optional<Long> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long unit = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "kib" -> 1L << 10;
            case "mib" -> 1L << 20;
            case "gib" -> 1L << 30;
            case "tib" -> 1L << 40;
            case "kb" -> 1_000L;
            case "mb" -> 1_000_000L;
            case "gb" -> 1_000_000_000L;
            case "tb" -> 1_000_000_000_000L;
            default -> 1L;
        };
        try {
            return Optional.of(Math.multiplyExact(Long.parseLong(matcher.group(1)), unit));
        } catch (ArithmeticException _) {
            return Optional.empty();
        }
    }

    /** The shortest exact form in powers of 1024 that {@link #parse} reads back; {@code bytes} is not negative. */
    public static String format(long bytes) {
        String[] units = {"", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        while (unit < units.length - 1 && bytes != 0 && bytes % 1024 == 0) {
            bytes /= 1024;
            unit++;
        }
        return bytes + units[unit];
    }
}
