package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A server program of the system, on a port of 127.0.0.1 and with a directory of its own that is deleted in the end. It can be
 * stopped, started again on what it has, and frozen.
 */
public final class LoopbackServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path directory;
    private final int port;
    private final String stopSignal;
    private final Program program;
    private final List<String> arguments;
    private Optional<RunningProgram> running = Optional.empty();

    /** @param stopSignal what makes it end without waiting for its clients */
    LoopbackServer(Path directory, int port, String stopSignal, Program program, List<String> arguments) {
        this.directory = directory;
        this.port = port;
        this.stopSignal = stopSignal;
        this.program = program;
        this.arguments = List.copyOf(arguments);
    }

    static Path newDirectory(String name) {
        try {
            return Files.createTempDirectory(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    public int port() {
        return port;
    }

    /** Returns when it accepts connections. */
    public LoopbackServer start() {
        RunningProgram started = program.start(arguments.toArray(String[]::new));
        running = Optional.of(started);
        try {
            Ports.awaitListening(port, PATIENCE);
        } catch (AssertionError e) {
            stop();
            throw new AssertionError(program.path() + " did not start:\n" + started.output(), e);
        }
        return this;
    }

    /** Returns when it has ended. */
    public void stop() {
        running.ifPresent(program -> {
            if (program.isAlive()) {
                program.signal(stopSignal);
            }
            program.close();
        });
        running = Optional.empty();
    }

    /** Stops the time for it and all its processes: connections to it are still made, by the system, but nobody answers. */
    public void freeze() {
        signal("STOP");
    }

    /** Undoes {@link #freeze}. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        RunningProgram main = running.orElseThrow();
        main.signal(name);
        ProcessHandle.of(main.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                // One may have ended since.
                .forEach(child -> Programs.require("sh", "dash")
                        .run(Duration.ofSeconds(5), "-c", "kill -s " + name + " " + child.pid()));
    }

    /** Stops it and deletes its directory. */
    @Override
    public void close() {
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
