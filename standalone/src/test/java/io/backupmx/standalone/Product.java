package io.backupmx.standalone;

import io.backupmx.testing.Program;
import io.backupmx.testing.RunningProgram;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The product's jar in JVMs of their own, with the options that the launcher gives them, and its archive of classes. */
final class Product {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path JAR = jar();
    private static final List<String> OPTIONS = List.of("--sun-misc-unsafe-memory-access=allow");
    private static final List<String> FROM_ARCHIVE = ClassArchive.options(JAVA, OPTIONS, JAR);
    private static final List<String> SERVICE = List.of("-XX:+ExitOnOutOfMemoryError");
    private static final String HEAP_WITH_BROKER = "-Xmx512m";
    private static final String HEAP = "-Xmx384m";
    private static final List<String> COMMAND = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Product() {}

    /**
     * How a command ended.
     *
     * @param out what it said on stdout
     * @param err what it said on stderr
     */
    record Ran(int exitCode, String out, String err) {

        Ran succeeded() {
            if (exitCode != 0) {
                throw new AssertionError("exit code " + exitCode + "\n" + out + err);
            }
            return this;
        }
    }

    /**
     * Starts a service; its stdout and stderr are one output.
     *
     * @param jvmOptions stronger than the product's own
     */
    static RunningProgram start(List<String> jvmOptions, List<String> arguments) {
        List<String> options = new ArrayList<>(SERVICE);
        options.add(arguments.getFirst().equals("run") ? HEAP_WITH_BROKER : HEAP);
        options.addAll(jvmOptions);
        return new Program(JAVA).start(commandLine(options, arguments).toArray(String[]::new));
    }

    /** Runs a command to its end, in the directory {@code in}. */
    static Ran run(Path in, String... arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA.toString()));
        command.addAll(commandLine(COMMAND, Arrays.asList(arguments)));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("BACKUPMX_"));
            Process process = builder.start();
            try {
                process.getOutputStream().close();
                var out = reading(process.getInputStream());
                var err = reading(process.getErrorStream());
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new AssertionError(List.of(arguments) + " still runs after " + PATIENCE);
                }
                return new Ran(process.exitValue(), out.join(), err.join());
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static List<String> commandLine(List<String> options, List<String> arguments) {
        List<String> all = new ArrayList<>(OPTIONS);
        all.addAll(FROM_ARCHIVE);
        all.addAll(options);
        all.addAll(List.of("-jar", JAR.toString()));
        all.addAll(arguments);
        return all;
    }

    private static Path jar() {
        try (Stream<Path> built = Files.list(Path.of(System.getProperty("backupmx.root"), "standalone", "target"))) {
            return built.filter(file -> file.getFileName().toString().matches("standalone-[0-9][^/]*[.]jar"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("standalone/target has no jar: package first"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CompletableFuture<String> reading(InputStream in) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (in) {
                text.complete(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                text.completeExceptionally(e);
            }
        });
        return text;
    }
}
