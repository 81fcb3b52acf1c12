package io.backupmx.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CheckCommandTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void goodConfigurationSaysWhatWouldRun() throws IOException {
        int exitCode = check("""
                hostname: mx2.example.org
                domains:
                  example.org:
                    primary: mx1.example.org:2526
                    recipients: [alice]
                ingress:
                  listen: 127.0.0.1:2525
                """);

        assertThat(exitCode).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).isEqualTo("""
                read       %s
                name       mx2.example.org
                smtp       127.0.0.1:2525
                ops        http://127.0.0.1:8025
                data       %s
                backs up   example.org -> smtp:[mx1.example.org]:2526
                ok
                """.formatted(file(), directory.resolve("data")));
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void opsForEveryoneIsAWarning() throws IOException {
        int exitCode = check("""
                hostname: mx2.example.org
                domains:
                  example.org:
                    primary: mx1.example.org
                    recipients: [alice]
                ops:
                  listen: 0.0.0.0:8025
                """);

        assertThat(exitCode).isZero();
        assertThat(out.toString()).contains("warning    ops.listen: 0.0.0.0:8025 can be reached from other machines");
    }

    @Test
    void noticesByWayOfWhatTheyAreAboutAreAWarning() throws IOException {
        int exitCode = check("""
                hostname: mx2.example.org
                domains:
                  example.org:
                    primary: MX1.example.org
                    recipients: [alice]
                notices:
                  to: [alice@example.org, ops@elsewhere.example]
                  smarthost: mx1.example.org:587
                """);

        assertThat(exitCode).isZero();
        assertThat(out.toString())
                .contains("warning    notices.smarthost: mx1.example.org is a primary: while it is down, nobody hears")
                .contains("warning    notices.to: mail for alice@example.org waits here, too")
                .doesNotContain("ops@elsewhere.example");
    }

    @Test
    void everyProblemIsSaidAtOnce() throws IOException {
        int exitCode = check("""
                domains:
                  example.org: "[mx1"
                ingress:
                  lisen: 127.0.0.1:2525
                  max_errors: -1
                transport: no-such-file
                """);

        assertThat(exitCode).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .contains("domains.example.org.primary")
                .contains("ingress.lisen")
                .contains("ingress.max_errors")
                .contains("no-such-file")
                .endsWith("4 problems\n");
    }

    private Path file() {
        return directory.resolve("backupmx.yaml");
    }

    private int check(String yaml) throws IOException {
        Files.writeString(file(), yaml);
        return PlainErrors.in(new CommandLine(new CheckCommand()))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("--config", file().toString());
    }
}
