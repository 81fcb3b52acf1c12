package io.backupmx.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What one place says: the file, the environment, or the command line.
 *
 * @param tree its keys and values, every value a text
 * @param origins path of a key → where it was said, for people
 */
record Source(ObjectNode tree, Map<String, String> origins) {

    static Source empty() {
        return new Source(ConfigJson.MAPPER.createObjectNode(), new HashMap<>());
    }

    /** This, with what {@code stronger} says laid over it, key by key. */
    Source overlaidBy(Source stronger) {
        Map<String, String> both = new HashMap<>(origins);
        both.putAll(stronger.origins);
        ObjectNode merged = tree.deepCopy();
        overlay(merged, stronger.tree);
        return new Source(merged, both);
    }

    private static void overlay(ObjectNode weak, ObjectNode strong) {
        strong.properties().forEach(property -> {
            JsonNode below = weak.get(property.getKey());
            if (below instanceof ObjectNode weakChild && property.getValue() instanceof ObjectNode strongChild) {
                overlay(weakChild, strongChild);
            } else if (!(below instanceof ObjectNode && property.getValue().isNull())) {
                weak.set(property.getKey(), property.getValue().deepCopy());
            }
        });
    }

    /** Makes the file names in {@code tree} relative to {@code base} instead of to the working directory. */
    static void resolvePaths(ObjectNode tree, Schema.Section section, Path base) {
        section.keys().forEach((key, schema) -> {
            switch (schema) {
                case Schema.Section inner
                when tree.get(key) instanceof ObjectNode child -> resolvePaths(child, inner, base);
                case Schema.Entries(Schema.Section each)
                when tree.get(key) instanceof ObjectNode entries ->
                    entries.valueStream()
                            .filter(ObjectNode.class::isInstance)
                            .map(ObjectNode.class::cast)
                            .forEach(entry -> resolvePaths(entry, each, base));
                case Schema.Value value
                when value.isPath()
                        && tree.get(key) instanceof TextNode text
                        && !text.asText().isBlank() -> tree.put(key, resolve(base, text.asText()));
                case Schema.Section _, Schema.Entries _, Schema.Value _ -> {}
            }
        });
    }

    private static String resolve(Path base, String text) {
        try {
            return base.resolve(text).toString();
        } catch (InvalidPathException _) {
            return text; // Binder says what is wrong with it.
        }
    }
}
