package io.backupmx.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What a primary has offered to one client, and whether the client keeps to it (RFC 5321 §2.2.1). */
record Extensions(List<String> keywords) {

    /** Parameters of MAIL and RCPT, and the extension that allows each: RFC 1870, 6152, 6531, 3461, 4954. */
    private static final Map<String, String> ALLOWED_BY = Map.of(
            "SIZE", "SIZE",
            "BODY", "8BITMIME",
            "SMTPUTF8", "SMTPUTF8",
            "RET", "DSN",
            "ENVID", "DSN",
            "NOTIFY", "DSN",
            "ORCPT", "DSN",
            "AUTH", "AUTH");

    static Extensions none() {
        return new Extensions(List.of());
    }

    boolean offer(String extension) {
        return argument(extension).isPresent();
    }

    /** The limit offered with SIZE, if there is one (RFC 1870 §4: zero is none). */
    OptionalLong sizeLimit() {
        String limit = argument("SIZE").orElse("");
        return limit.isEmpty() || limit.equals("0") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(limit));
    }

    /** What a client did wrong in giving these parameters. */
    List<String> violationsIn(Map<String, String> parameters) {
        List<String> violations = new ArrayList<>();
        for (String parameter : parameters.keySet()) {
            String extension = ALLOWED_BY.get(parameter);
            if (extension == null || !offer(extension)) {
                violations.add("parameter " + parameter + " was not offered");
            }
        }
        return violations;
    }

    private Optional<String> argument(String extension) {
        for (String keyword : keywords) {
            String upper = keyword.toUpperCase(Locale.ROOT);
            if (upper.equals(extension)) {
                return Optional.of("");
            }
            if (upper.startsWith(extension + " ")) {
                return Optional.of(upper.substring(extension.length() + 1));
            }
        }
        return Optional.empty();
    }
}
