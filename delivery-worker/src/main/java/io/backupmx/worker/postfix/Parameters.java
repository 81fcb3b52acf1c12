package io.backupmx.worker.postfix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the parameters say: all that they refer to put in, and Postfix's defaults where main.cf is silent. */
final class Parameters {

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("default_transport", "smtp"),
            Map.entry("localhost", "localhost"),
            Map.entry("mail_name", "Postfix"),
            Map.entry("mydestination", "$myhostname, localhost.$mydomain, localhost"),
            Map.entry("myorigin", "$myhostname"),
            Map.entry(
                    "parent_domain_matches_subdomains",
                    "debug_peer_list,fast_flush_domains,mynetworks,permit_mx_backup_networks,qmqpd_authorized_clients,"
                            + "relay_domains,smtpd_access_maps"),
            Map.entry("relay_transport", "relay"),
            Map.entry("smtpd_banner", "$myhostname ESMTP $mail_name"));

    private final MainCf mainCf;
    private final Path directory;
    private final String machineName;
    private final ImportReport report;

    /**
     * @param directory what {@code $config_directory} says, and relative names are relative to
     * @param machineName {@code myhostname} where main.cf has none
     */
    Parameters(MainCf mainCf, Path directory, String machineName, ImportReport report) {
        this.mainCf = mainCf;
        this.directory = directory;
        this.machineName = machineName;
        this.report = report;
    }

    Path directory() {
        return directory;
    }

    /** Whether main.cf has it, and not just empty. */
    boolean isSet(String name) {
        return !mainCf.parameters().getOrDefault(name, "").isEmpty();
    }

    /** Those of main.cf, in its order. */
    List<String> names() {
        return List.copyOf(mainCf.parameters().keySet());
    }

    /** As it is written, or as its default is. */
    String written(String name) {
        return text(name).orElse("");
    }

    String value(String name) {
        return new Expansion(this::text, problem -> report.attention(name, problem))
                .valueOf(name)
                .strip();
    }

    /** The value of main.cf; empty when it has none. */
    Optional<String> set(String name) {
        return isSet(name) ? Optional.of(value(name)).filter(value -> !value.isEmpty()) : Optional.empty();
    }

    /** What {@code text}, of {@code name}, says. */
    String expand(String name, String text) {
        return new Expansion(this::text, problem -> report.attention(name, problem)).expand(text);
    }

    List<String> words(String name) {
        return split(value(name));
    }

    /** The words of a list: between commas and white space, but not within braces (postconf(5)). */
    static List<String> split(String list) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        int depth = 0;
        for (char c : list.toCharArray()) {
            if (depth == 0 && (c == ',' || Character.isWhitespace(c))) {
                add(word, words);
            } else {
                depth += c == '{' ? 1 : c == '}' && depth > 0 ? -1 : 0;
                word.append(c);
            }
        }
        add(word, words);
        return words;
    }

    private static void add(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }

    private Optional<String> text(String name) {
        Optional<String> written = Optional.ofNullable(mainCf.parameters().get(name));
        if (name.equals("myorigin")
                && written.filter(text -> text.startsWith("/")).isPresent()) {
            return written.map(Path::of).flatMap(Parameters::firstLine); // Debian's /etc/mailname
        }
        return written.or(() -> computed(name)).or(() -> Optional.ofNullable(DEFAULTS.get(name)));
    }

    private Optional<String> computed(String name) {
        return switch (name) {
            case "config_directory" -> Optional.of(directory.toString());
            case "myhostname" -> Optional.of(machineName);
            case "mydomain" -> {
                String host = value("myhostname");
                int dot = host.indexOf('.');
                yield Optional.of(dot < 0 ? "localdomain" : host.substring(dot + 1));
            }
            default -> Optional.empty();
        };
    }

    private static Optional<String> firstLine(Path file) {
        try (var lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return lines.findFirst().map(String::strip);
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
