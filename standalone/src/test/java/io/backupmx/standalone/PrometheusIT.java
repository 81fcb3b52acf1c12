package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Program;
import io.backupmx.testing.Programs;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.SystemTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus' own tool on what {@code deploy/} gives it, and on what we export. */
@SystemTest
class PrometheusIT {

    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final int LINT_FOUND_SOMETHING = 3;

    private final Program promtool = Programs.require("promtool", "prometheus");

    @Test
    void configurationIsSound() {
        promtool(
                "check",
                "config",
                Monitoring.PROMETHEUS.resolve("prometheus.yml").toString());
    }

    @Test
    void alertsFireAndKeepQuiet() {
        List<String> files = Monitoring.testFiles().stream().map(Path::toString).toList();
        String[] command =
                Stream.concat(Stream.of("test", "rules"), files.stream()).toArray(String[]::new);
        assertThat(promtool(command).lines().filter(line -> line.strip().equals("SUCCESS")))
                .hasSameSizeAs(files);
    }

    /** Expressions are checked where they are rules, so each becomes one. */
    @Test
    void boardAsksWhatCanBeAsked(@TempDir Path directory) throws IOException {
        String rules = Monitoring.boardExpressions().stream()
                .map(expression -> "  - record: board\n    expr: '" + expression.replace("'", "''") + "'\n"
                        + "    labels: {n: '" + expression.hashCode() + "'}\n")
                .distinct()
                .collect(Collectors.joining("", "groups:\n- name: board\n  rules:\n", ""));
        promtool(
                "check",
                "rules",
                Files.writeString(directory.resolve("board.yml"), rules).toString());
    }

    @Test
    void metricsAreOfGoodForm(@TempDir Path directory) {
        try (ScriptedPrimary primary = ScriptedPrimary.started();
                ServiceProcess run = ServiceProcess.run(directory.resolve("data"))
                        .backingUp("example.test", primary.port())
                        .ready()) {
            Sender.send(run.smtpPort(), MailCorpus.ordinary().octets(), "alice@example.test");
            ServiceProcess.await(
                    PATIENCE,
                    () -> assertThat(run.metric("backupmx_delivery_delay_seconds_count"))
                            .isOne());
            byte[] scrape = run.get("/metrics").getBytes(StandardCharsets.UTF_8);

            Program.Result lint = promtool.run(PATIENCE, scrape, "check", "metrics");

            assertThat(lint.status()).as(lint.output()).isIn(0, LINT_FOUND_SOMETHING); // in libraries' names
            assertThat(lint.output().lines().filter(line -> line.startsWith("backupmx_")))
                    .isEmpty();
        }
    }

    private String promtool(String... command) {
        return promtool.run(PATIENCE, command).succeeded().output();
    }
}
