package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A program of the system. What it starts never outlives the test's JVM, unless that is killed. */
public record Program(Path path) {

    /** Runs it to its end, without input; fails, having killed it, when that takes longer than {@code timeout}. */
    public Result run(Duration timeout, String... arguments) {
        return run(timeout, new byte[0], arguments);
    }

    /** Runs it to its end with {@code input} as its standard input. */
    public Result run(Duration timeout, byte[] input, String... arguments) {
        try (RunningProgram running = start(arguments)) {
            running.feed(input);
            int status = running.awaitExit(timeout);
            return new Result(running.command(), status, running.output());
        }
    }

    /** Starts it, to be ended by {@link RunningProgram#close}; its standard input stays open. */
    public RunningProgram start(String... arguments) {
        List<String> command = new ArrayList<>(List.of(path.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new RunningProgram(String.join(" ", command), process);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
        }
    }

    /**
     * How a run ended.
     *
     * @param status the exit status
     * @param output standard output and standard error as they came
     */
    public record Result(String command, int status, String output) {

        /** Itself, when the program said that all went well. */
        public Result succeeded() {
            if (status != 0) {
                throw new AssertionError("status " + status + " of " + command + "\n" + output);
            }
            return this;
        }
    }
}
