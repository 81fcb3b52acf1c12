package io.backupmx.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a domain says of its mail exchangers (RFC 8461 §3.2).
 *
 * @param enforced whether mail goes to no others; else nothing is demanded ({@code testing} is for those who write reports)
 * @param exchangers names, in small letters; those that begin with {@code *.} stand for one label more
 * @param maxAge how long it holds
 */
record StsPolicy(boolean enforced, List<String> exchangers, Duration maxAge) {

    /** About a year (§3.2). */
    private static final long MAX_AGE_SECONDS = 31_557_600;

    private static final int MAX_EXCHANGERS = 100;

    StsPolicy {
        exchangers = List.copyOf(exchangers);
    }

    /** Empty: it is none. Keys that nobody knows are passed over, of those that are there twice the first counts. */
    static Optional<StsPolicy> parse(String text) {
        Map<String, String> fields = new HashMap<>();
        List<String> exchangers = new ArrayList<>();
        for (String line : text.lines().toList()) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                if (!line.isBlank()) {
                    return Optional.empty();
                }
                continue;
            }
            String key = line.substring(0, colon).strip();
            String value = line.substring(colon + 1).strip();
            if (key.equals("mx")) {
                exchangers.add(value.toLowerCase(Locale.ROOT));
            } else {
                fields.putIfAbsent(key, value);
            }
        }
        String mode = fields.getOrDefault("mode", "");
        boolean enforced = mode.equals("enforce");
        if (!fields.getOrDefault("version", "").equals("STSv1")
                || !(enforced || mode.equals("testing") || mode.equals("none"))
                || (exchangers.isEmpty() && !mode.equals("none"))
                || exchangers.size() > MAX_EXCHANGERS) {
            return Optional.empty();
        }
        return seconds(fields.getOrDefault("max_age", ""))
                .map(age -> new StsPolicy(enforced, exchangers, Duration.ofSeconds(Math.min(age, MAX_AGE_SECONDS))));
    }

    private static Optional<Long> seconds(String text) {
        boolean isNumber =
                !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    /** Whether {@code host} is one that it names (§4.1). */
    boolean names(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        int dot = name.indexOf('.');
        return exchangers.stream()
                .anyMatch(pattern -> pattern.startsWith("*.")
                        ? dot > 0 && name.substring(dot).equals(pattern.substring(1))
                        : pattern.equals(name));
    }
}
