package io.backupmx.standalone;

import io.backupmx.testing.Program;
import io.backupmx.testing.RunningProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the JVM keeps of the classes that a start loads, as {@code backupmx --archive} makes it: the next starts take half the
 * time. One that does not fit the jar is passed over by the JVM, so it is made anew when the jar is newer.
 */
final class ClassArchive {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private ClassArchive() {}

    /** The options with which {@code jar} starts from its archive, which is made now if it must be. */
    static List<String> options(Path java, List<String> options, Path jar) {
        Path archive = jar.resolveSibling("tests.jsa");
        try {
            if (!Files.exists(archive)
                    || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) <= 0) {
                make(java, options, jar, archive);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable", "-Xlog:all=error,cds*=off:stderr");
    }

    private static void make(Path java, List<String> options, Path jar, Path archive) throws IOException {
        Path data = Files.createTempDirectory(jar.getParent(), "class-archive");
        Path made = data.resolve("classes.jsa"); // moved when it is whole: others may look for it
        Path config = Files.createFile(data.resolve("backupmx.yaml"));
        List<String> command = new ArrayList<>(options);
        command.addAll(List.of("-XX:ArchiveClassesAtExit=" + made, "-jar", jar.toString(), "run"));
        command.addAll(List.of("--config", config.toString(), "--data", data.toString()));
        command.addAll(List.of("--domain", "example.test", "--primary", "127.0.0.1:9", "--listen", "127.0.0.1:0"));
        command.addAll(List.of("--set", "ops.listen=127.0.0.1:0"));
        try (RunningProgram instance = new Program(java).start(command.toArray(String[]::new))) {
            instance.awaitOutput("(?m)^metrics", PATIENCE);
            instance.terminate(PATIENCE);
            Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(data);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        }
    }
}
