package io.backupmx.standalone;

import io.backupmx.testing.Program;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Debian's Python, which has Debian's modules, and our scripts for it. */
final class Python {

    private static final Path INTERPRETER = Path.of("/usr/bin/python3");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Python() {}

    /**
     * Runs a script that lies beside this class, to its end.
     *
     * @param module what it needs, beyond Python's own
     * @param debianPackage what has it when it is missing
     */
    static Program.Result run(
            String script, String module, String debianPackage, byte[] input, List<String> arguments) {
        Program python = requireWith(module, debianPackage);
        try {
            Path file = Files.createTempFile("script", ".py");
            try {
                Files.write(file, bytesOf(script));
                List<String> all = new ArrayList<>(List.of(file.toString()));
                all.addAll(arguments);
                return python.run(PATIENCE, input, all.toArray(String[]::new));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Program requireWith(String module, String debianPackage) {
        Program python = new Program(INTERPRETER);
        if (!Files.isExecutable(INTERPRETER)
                || python.run(PATIENCE, "-c", "import " + module).status() != 0) {
            throw new AssertionError("Python's " + module + " is missing: apt-get install " + debianPackage);
        }
        return python;
    }

    private static byte[] bytesOf(String script) throws IOException {
        try (InputStream in = Python.class.getResourceAsStream(script)) {
            if (in == null) {
                throw new IOException(script + " is not on the class path");
            }
            return in.readAllBytes();
        }
    }
}
