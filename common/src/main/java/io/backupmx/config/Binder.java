package io.backupmx.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Binds a merged tree to the records, leaf by leaf and then section by section, so that no problem hides another. What is
 * wrong is reported and replaced by its default.
 */
final class Binder {

    private final Map<String, String> origins;
    private final List<String> problems;

    Binder(Map<String, String> origins, List<String> problems) {
        this.origins = origins;
        this.problems = problems;
    }

    /** @param defaults {@link Config#DEFAULT} as a tree */
    Config bind(ObjectNode tree, ObjectNode defaults) {
        ObjectNode sound = section(Schema.ROOT, tree, defaults, "");
        try {
            return ConfigJson.MAPPER.treeToValue(sound, Config.class);
        } catch (JsonProcessingException e) {
            throw new AssertionError("every part of it was bound before", e);
        }
    }

    private ObjectNode section(Schema.Section section, ObjectNode written, ObjectNode defaults, String path) {
        ObjectNode sound = defaults.deepCopy();
        written.properties().forEach(property -> {
            String key = property.getKey();
            String keyPath = path.isEmpty() ? key : path + "." + key;
            switch (section.keys().get(key)) {
                case null -> problem(keyPath, section.unknown(key));
                case Schema known ->
                    value(known, property.getValue(), defaults.path(key), keyPath)
                            .ifPresent(value -> sound.set(key, value));
            }
        });
        judgeRanges(section, sound, defaults, path);
        return sound;
    }

    private Optional<JsonNode> value(Schema schema, JsonNode written, JsonNode fallback, String path) {
        return switch (schema) {
            case Schema.Section section ->
                switch (written) {
                    case ObjectNode keys ->
                        Optional.of(section(section, keys, fallback instanceof ObjectNode o ? o : empty(), path));
                    case NullNode _ -> Optional.empty();
                    case JsonNode _ ->
                        problem(path, "is a section: write its keys below it, indented, as in " + path + ".key");
                };
            case Schema.Entries entries ->
                switch (written) {
                    case ObjectNode keys -> Optional.of(entries(entries, keys, path));
                    case NullNode _ -> Optional.empty();
                    case JsonNode _ -> problem(path, "is a mapping: write \"example.org: mx.example.org\" below it");
                };
            case Schema.Value value -> leaf(value, written, path);
        };
    }

    private ObjectNode entries(Schema.Entries entries, ObjectNode written, String path) {
        ObjectNode sound = empty();
        written.properties()
                .forEach(entry -> value(entries.each(), entry.getValue(), empty(), path + "." + entry.getKey())
                        .ifPresent(value -> sound.set(entry.getKey(), value)));
        return sound;
    }

    private Optional<JsonNode> leaf(Schema.Value value, JsonNode written, String path) {
        if (written.isNull()) {
            return problem(
                    path, "has no value; " + (value.isList() ? "write [] for none, or " : "") + "remove the key");
        }
        if (written instanceof ArrayNode items && value.isList()) {
            return items(value, items, path);
        }
        if (written.isContainerNode() || value.isList()) {
            return problem(path, "is " + kind(written) + ", not " + expectation(value));
        }
        if (written.asText().isBlank()) {
            return value.isOptional() && !value.isPath()
                    ? Optional.of(NullNode.getInstance())
                    : problem(path, "has no value; remove the key or write " + expectation(value));
        }
        try {
            ConfigJson.MAPPER.treeToValue(written, value.inner());
            return Optional.of(written);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return problem(path, "'" + written.asText() + "' " + objection(value, written.asText()));
        }
    }

    private Optional<JsonNode> items(Schema.Value list, ArrayNode items, String path) {
        Schema.Value each = list.item();
        for (JsonNode item : items) {
            if (!item.isTextual() || item.asText().isBlank()) {
                return problem(path, "holds " + kind(item) + " where " + expectation(each) + " should be");
            }
            try {
                ConfigJson.MAPPER.treeToValue(item, each.type());
            } catch (JsonProcessingException | IllegalArgumentException e) {
                return problem(path, "'" + item.asText() + "' " + objection(each, item.asText()));
            }
        }
        return Optional.of(items);
    }

    /**
     * Lets the record's constructor judge; what it objects to is replaced by its default, and the whole section when that does
     * not go with the section's other values either.
     */
    private void judgeRanges(Schema.Section section, ObjectNode sound, ObjectNode defaults, String path) {
        Map<String, String> objections = objections(section, sound);
        if (objections.isEmpty()) {
            return;
        }
        objections.forEach((key, what) -> {
            problem(path.isEmpty() ? key : path + "." + key, what);
            if (defaults.has(key)) {
                sound.set(key, defaults.get(key));
            } else {
                sound.remove(key); // of an entry of a mapping, which has no defaults
            }
        });
        if (!objections(section, sound).isEmpty()) {
            sound.setAll(defaults);
        }
    }

    private static Map<String, String> objections(Schema.Section section, ObjectNode values) {
        try {
            ConfigJson.MAPPER.treeToValue(values, section.type());
            return Map.of();
        } catch (JsonProcessingException e) {
            return rangeException(e).problems();
        }
    }

    private static RangeException rangeException(JsonProcessingException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof RangeException range) {
                return range;
            }
        }
        throw new AssertionError("every leaf was bound before", e);
    }

    private Optional<JsonNode> problem(String path, String what) {
        String origin = origins.get(path);
        problems.add(path + ": " + what + (origin == null ? "" : " (" + origin + ")"));
        return Optional.empty();
    }

    private static String objection(Schema.Value value, String text) {
        boolean bareTime = value.inner().hasRawClass(Duration.class)
                && text.chars().allMatch(c -> c == '.' || Character.isDigit(c));
        return bareTime
                ? "has no unit: write " + text + "s, " + text + "m or another of ms, s, m, h, d, w"
                : "is not " + expectation(value);
    }

    private static String expectation(Schema.Value value) {
        Class<?> type = value.inner().getRawClass();
        if (type == Duration.class) {
            return "a time: write numbers with the units w, d, h, m, s, ms, as in 90s, 1500ms or 1h30m";
        } else if (type == long.class) {
            return "a size: write bytes, or a number with KiB, MiB, GiB, kB, MB or GB, as in 50MiB";
        } else if (type == int.class) {
            return "a whole number";
        } else if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
        } else if (value.isPath()) {
            return "a file name";
        } else if (value.isList()) {
            return value.item().type().hasRawClass(Duration.class)
                    ? "a list of times, as in [5m, 10m, 1h]"
                    : "a list, as in [alice, bob]";
        } else {
            return "a text";
        }
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "a mapping";
            case NULL, MISSING -> "nothing";
            case STRING, NUMBER, BOOLEAN, BINARY, POJO ->
                node.asText().isBlank() ? "nothing" : "'" + node.asText() + "'";
        };
    }

    private static ObjectNode empty() {
        return ConfigJson.MAPPER.createObjectNode();
    }
}
