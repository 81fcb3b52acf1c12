package io.backupmx.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code deploy/} gives to Prometheus and Grafana, as far as tests have to understand it. */
final class Monitoring {

    static final Path PROMETHEUS =
            Path.of("..", "deploy", "prometheus").toAbsolutePath().normalize();
    static final Path GRAFANA =
            Path.of("..", "deploy", "grafana").toAbsolutePath().normalize();
    static final Path RUNBOOK = Path.of("..", "docs", "operations.md");

    private static final YAMLMapper YAML = new YAMLMapper();

    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*+\"");

    /** Matchers, ranges, lists of labels and offsets have names that are no metric's. */
    private static final Pattern NO_METRICS = Pattern.compile("\\{[^}]*}|\\[[^]]*]"
            + "|\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)|\\boffset\\s+\\w+");

    private static final Pattern NAME = Pattern.compile("(?<![\\w:.$])[a-zA-Z_:][\\w:]*+(?!\\s*\\()");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool");

    private Monitoring() {}

    /** YAML or JSON. */
    static JsonNode read(Path file) {
        try {
            return YAML.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    static List<Path> ruleFiles() {
        return yamlIn(PROMETHEUS.resolve("rules"));
    }

    static List<Path> testFiles() {
        return yamlIn(PROMETHEUS.resolve("tests"));
    }

    private static List<Path> yamlIn(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All rules that record or alert. */
    static List<JsonNode> rules() {
        return ruleFiles().stream()
                .flatMap(file -> read(file).path("groups").valueStream())
                .flatMap(group -> group.path("rules").valueStream())
                .toList();
    }

    static List<JsonNode> alerts() {
        return rules().stream().filter(rule -> rule.has("alert")).toList();
    }

    /** Names of the series that rules make. */
    static Set<String> recorded() {
        return rules().stream()
                .filter(rule -> rule.has("record"))
                .map(rule -> rule.path("record").asText())
                .collect(Collectors.toSet());
    }

    static JsonNode board() {
        return read(GRAFANA.resolve("dashboards").resolve("backupmx.json"));
    }

    /** The board's questions to Prometheus, with what Grafana puts in put in. */
    static List<String> boardExpressions() {
        List<String> expressions = new ArrayList<>();
        for (JsonNode panel : board().path("panels")) {
            panel.path("targets")
                    .forEach(target -> expressions.add(target.path("expr").asText()));
        }
        board().path("annotations")
                .path("list")
                .forEach(list -> expressions.add(list.path("expr").asText()));
        return expressions.stream()
                .map(expression -> expression.replace("$__rate_interval", "5m").replace("$next_hop", ".*"))
                .toList();
    }

    static List<String> ruleExpressions() {
        return rules().stream().map(rule -> rule.path("expr").asText()).toList();
    }

    /** Names of the metrics that {@code expression} of PromQL asks for. */
    static Set<String> metricsIn(String expression) {
        String withoutStrings = STRING.matcher(expression).replaceAll("0"); // a string may hold a brace
        return NAME.matcher(NO_METRICS.matcher(withoutStrings).replaceAll(" "))
                .results()
                .map(MatchResult::group)
                .filter(name -> !OPERATORS.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
