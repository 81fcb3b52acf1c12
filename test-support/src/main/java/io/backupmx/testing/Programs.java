package io.backupmx.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where programs of the system are. */
public final class Programs {

    /** Not on the PATH of ordinary users, but where Debian has the programs of servers. */
    private static final String SERVERS = "/usr/sbin";

    private Programs() {}

    /** Finds {@code name} on the PATH or in {@code /usr/sbin}; {@code debianPackage} is what has it when it is missing. */
    public static Program require(String name, String debianPackage) {
        return find(name)
                .map(Program::new)
                .orElseThrow(() -> new AssertionError(name + " is missing: apt-get install " + debianPackage));
    }

    /** Finds {@code name} among what cannot be installed and is unpacked by {@code .ci/foreign}. */
    public static Program unpacked(String name) {
        Path program = Path.of(System.getProperty("backupmx.root"), "target", "foreign", "usr", "sbin", name);
        if (!Files.isExecutable(program)) {
            throw new AssertionError(program + " is missing: run .ci/foreign");
        }
        return new Program(program);
    }

    private static Optional<Path> find(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + File.pathSeparator + SERVERS;
        for (String directory : path.split(File.pathSeparator, -1)) {
            Path program = Path.of(directory, name);
            if (!directory.isEmpty() && Files.isRegularFile(program) && Files.isExecutable(program)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }
}
