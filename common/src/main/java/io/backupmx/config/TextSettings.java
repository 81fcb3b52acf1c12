package io.backupmx.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Settings given one by one as name and text: {@code BACKUPMX_INGRESS__MAX_ERRORS=5} in the environment,
 * {@code ingress.max_errors=5} on the command line. Lists and mappings are written as inline YAML.
 */
final class TextSettings {

    static final String PREFIX = "BACKUPMX_";

    private static final String DOMAINS = "domains";

    /** What {@code domains.example.org=mx} is short for: {@code domains.example.org.primary=mx}. */
    private static final String SHORT_FORM_KEY = "primary";

    /** What Docker links and Kubernetes add to the environment for a service that is called backupmx-something. */
    private static final Pattern INJECTED = Pattern.compile(
            "BACKUPMX_([A-Z0-9]+_)*(SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP).*)?)");

    /** Ours, but about the process, not about the configuration. */
    private static final List<String> LAUNCHER = List.of(
            "BACKUPMX_CONFIG",
            "BACKUPMX_JAVA_OPTS",
            "BACKUPMX_LOG_FORMAT",
            "BACKUPMX_LOG_LEVEL",
            "BACKUPMX_LIBRARY_LOG_LEVEL");

    private final Source source = Source.empty();
    private final List<String> problems;

    private TextSettings(List<String> problems) {
        this.problems = problems;
    }

    /** The variables that begin with {@value #PREFIX}; one without a value counts as not set. */
    static Source environment(Map<String, String> environment, List<String> problems) {
        TextSettings settings = new TextSettings(problems);
        new TreeMap<>(environment).forEach((name, text) -> {
            if (name.startsWith(PREFIX)
                    && !text.isEmpty()
                    && !LAUNCHER.contains(name)
                    && !INJECTED.matcher(name).matches()) {
                String key = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
                settings.put(List.of(key.split("__", -1)), text, name);
            }
        });
        return settings.source;
    }

    /** @param overrides dotted path → text */
    static Source commandLine(Map<String, String> overrides, List<String> problems) {
        TextSettings settings = new TextSettings(problems);
        overrides.forEach((path, text) -> settings.put(segments(path), text, "command line"));
        return settings.source;
    }

    /** A domain's own dots do not separate: {@code domains.example.test.primary} has three segments. */
    private static List<String> segments(String path) {
        int dot = path.indexOf('.');
        if (dot < 0 || !(Schema.ROOT.keys().get(path.substring(0, dot)) instanceof Schema.Entries entries)) {
            return List.of(path.split("\\.", -1));
        }
        List<String> segments = new ArrayList<>(List.of(path.substring(0, dot), path.substring(dot + 1)));
        for (List<String> keys : paths(entries.each())) {
            String rest = segments.get(1);
            String end = "." + String.join(".", keys);
            if (rest.endsWith(end) && rest.length() > end.length()) {
                segments.set(1, rest.substring(0, rest.length() - end.length()));
                segments.addAll(keys);
                return segments;
            }
        }
        return segments;
    }

    /** Every key of a section, and every key of the sections in it. */
    private static List<List<String>> paths(Schema.Section section) {
        List<List<String>> paths = new ArrayList<>();
        section.keys().forEach((key, schema) -> {
            paths.add(List.of(key));
            if (schema instanceof Schema.Section inner) {
                for (List<String> below : paths(inner)) {
                    paths.add(Stream.concat(Stream.of(key), below.stream()).toList());
                }
            }
        });
        return paths;
    }

    private void put(List<String> segments, String text, String origin) {
        Schema schema = Schema.ROOT;
        for (int i = 0; i < segments.size(); i++) {
            Optional<Schema> below = below(schema, segments.get(i));
            if (below.isEmpty()) {
                String path = String.join(".", segments.subList(0, i + 1));
                String unknown =
                        schema instanceof Schema.Section section ? section.unknown(segments.get(i)) : "unknown key";
                problems.add(path + ": " + unknown + " (" + origin + ")");
                return;
            }
            schema = below.get();
        }
        ObjectNode node = source.tree();
        for (int i = 0; i < segments.size() - 1; i++) {
            source.origins().put(String.join(".", segments.subList(0, i + 1)), origin);
            boolean hasShortForm = i > 0 && segments.get(i - 1).equals(DOMAINS);
            node = sectionOf(node, segments.get(i), hasShortForm);
        }
        String path = String.join(".", segments);
        source.origins().put(path, origin);
        set(node, segments.getLast(), schema, path, text, origin);
    }

    /** A domain that was given in its short form becomes a mapping, so that a further key of it adds to that. */
    private static ObjectNode sectionOf(ObjectNode node, String key, boolean hasShortForm) {
        return switch (node.get(key)) {
            case ObjectNode section -> section;
            case TextNode shortForm when hasShortForm -> node.putObject(key).set(SHORT_FORM_KEY, shortForm);
            case null, default -> node.putObject(key);
        };
    }

    private static Optional<Schema> below(Schema schema, String key) {
        return switch (schema) {
            case Schema.Section section -> Optional.ofNullable(section.keys().get(key));
            case Schema.Entries entries -> key.isEmpty() ? Optional.empty() : Optional.of(entries.each());
            case Schema.Value _ -> Optional.empty();
        };
    }

    private void set(ObjectNode node, String key, Schema schema, String path, String text, String origin) {
        boolean inline = switch (schema) {
            case Schema.Value value -> value.isList();
            case Schema.Entries _ -> true;
            case Schema.Section _ -> text.startsWith("{");
        };
        Optional<JsonNode> value =
                inline ? YamlTree.inline(origin, path, text, problems) : Optional.of(TextNode.valueOf(text));
        value.ifPresent(written -> {
            if (!inline && written instanceof TextNode shortForm && node.get(key) instanceof ObjectNode section) {
                section.set(SHORT_FORM_KEY, shortForm);
            } else {
                node.set(key, written);
            }
        });
    }
}
