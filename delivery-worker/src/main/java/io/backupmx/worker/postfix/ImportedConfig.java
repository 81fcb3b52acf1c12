package io.backupmx.worker.postfix;

import io.backupmx.config.ConfigException;
import io.backupmx.config.ConfigLoader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Our configuration as it grows: only what Postfix's says, the rest are our defaults. */
final class ImportedConfig {

    /** What YAML reads as this very text, whatever its version. */
    private static final Pattern PLAIN = Pattern.compile("/?[a-z][a-z0-9_]*([./-][a-z0-9_]+)+");

    private static final Pattern ITEM = Pattern.compile("[0-9a-z]+");

    /**
     * @param primary empty: the transport file says it
     * @param tls empty: as all domains
     */
    record ImportedDomain(Optional<String> primary, boolean subdomains, Optional<String> tls) {

        ImportedDomain(Optional<String> primary, boolean subdomains) {
            this(primary, subdomains, Optional.empty());
        }
    }

    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, ImportedDomain> domains = new LinkedHashMap<>();

    /**
     * Says {@code key}, unless our configuration would not take that.
     *
     * @return what is wrong with the value
     */
    Optional<String> set(String key, String value) {
        return setTogether(Map.of(key, value));
    }

    /** Says several keys that do not go one without the other, or none of them. */
    Optional<String> setTogether(Map<String, String> together) {
        try {
            ConfigLoader.load(Optional.empty(), Map.of(), together);
        } catch (ConfigException e) {
            return Optional.of(e.problems().getFirst().replace(" (command line)", ""));
        }
        new TreeMap<>(together).forEach((key, value) -> values.put(key, quoted(value)));
        return Optional.empty();
    }

    /** As above, with {@code key} besides, whose value is YAML written in one line. */
    Optional<String> setTogether(Map<String, String> together, String key, String inline) {
        Map<String, String> all = new TreeMap<>(together);
        all.put(key, inline);
        Optional<String> problem = setTogether(all);
        if (problem.isEmpty()) {
            values.put(key, inline);
        }
        return problem;
    }

    /** Says {@code key}, a list of words or times. */
    Optional<String> setList(String key, List<String> items) {
        return setLists(Map.of(key, items));
    }

    /** Says several lists of words or times that do not go one without the other, or none of them. */
    Optional<String> setLists(Map<String, List<String>> together) {
        Map<String, String> texts = new TreeMap<>();
        together.forEach((key, items) -> texts.put(
                key, items.stream().map(ImportedConfig::quoted).toList().toString()));
        Optional<String> problem = setTogether(texts);
        if (problem.isEmpty()) {
            values.putAll(texts); // lists, not quoted
        }
        return problem;
    }

    void domain(String name, ImportedDomain domain) {
        domains.put(name, domain);
    }

    /** @param name of a domain that is backed up, be it by a file */
    void tls(String name, String level) {
        ImportedDomain said = domains.getOrDefault(name, new ImportedDomain(Optional.empty(), false));
        domains.put(name, new ImportedDomain(said.primary(), said.subdomains(), Optional.of(level)));
    }

    String yaml(String from) {
        StringBuilder yaml = new StringBuilder("# Made by backupmx import-postfix of " + from + "\n");
        Map<String, List<String>> sections = new TreeMap<>();
        values.forEach((key, value) -> {
            int dot = key.indexOf('.');
            if (dot < 0) {
                yaml.append(key).append(": ").append(value).append('\n');
            } else {
                List<String> lines = sections.computeIfAbsent(key.substring(0, dot), _ -> new ArrayList<>());
                String rest = key.substring(dot + 1);
                int inner = rest.indexOf('.');
                if (inner < 0) {
                    lines.add("  " + rest + ": " + value + "\n");
                } else { // one section in another, whose keys were set one after the other
                    String opening = "  " + rest.substring(0, inner) + ":\n";
                    if (!lines.contains(opening)) {
                        lines.add(opening);
                    }
                    lines.add("    " + rest.substring(inner + 1) + ": " + value + "\n");
                }
            }
        });
        if (!domains.isEmpty()) {
            yaml.append("\ndomains:\n");
            domains.forEach((name, domain) -> append(yaml, name, domain));
        }
        sections.forEach((section, lines) -> {
            yaml.append('\n').append(section).append(":\n");
            lines.forEach(yaml::append);
        });
        return yaml.toString();
    }

    private static void append(StringBuilder yaml, String name, ImportedDomain domain) {
        yaml.append("  ").append(quoted(name)).append(":\n");
        domain.primary()
                .ifPresent(primary ->
                        yaml.append("    primary: ").append(quoted(primary)).append('\n'));
        if (domain.subdomains()) {
            yaml.append("    subdomains: accept\n");
        }
        domain.tls()
                .ifPresent(
                        level -> yaml.append("    tls: ").append(quoted(level)).append('\n'));
    }

    /** As YAML has it in any place. */
    static String quoted(String text) {
        if (PLAIN.matcher(text).matches() || (ITEM.matcher(text).matches() && isNeitherBooleanNorNull(text))) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').appendCodePoint(c);
                default -> {
                    if (c < ' ' || c == 127) {
                        quoted.append("\\x%02x".formatted(c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }

    private static boolean isNeitherBooleanNorNull(String text) {
        return !List.of("y", "n", "yes", "no", "on", "off", "true", "false", "null")
                .contains(text);
    }
}
