package io.backupmx.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Who else knows which recipients exist, by names that {@code domains.DOMAIN.recipient_sources} refers to. A name stands for
 * one source, whatever its kind.
 */
public record RecipientSourcesConfig(
        Map<String, LdapSourceConfig> ldap, Map<String, SqlSourceConfig> sql, Map<String, HttpSourceConfig> http) {

    /** The name of the source that every domain has: its primary, which is asked, and what that has taught us. */
    public static final String PRIMARY = "primary";

    /** The name of the source that all domains have in common: what is known of recipients, whoever said so. */
    public static final String KNOWN = "known";

    static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,40}");
    private static final Duration MAX_TIMEOUT = Duration.ofSeconds(20);

    public static final RecipientSourcesConfig DEFAULT = new RecipientSourcesConfig(Map.of(), Map.of(), Map.of());

    public RecipientSourcesConfig {
        ldap = Map.copyOf(ldap);
        sql = Map.copyOf(sql);
        http = Map.copyOf(http);
    }

    /** Every name a domain may refer to. */
    public Set<String> names() {
        Set<String> names = new HashSet<>(ldap.keySet());
        names.addAll(sql.keySet());
        names.addAll(http.keySet());
        names.add(PRIMARY);
        names.add(KNOWN);
        return names;
    }

    /** What is missing or wrong, for people; empty: nothing. */
    public List<String> problems() {
        Problems problems = new Problems();
        new TreeMap<>(ldap).forEach((name, source) -> {
            String path = "recipient_sources.ldap." + name;
            problems.name(path, name);
            problems.url(path, source.url(), Set.of("ldap", "ldaps"), "ldaps://ldap.example.org");
            problems.present(path + ".base", source.base(), "ou=people,dc=example,dc=org");
            source.filter()
                    .ifPresent(filter -> problems.asksForTheRecipient(
                            path + ".filter",
                            () -> AddressTemplate.parse(filter).asksForTheRecipient()));
            if (source.bindDn().isPresent()) {
                problems.present(
                        path + ".bind_password_file", source.bindPasswordFile(), "/etc/backupmx/ldap-password");
            }
            problems.timeout(path, source.timeout());
        });
        new TreeMap<>(sql).forEach((name, source) -> {
            String path = "recipient_sources.sql." + name;
            problems.name(path, name);
            problems.jdbc(path, source.url());
            problems.present(path + ".query", source.query(), "SELECT 1 FROM mailboxes WHERE address = %s");
            source.query()
                    .ifPresent(query -> problems.asksForTheRecipient(
                            path + ".query", () -> SqlQuery.parse(query).asksForTheRecipient()));
            problems.timeout(path, source.timeout());
        });
        new TreeMap<>(http).forEach((name, source) -> {
            String path = "recipient_sources.http." + name;
            problems.name(path, name);
            problems.url(path, source.url(), Set.of("http", "https"), "https://www.example.org/recipients.txt");
            problems.within(path + ".interval", source.intervalOrDefault(), Duration.ofSeconds(1), Duration.ofDays(7));
            problems.within(
                    path + ".timeout", source.timeoutOrDefault(), Duration.ofSeconds(1), Duration.ofMinutes(10));
        });
        return problems.found;
    }

    private static final class Problems {
        private final List<String> found = new ArrayList<>();
        private final Set<String> names = new HashSet<>(Set.of(PRIMARY, KNOWN));

        void name(String path, String name) {
            if (!NAME.matcher(name).matches()) {
                found.add(path + ": a name is made of small letters, digits, - and _");
            } else if (!names.add(name)) {
                found.add(path + ": there is another source of this name");
            }
        }

        void present(String path, Optional<?> value, String example) {
            if (value.isEmpty()) {
                found.add(path + ": is missing: write, for example, " + example);
            }
        }

        void url(String path, Optional<String> url, Set<String> schemes, String example) {
            present(path + ".url", url, example);
            if (url.isPresent() && !isUrl(url.get(), schemes)) {
                found.add(path + ".url: '" + url.get() + "' is not of the form " + example);
            }
        }

        private static boolean isUrl(String text, Set<String> schemes) {
            try {
                URI uri = new URI(text);
                return uri.getScheme() != null
                        && schemes.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                        && uri.getHost() != null;
            } catch (URISyntaxException e) {
                return false;
            }
        }

        void jdbc(String path, Optional<String> url) {
            String example = "jdbc:postgresql://db.example.org/mail";
            present(path + ".url", url, example);
            if (url.isPresent()
                    && !url.get().startsWith("jdbc:postgresql://")
                    && !url.get().startsWith("jdbc:mariadb://")) {
                found.add(path + ".url: is neither jdbc:postgresql://... nor jdbc:mariadb://...");
            }
        }

        /** One that asks for nobody has the same answer for everybody. */
        void asksForTheRecipient(String path, BooleanSupplier parsed) {
            try {
                if (!parsed.getAsBoolean()) {
                    found.add(path + ": does not ask for the recipient: write %s where its address belongs");
                }
            } catch (IllegalArgumentException e) {
                found.add(path + ": " + e.getMessage());
            }
        }

        void timeout(String path, Optional<Duration> timeout) {
            within(path + ".timeout", timeout.orElse(TIMEOUT), Duration.ofMillis(100), MAX_TIMEOUT);
        }

        void within(String path, Duration value, Duration min, Duration max) {
            if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
                found.add(path + ": " + Durations.format(value) + " is not within " + Durations.format(min) + ".."
                        + Durations.format(max));
            }
        }
    }
}
