package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Directories of servers that have ended, and whose last processes may be writing their last lines. */
final class Trees {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Trees() {}

    static void delete(Path directory) {
        Deadline deadline = Deadline.in(PATIENCE);
        while (true) {
            try {
                deleteOnce(directory);
                return;
            } catch (DirectoryNotEmptyException | NoSuchFileException e) {
                if (deadline.isOver()) {
                    throw new UncheckedIOException(e);
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void deleteOnce(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }

    /** For a server that will be another user: others may look into it. */
    static Path make(String name) {
        try {
            return Files.setPosixFilePermissions(
                    Files.createTempDirectory(name), PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path ownedBy(String user, Path path) {
        try {
            return Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
