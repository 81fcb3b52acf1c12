package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/configuration.md names every key with its default and kind, and no other. */
final class ConfigurationDocTest {

    private static final Path DOC = Path.of("..", "docs", "configuration.md");
    private static final Pattern ROW =
            Pattern.compile("^\\| `([\\w.]+)` \\| (?:`([^`|]+)` )?\\| (\\w+) \\| (\\S[^|]*) \\|$", Pattern.MULTILINE);

    @Test
    void tablesNameEveryKeyAndNoOther() throws IOException {
        assertThat(rows().keySet()).containsExactlyInAnyOrderElementsOf(leaves().keySet());
    }

    @Test
    void tablesGiveEveryDefault() throws IOException {
        JsonNode defaults = ConfigJson.MAPPER.valueToTree(Config.DEFAULT);
        for (Map.Entry<String, Schema.Value> leaf : leaves().entrySet()) {
            JsonNode actual = defaults.at("/" + leaf.getKey().replace('.', '/'));
            Optional<String> written = Optional.ofNullable(row(leaf.getKey()).group(2));

            assertThat(written.map(text -> value(leaf.getValue(), TextNode.valueOf(text))))
                    .as(leaf.getKey())
                    .isEqualTo(
                            actual.isNull() || actual instanceof MissingNode
                                    ? Optional.empty()
                                    : Optional.of(value(leaf.getValue(), actual)));
        }
    }

    @Test
    void tablesGiveEveryKind() throws IOException {
        for (Map.Entry<String, Schema.Value> leaf : leaves().entrySet()) {
            assertThat(row(leaf.getKey()).group(3)).as(leaf.getKey()).isEqualTo(kind(leaf));
        }
    }

    @Test
    void exampleLoads(@TempDir Path directory) throws IOException {
        String doc = Files.readString(DOC);
        int start = doc.indexOf("```yaml\n") + "```yaml\n".length();
        Path file =
                Files.writeString(directory.resolve("backupmx.yaml"), doc.substring(start, doc.indexOf("```", start)));

        Config config = ConfigLoader.load(Optional.of(file), Map.of(), Map.of());

        assertThat(config.domains().keySet()).containsExactly("example.org", "example.net", "example.com");
    }

    private static MatchResult row(String key) throws IOException {
        return Optional.ofNullable(rows().get(key)).orElseThrow(() -> new AssertionError("no row for " + key));
    }

    private static Map<String, MatchResult> rows() throws IOException {
        Map<String, MatchResult> rows = new LinkedHashMap<>();
        ROW.matcher(Files.readString(DOC))
                .results()
                .forEach(row -> assertThat(rows.put(row.group(1), row))
                        .as(row.group(1) + " is there once")
                        .isNull());
        return rows;
    }

    private static Map<String, Schema.Value> leaves() {
        Map<String, Schema.Value> leaves = new LinkedHashMap<>();
        collect(Schema.ROOT, "", leaves);
        return leaves;
    }

    private static void collect(Schema.Section section, String prefix, Map<String, Schema.Value> leaves) {
        section.keys().forEach((key, schema) -> {
            switch (schema) {
                case Schema.Value value -> leaves.put(prefix + key, value);
                case Schema.Section inner -> collect(inner, prefix + key + ".", leaves);
                case Schema.Entries entries ->
                    collect(entries.each(), prefix + key + (prefix.isEmpty() ? ".DOMAIN." : ".NAME."), leaves);
            }
        });
    }

    private static Object value(Schema.Value leaf, JsonNode text) {
        try {
            boolean isInline = leaf.isList() && text.isTextual();
            JsonNode node = isInline
                    ? YamlTree.inline("doc", "", text.asText(), new ArrayList<>())
                            .orElseThrow()
                    : text;
            return ConfigJson.MAPPER.treeToValue(node, leaf.inner());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static String kind(Map.Entry<String, Schema.Value> leaf) {
        Class<?> type = leaf.getValue().inner().getRawClass();
        if (type == Duration.class) {
            return "time";
        } else if (type == long.class) {
            return "size";
        } else if (type == int.class) {
            return "number";
        } else if (type.isEnum()) {
            return "choice";
        } else if (leaf.getValue().isPath()) {
            return "file";
        } else if (leaf.getValue().isList()) {
            return "list";
        } else {
            return leaf.getKey().endsWith("listen") ? "address" : "text";
        }
    }
}
