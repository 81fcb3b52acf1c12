package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Ports;
import io.backupmx.testing.Programs;
import io.backupmx.testing.RunningProgram;
import io.backupmx.testing.SystemTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A web server that knows nothing of us: Python's, in HTTP/1.0, versions by time. */
@SystemTest
final class PythonListServerIT {

    private static final Duration TO_START = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    @Test
    void aListIsTakenConfirmedReplacedAndOutlivesItsServer() throws Exception {
        Path list = Files.createDirectories(directory.resolve("web")).resolve("people.txt");
        Files.writeString(list, "a@a.test OK\nb@a.test OK\n");
        Files.setLastModifiedTime(list, FileTime.from(Instant.parse("2026-03-01T07:08:09Z")));
        int port = Ports.free();
        try (Lists lists = new Lists(directory.resolve("copies"));
                Warnings warnings = new Warnings()) {
            HttpListLookup lookup = lists.of("http://127.0.0.1:" + port + "/people.txt");
            try (RunningProgram python = Programs.require("python3", "python3")
                    .start(
                            "-u",
                            "-m",
                            "http.server",
                            "--bind",
                            "127.0.0.1",
                            "--directory",
                            list.getParent().toString(),
                            Integer.toString(port))) {
                python.awaitOutput("Serving HTTP", TO_START);
                lookup.refresh();
                assertThat(lookup.exists("b@a.test").result()).isTrue();

                lists.pass(Duration.ofMinutes(1));
                lookup.refresh();
                python.awaitOutput("\" 304 ", TO_START);
                assertThat(lookup.age()).contains(Duration.ZERO);

                Files.writeString(list, "a@a.test OK\nb@a.test OK\nc@a.test OK\n");
                lookup.refresh();
                assertThat(lookup.exists("c@a.test").result()).isTrue();
                assertThat(warnings.problems()).isEmpty();
            }
            lookup.refresh();
            assertThat(warnings.problems()).hasSize(1);
            HttpListLookup restarted = lists.of("http://127.0.0.1:" + port + "/people.txt");
            restarted.load();
            assertThat(restarted.exists("c@a.test").result()).isTrue();
        }
    }
}
