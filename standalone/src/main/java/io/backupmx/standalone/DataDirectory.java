package io.backupmx.standalone;

import io.backupmx.ops.StartException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The one directory a process writes to: spool, if it has one, contents in flight, admin token. Held by one process at a time; the
 * operating system ends the hold with the process, however that ends.
 */
final class DataDirectory implements AutoCloseable {

    private static final String LOCK_FILE = "lock";
    private static final String SPOOL = "spool";
    private static final String IN_FLIGHT = "in-flight";

    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Takes {@code directory}, made when it is not there.
     *
     * @throws StartException when it cannot be made or written, or another instance has it
     */
    static DataDirectory take(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        try {
            if (Files.notExists(path)) {
                Files.createDirectories(path);
                // Mail is nobody else's to read.
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            }
            FileChannel lockFile = lock(path);
            try {
                clear(Files.createDirectories(path.resolve(IN_FLIGHT)));
            } catch (IOException e) {
                lockFile.close();
                throw e;
            }
            return new DataDirectory(path, lockFile);
        } catch (IOException e) {
            throw new StartException("data: " + path + " cannot be used: " + why(e), e);
        }
    }

    Path path() {
        return path;
    }

    /** For an embedded broker, which makes it. */
    Path spool() {
        return path.resolve(SPOOL);
    }

    /** Size of the disk with {@link #spool}; empty while it does not say. */
    OptionalLong spoolDiskBytes() {
        try {
            return OptionalLong.of(Files.getFileStore(spool()).getTotalSpace());
        } catch (IOException _) {
            return OptionalLong.empty();
        }
    }

    /** For contents too large for the heap, on their way to the spool. */
    Path inFlight() {
        return path.resolve(IN_FLIGHT);
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    private static FileChannel lock(Path path) throws IOException {
        Path file = path.resolve(LOCK_FILE);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            Optional<FileLock> lock = Optional.ofNullable(channel.tryLock());
            if (lock.isPresent()) {
                channel.truncate(0);
                channel.write(
                        ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Held within this very process: the same answer.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new StartException("data: " + path + " is in use by process "
                + Files.readString(file).strip() + ": every process needs a data directory of its own (--data)");
    }

    /** A crash between making and unlinking such a file leaves it; its mail was never confirmed to anybody. */
    private static void clear(Path directory) throws IOException {
        try (DirectoryStream<Path> leftOver = Files.newDirectoryStream(directory, "*.spill")) {
            for (Path file : leftOver) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static String why(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied for " + denied.getFile();
            case FileAlreadyExistsException there -> there.getFile() + " is not a directory";
            case FileSystemException other when other.getReason() != null -> other.getFile() + ": " + other.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
