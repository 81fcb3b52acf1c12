package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an operator may rely on in the alerts and on the board; that Prometheus takes them is {@link PrometheusIT}'s. */
class MonitoringTest {

    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");

    @Test
    void everyAlertSaysWhatItIsAndWhereToReadOn() throws IOException {
        Set<String> anchors = HEADING.matcher(Files.readString(Monitoring.RUNBOOK))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replace("`", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
        for (JsonNode alert : Monitoring.alerts()) {
            String name = alert.path("alert").asText();
            JsonNode annotations = alert.path("annotations");
            assertThat(name).startsWith("BackupMx");
            assertThat(alert.path("for").asText()).as(name).isNotBlank();
            assertThat(alert.path("labels").path("severity").asText()).as(name).isIn("warning", "critical");
            assertThat(annotations.path("summary").asText()).as(name).isNotBlank();
            assertThat(annotations.path("description").asText()).as(name).isNotBlank();
            String anchor = name.toLowerCase(Locale.ROOT);
            assertThat(annotations.path("runbook").asText()).isEqualTo("docs/operations.md#" + anchor);
            assertThat(anchors).contains(anchor);
        }
    }

    @Test
    void everyAlertIsSeenFiringAndSeenQuiet() {
        Set<String> fires = new HashSet<>();
        Set<String> keepsQuiet = new HashSet<>();
        Monitoring.testFiles().stream()
                .flatMap(file -> Monitoring.read(file).path("tests").valueStream())
                .flatMap(test -> test.path("alert_rule_test").valueStream())
                .forEach(check -> (check.path("exp_alerts").isEmpty() ? keepsQuiet : fires)
                        .add(check.path("alertname").asText()));
        Set<String> alerts = Monitoring.alerts().stream()
                .map(alert -> alert.path("alert").asText())
                .collect(Collectors.toSet());
        assertThat(fires).isEqualTo(alerts);
        assertThat(keepsQuiet).isEqualTo(alerts);
    }

    @Test
    void everyRecordedSeriesThatIsAskedForIsRecorded() {
        Set<String> asked = Stream.concat(Monitoring.ruleExpressions().stream(), Monitoring.boardExpressions().stream())
                .flatMap(expression -> Monitoring.metricsIn(expression).stream())
                .filter(name -> name.contains(":"))
                .collect(Collectors.toSet());
        assertThat(asked).isEqualTo(Monitoring.recorded());
    }

    @Test
    void boardIsWhole() {
        JsonNode board = Monitoring.board();
        assertThat(board.path("uid").asText()).isEqualTo("backupmx");
        List<JsonNode> panels = board.path("panels").valueStream().toList();
        assertThat(panels).extracting(panel -> panel.path("id").asInt()).doesNotHaveDuplicates();
        for (JsonNode panel : panels) {
            String title = panel.path("title").asText();
            assertThat(title).isNotBlank();
            assertThat(panel.path("gridPos").path("x").asInt()
                            + panel.path("gridPos").path("w").asInt())
                    .as(title)
                    .isBetween(1, 24);
            if (!panel.path("type").asText().equals("row")) {
                assertThat(panel.path("targets").valueStream())
                        .as(title)
                        .isNotEmpty()
                        .allSatisfy(target -> {
                            assertThat(target.path("expr").asText()).isNotBlank();
                            assertThat(target.path("datasource").path("uid").asText())
                                    .isEqualTo("${datasource}");
                        });
            }
        }
    }

    @Test
    void metricsAreFoundInExpressions() {
        assertThat(Monitoring.metricsIn("sum by (le, job) (rate(a_bucket{x=~\"b}|c\", y=\"d\"}[5m])) > 1e3 * 60"))
                .containsExactly("a_bucket");
        assertThat(Monitoring.metricsIn("a:b:max{c=\"d\"} unless on (e) group_left () f offset 1h or absent(g) * 0"))
                .containsExactly("a:b:max", "f", "g");
        assertThat(Monitoring.metricsIn("histogram_quantile(0.99, h)")).containsExactly("h");
    }
}
