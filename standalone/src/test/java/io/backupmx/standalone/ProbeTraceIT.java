package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Programs;
import io.backupmx.testing.RunningProgram;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.SystemTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary that refuses connections cannot tell who asked, so the system has to. */
@RunsAlone
@SystemTest
class ProbeTraceIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration WATCHED = Duration.ofSeconds(12);

    @TempDir
    private Path directory;

    /** However many mails wait: one try each 1.5 s, or a little sooner. */
    @Test
    void primaryThatRefusesConnectionsIsAskedByOneProbeAtATime() throws IOException {
        try (Scenario scenario = Scenario.of("probes-refused", directory)) {
            scenario.load().send(500);
            scenario.awaitState("DOWN", SOON);
            Path trace = directory.resolve("trace");

            try (RunningProgram strace = Programs.require("strace", "strace")
                    .start(
                            "-f",
                            "-o",
                            trace.toString(),
                            "-e",
                            "trace=connect",
                            "-p",
                            Long.toString(scenario.instance().pid()))) {
                strace.awaitOutput("Process " + scenario.instance().pid() + " attached", SOON);
                scenario.load().send(20); // more mail is no reason to ask more often
                Scenario.pass(WATCHED);
                int _ = strace.terminate(SOON);
            }

            String tried = "_port=htons(" + scenario.primary().port() + ")";
            long probes = Files.readString(trace, StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.contains(tried))
                    .count();
            System.out.printf("scenario=probes-refused watched_ms=%d probes=%d%n", WATCHED.toMillis(), probes);
            assertThat(probes).as("tries in %s", WATCHED).isBetween(6L, 12L);
            scenario.mended();
            scenario.primary().start();
            assertThat(scenario.end(SOON).maxAttempts()).isEqualTo(1);
        }
    }
}
