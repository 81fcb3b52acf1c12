package io.backupmx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** With the shell, which every system has. */
class ProgramsTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Program SH = Programs.require("sh", "dash");

    @Test
    void aMissingProgramIsNamedWithItsPackage() {
        assertThatThrownBy(() -> Programs.require("no-such-program", "some-package"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("no-such-program is missing: apt-get install some-package");
    }

    @Test
    void runTellsStatusAndBothOutputs() {
        Program.Result result = SH.run(SOON, "-c", "echo out; echo err >&2; exit 3");
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.output()).isEqualTo("out\nerr\n");
        assertThatThrownBy(result::succeeded).hasMessageContaining("status 3").hasMessageContaining("err");
    }

    @Test
    void inputReachesTheProgram() {
        byte[] input = "a line\n".getBytes(StandardCharsets.US_ASCII);
        assertThat(SH.run(SOON, input, "-c", "cat").succeeded().output()).isEqualTo("a line\n");
    }

    @Test
    void aRunThatTakesTooLongIsKilled() {
        assertThatThrownBy(() -> SH.run(Duration.ofMillis(200), "-c", "echo pid $$; exec sleep 100"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("still runs after PT0.2S")
                .satisfies(e -> assertGone(String.valueOf(e.getMessage()).replaceAll("(?s).*pid (\\d+).*", "$1")));
    }

    @Test
    void closeEndsTheProgramAndWhatItStarted() {
        RunningProgram running = SH.start("-c", "trap '' TERM; sleep 100 & echo child $!.; wait; sleep 100");
        try (running) {
            running.awaitOutput("child \\d+\\.", SOON);
            assertThat(running.isAlive()).isTrue();
        }
        assertGone(String.valueOf(running.pid()));
        assertGone(running.output().replaceAll("(?s).*child (\\d+).*", "$1"));
    }

    @Test
    void awaitingOutputFailsWhenTheProgramEndsWithoutIt() {
        try (RunningProgram running = SH.start("-c", "echo nothing of use")) {
            assertThatThrownBy(() -> running.awaitOutput("ready", SOON))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("before it ended")
                    .hasMessageContaining("nothing of use");
        }
    }

    @Test
    void signalsAreSent() {
        try (RunningProgram running = SH.start(
                "-c", "trap 'echo got it' USR1; trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done")) {
            running.awaitOutput("ready", SOON);
            running.signal("USR1");
            running.awaitOutput("got it", SOON);
            assertThat(running.terminate(SOON)).isEqualTo(7);
        }
    }

    private static void assertGone(String pid) {
        Awaitility.await()
                .atMost(SOON)
                .until(() -> ProcessHandle.of(Long.parseLong(pid))
                        .filter(ProcessHandle::isAlive)
                        .isEmpty());
    }
}
