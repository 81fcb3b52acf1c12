package io.backupmx.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.reload.TableReloads;
import io.backupmx.route.ConfigSource;
import io.backupmx.worker.admin.AdminServer;
import io.backupmx.worker.admin.ReloadRequests;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What an operator reads who has changed something, in the middle of the night. */
class ReloadCommandIT {

    private static final String FIVE = "domains: {a.test: {primary: mx.a.test, recipients: [a, b, c, d, e]}}\n";

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        config(FIVE);
        ConfigSource source = new ConfigSource(Optional.of(file()), Map.of(), Map.of());
        server = new AdminServer(
                directory,
                new ReloadRequests(new TableReloads(source.load(), source, Instant.now(), InstantSource.system())));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void whatHasChangedIsListed() throws IOException {
        config("domains: {a.test: {primary: other.a.test, recipients: [a, b, c, d, f]}, b.test: mx}\n");

        assertThat(reload()).isZero();
        assertThat(out.toString()).isEqualTo("""
                new domains: 1
                  b.test
                domains whose mail goes elsewhere now: 1
                  a.test: from smtp:[mx.a.test]:25 to smtp:[other.a.test]:25
                domains whose recipients differ: 1
                  a.test: from 5 recipients to 5 recipients, 1 came, 1 gone
                new recipients: 1
                  f@a.test
                recipients that are gone: 1
                  e@a.test
                new routes: 2
                  smtp:[other.a.test]:25
                  mx
                routes that are gone, mail for them waits: 1
                  smtp:[mx.a.test]:25
                loaded: 2 domains, 5 recipients listed
                """);
        assertThat(err.toString()).startsWith("warning: b.test: every address is accepted");
    }

    @Test
    void nothingIsSaidToBeNothing() {
        assertThat(reload()).isZero();
        assertThat(out.toString()).isEqualTo("nothing has changed: 1 domain, 5 recipients listed\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void problemsAreListedAndTheOldTablesStay() throws IOException {
        config("domains: {a.test: '['}\nrelay_recipients: none\n");

        assertThat(reload()).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("domains.a.test.primary: "))
                .anyMatch(line -> line.endsWith("none cannot be read: no such file"))
                .last()
                .isEqualTo("not loaded: the tables of before stay in use, 1 domain, 5 recipients listed");
    }

    @Test
    void whatShrinksIsSaidToTheRecipientAndTakenWhenConfirmed() throws IOException {
        config("domains: {a.test: {primary: mx.a.test, recipients: [a, b]}}\n");

        assertThat(reload()).isEqualTo(1);
        assertThat(err.toString()).matches("""
                too much would be gone to be sure that it is meant:
                  a[.]test: from 5 recipients to 2 recipients, 3 gone
                not loaded: the tables of before stay in use, 1 domain, 5 recipients listed
                if it is meant: backupmx reload --confirm=[0-9a-f]{8}
                """);
        String confirm = err.toString().strip();
        confirm = confirm.substring(confirm.lastIndexOf(' ') + 1);

        config("domains: {a.test: {primary: mx.a.test, recipients: [a]}}\n");
        for (String stale : List.of("--confirm", confirm)) {
            err.getBuffer().setLength(0);
            assertThat(reload(stale)).isEqualTo(1);
            assertThat(err.toString())
                    .startsWith("what was confirmed is not what is there now\ntoo much would be gone");
            config("domains: {a.test: {primary: mx.a.test, recipients: [b]}}\n");
        }

        assertThat(reload("--confirm")).isZero();
        assertThat(out.toString()).endsWith("loaded: 1 domain, 1 recipient listed\n");
    }

    @Test
    void keysThatNeedARestartAreSaid() throws IOException {
        config(FIVE + "ingress: {max_errors: 3}\n");

        assertThat(reload()).isZero();
        assertThat(err.toString()).isEqualTo("these keys differ, too, and need a restart: ingress.max_errors\n");
    }

    @Test
    void jsonIsTheServicesAnswer() {
        assertThat(reload("--json")).isZero();
        assertThat(out.toString()).startsWith("{\"outcome\":\"loaded\"").contains("\"recipients\":5");
    }

    private int reload(String... more) {
        String[] arguments = new String[more.length + 2];
        System.arraycopy(more, 0, arguments, 0, more.length);
        arguments[more.length] = "--data";
        arguments[more.length + 1] = directory.toString();
        return PlainErrors.in(new CommandLine(new ReloadCommand()))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private void config(String yaml) throws IOException {
        Files.writeString(file(), yaml);
    }

    private Path file() {
        return directory.resolve("backupmx.yaml");
    }
}
