package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "worker",
                "ingress",
                "mailq",
                "flush",
                "release",
                "show",
                "delete",
                "notices",
                "bounce",
                "fail",
                "route",
                "reload",
                "lookup",
                "check",
                "import-postfix",
                "primary-todo",
                "version"
            })
    void everyCommandHasHelp(String command) {
        assertThat(execute(command, "--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: backupmx " + command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hold", "release"})
    void routeCommandsHaveHelp(String command) {
        assertThat(execute("route", command, "--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: backupmx route " + command);
    }

    @Test
    void misuseOfASubcommandNamesItsHelp() {
        assertThat(execute("route", "hold")).isEqualTo(2);
        assertThat(err.toString()).endsWith("Try 'backupmx route hold --help'.\n");
    }

    @Test
    void versionSaysWhatThisIs() {
        assertThat(execute("version")).isZero();
        assertThat(out.toString()).startsWith("Backup MX ");
    }

    @Test
    void typingErrorGetsASuggestionNotAPage() {
        assertThat(execute("malq")).isEqualTo(2);
        assertThat(err.toString())
                .contains("backupmx: Unmatched argument at index 0: 'malq'")
                .contains("mailq");
        assertThat(err.toString().lines()).hasSizeLessThan(6);
    }

    @Test
    void domainAndPrimaryBelongTogether() {
        assertThat(execute("run", "--domain", "example.org")).isEqualTo(2);
        assertThat(err.toString()).startsWith("backupmx: --domain and --primary belong together\n");
    }

    @Test
    void runWithNothingToBackUpSaysWhatToWrite() {
        assertThat(execute("run")).isEqualTo(1);
        assertThat(err.toString())
                .contains("nothing to back up")
                .contains("--domain example.org --primary")
                .contains("domains:");
    }

    @Test
    void mistakesOnTheCommandLineAreOneLineEach() {
        assertThat(execute(
                        "run",
                        "--domain",
                        "example.org",
                        "--primary",
                        "mx1.example.org",
                        "--listen",
                        "nowhere",
                        "--set",
                        "ingress.max_errors=many"))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("ingress.listen: "))
                .anyMatch(line -> line.startsWith("ingress.max_errors: "));
    }

    @Test
    void lookupTellsWhenMailIsTriedAgainWhereThatIsItsDomainsOwn(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("backupmx.yaml"), """
                domains:
                  own.test: {primary: mx1.test, recipients: [a], retry: {max_lifetime: 10d}}
                  usual.test: {primary: mx1.test, recipients: [a]}
                """);
        assertThat(execute("lookup", "-c", file.toString(), "a@own.test", "a@usual.test"))
                .isZero();
        assertThat(out.toString().lines())
                .containsOnlyOnce(
                        "  retry      after 5m, 10m, 20m, 40m, 1h; given up after 10d, for its domain has a retry"
                                + " of its own")
                .filteredOn(line -> line.startsWith("  retry"))
                .hasSize(1);
        assertThat(execute("lookup", "-c", file.toString(), "--json", "a@own.test"))
                .isZero();
        assertThat(out.toString()).contains("\"retry\":\"after 5m, ");
    }

    private int execute(String... args) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
