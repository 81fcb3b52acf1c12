package io.backupmx.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * YAML as a tree that remembers its lines. Every scalar stays the text that was written, so that {@code 010} or {@code no}
 * do not turn into something else; a key written twice, an alias and a second document are problems, not surprises.
 */
final class YamlTree {

    /** Room for a hundred thousand recipients inline. */
    private static final int MAX_CODE_POINTS = 64 << 20;

    private static final YAMLFactory YAML = YAMLFactory.builder()
            .loaderOptions(loaderOptions())
            .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
            .build();
    private static final Pattern UNQUOTED_BRACKET = Pattern.compile(".*[:\\-]\\s+\\[[^\\]]*\\]\\s*[^\\s,#\\]}].*");

    private final String name;
    private final String text;
    private final boolean namesLines;
    private final List<String> problems;
    private final Map<String, String> origins = new HashMap<>();

    private YamlTree(String name, String text, boolean namesLines, List<String> problems) {
        this.name = name;
        this.text = text;
        this.namesLines = namesLines;
        this.problems = problems;
    }

    /** The mapping that the file {@code name} holds in {@code text}; empty where it cannot be read. */
    static Source file(String name, String text, List<String> problems) {
        YamlTree reader = new YamlTree(name, text, true, problems);
        return switch (reader.read("").orElse(NullNode.getInstance())) {
            case ObjectNode tree -> new Source(tree, reader.origins);
            case NullNode _ -> Source.empty();
            case JsonNode _ -> {
                problems.add(name + ": is not a mapping of keys to values, as in \"data: /var/lib/backupmx\"");
                yield Source.empty();
            }
        };
    }

    /** A value written inline, {@code [a, b]} or {@code {a: b}}, in the environment or on the command line. */
    static Optional<JsonNode> inline(String name, String path, String text, List<String> problems) {
        return new YamlTree(name, text, false, problems).read(path);
    }

    private Optional<JsonNode> read(String path) {
        try (YAMLParser yaml = YAML.createParser(text)) {
            if (yaml.nextToken() == null) {
                return Optional.empty();
            }
            JsonNode root = value(yaml, path);
            if (yaml.nextToken() != null) {
                problems.add(name + ": holds a second document (behind a line \"---\"); only one is read");
            }
            return Optional.of(root);
        } catch (JsonProcessingException e) {
            problems.add(name + syntaxProblem(e));
            return Optional.empty();
        } catch (IOException e) {
            throw new AssertionError("reading from a string", e);
        }
    }

    private JsonNode value(YAMLParser yaml, String path) throws IOException {
        if (yaml.isCurrentAlias()) {
            problem(path, "aliases (*" + yaml.getText() + ") are not supported; write the value itself", yaml);
            return NullNode.getInstance();
        }
        return switch (yaml.currentToken()) {
            case START_OBJECT -> mapping(yaml, path);
            case START_ARRAY -> sequence(yaml, path);
            case VALUE_NULL -> NullNode.getInstance();
            case VALUE_STRING,
                    VALUE_NUMBER_INT,
                    VALUE_NUMBER_FLOAT,
                    VALUE_TRUE,
                    VALUE_FALSE,
                    VALUE_EMBEDDED_OBJECT,
                    NOT_AVAILABLE,
                    FIELD_NAME,
                    END_OBJECT,
                    END_ARRAY -> TextNode.valueOf(yaml.getText());
        };
    }

    private ObjectNode mapping(YAMLParser yaml, String path) throws IOException {
        ObjectNode node = ConfigJson.MAPPER.createObjectNode();
        while (yaml.nextToken() == JsonToken.FIELD_NAME) {
            String key = yaml.currentName();
            String keyPath = path.isEmpty() ? key : path + "." + key;
            if (node.has(key)) {
                problem(keyPath, "is there twice; first " + origins.getOrDefault(keyPath, "above"), yaml);
            } else {
                origins.put(keyPath, origin(yaml));
            }
            yaml.nextToken();
            JsonNode value = value(yaml, keyPath);
            node.putIfAbsent(key, value);
        }
        return node;
    }

    private ArrayNode sequence(YAMLParser yaml, String path) throws IOException {
        ArrayNode node = ConfigJson.MAPPER.createArrayNode();
        while (yaml.nextToken() != JsonToken.END_ARRAY) {
            node.add(value(yaml, path));
        }
        return node;
    }

    private void problem(String path, String what, YAMLParser yaml) {
        problems.add(path + ": " + what + " (" + origin(yaml) + ")");
    }

    private String origin(YAMLParser yaml) {
        return namesLines ? name + " line " + yaml.currentTokenLocation().getLineNr() : name;
    }

    /** Line, column and reason, without the excerpt of the file that the parser adds. */
    private String syntaxProblem(JsonProcessingException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
                int line = marked.getProblemMark().getLine();
                int column = marked.getProblemMark().getColumn() + 1;
                return (namesLines ? " line " + (line + 1) + ", column " : ": column ") + column + ": not YAML: "
                        + marked.getProblem() + hint(line);
            }
        }
        return ": not YAML: " + e.getOriginalMessage().lines().findFirst().orElse("");
    }

    private String hint(int line) {
        boolean bracket = text.lines()
                .skip(Math.max(0, line - 1))
                .limit(2)
                .anyMatch(written -> UNQUOTED_BRACKET.matcher(written).matches());
        return bracket ? "; a value that begins with [ needs quotes, as in \"[::1]:25\"" : "";
    }

    private static LoaderOptions loaderOptions() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_CODE_POINTS);
        return options;
    }
}
