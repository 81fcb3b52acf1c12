package io.backupmx.reload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;

/**
 * What tells whether a file has changed, and works on every file system: time, size and inode, of the file that a symbolic
 * link leads to. A file that cannot be looked at has none of them.
 */
record FileStamp(Optional<FileTime> modified, long sizeBytes, Optional<String> inode) {

    static FileStamp of(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(
                    Optional.of(attributes.lastModifiedTime()),
                    attributes.size(),
                    Optional.ofNullable(attributes.fileKey()).map(Object::toString));
        } catch (IOException _) {
            return new FileStamp(Optional.empty(), 0, Optional.empty());
        }
    }

    /** Whether the file is there, and was last written before {@code instant}. */
    boolean isOlderThan(Instant instant) {
        return modified.filter(time -> time.toInstant().isBefore(instant)).isPresent();
    }
}
