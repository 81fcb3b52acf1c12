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

class ImportPostfixCommandTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void configurationGoesToStdoutAndTheReportToStderr() throws IOException {
        postfix("myhostname = mx2.example.org\nrelay_domains = example.org\nbiff = no\n", "alice@example.org x\n");

        assertThat(execute(directory.toString())).isZero();
        assertThat(out.toString())
                .startsWith("# Made by backupmx import-postfix of " + directory.resolve("main.cf") + "\n")
                .contains("domains:\n  example.org:\n    primary: mx\n    subdomains: accept\n");
        assertThat(err.toString())
                .startsWith("taken      myhostname")
                .endsWith("3 taken, 0 need attention, 1 ignored\n");
    }

    @Test
    void whatNeedsAttentionIsInTheExitCode() throws IOException {
        postfix("relay_domains = example.org\nmynetworks = 0.0.0.0/0\n", "alice@example.org x\n");

        assertThat(execute(directory.resolve("main.cf").toString())).isEqualTo(3);
        assertThat(err.toString()).contains("attention  mynetworks: is unsafe").contains(" 2 need attention,");
    }

    @Test
    void aFileIsWrittenButNotOverAnother() throws IOException {
        postfix("relay_domains = example.org\n", "alice@example.org x\n");
        Path file = directory.resolve("backupmx.yaml");

        assertThat(execute(directory.toString(), "-o", file.toString())).isZero();
        String first = Files.readString(file);
        assertThat(first).contains("example.org");
        postfix("relay_domains = example.net\n", "alice@example.net x\n");
        assertThat(execute(directory.toString(), "-o", file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("is there already; --force writes over it");
        assertThat(Files.readString(file)).isEqualTo(first);
        assertThat(execute(directory.toString(), "-o", file.toString(), "--force"))
                .isZero();
        assertThat(Files.readString(file)).contains("example.net");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void whatIsNotThereIsAProblem() {
        assertThat(execute(directory.resolve("none").toString())).isEqualTo(1);
        assertThat(execute(directory.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("main.cf: no such file; name main.cf or its directory");
    }

    private void postfix(String mainCf, String recipients) throws IOException {
        Path file = Files.writeString(directory.resolve("recipients"), recipients);
        Files.writeString(directory.resolve("main.cf"), mainCf + "relay_recipient_maps = hash:" + file + "\n");
    }

    private int execute(String... arguments) {
        return PlainErrors.in(new CommandLine(new ImportPostfixCommand()))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
