package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.ops.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @TempDir
    Path directory;

    @Test
    void isMadeForItsOwnerOnly() throws IOException {
        try (DataDirectory data = DataDirectory.take(directory.resolve("var/data"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.path())))
                    .isEqualTo("rwx------");
            assertThat(data.spool()).as("the broker's to make").doesNotExist();
            assertThat(data.inFlight()).isDirectory();
        }
    }

    @Test
    void secondInstanceIsToldWhoHasIt() throws IOException {
        try (DataDirectory _ = DataDirectory.take(directory)) {
            assertThatThrownBy(() -> DataDirectory.take(directory))
                    .isInstanceOf(StartException.class)
                    .hasMessage("data: " + directory + " is in use by process "
                            + ProcessHandle.current().pid()
                            + ": every process needs a data directory of its own (--data)");
        }
    }

    @Test
    void isFreeAgainAfterItsHolder() throws IOException {
        DataDirectory.take(directory).close();

        DataDirectory.take(directory).close();
    }

    @Test
    void fileInItsPlaceIsSaid() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> DataDirectory.take(file.resolve("data")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("data: " + file.resolve("data") + " cannot be used: ")
                .hasMessageNotContaining("Exception");
    }

    /** Nobody can make a directory there, root neither. */
    @Test
    void placeThatCannotBeWrittenIsSaid() {
        assertThatThrownBy(() -> DataDirectory.take(Path.of("/proc/backupmx")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("data: /proc/backupmx cannot be used: ")
                .hasMessageNotContaining("Exception");
    }

    @Test
    void leftOverContentsOfACrashAreRemoved() throws IOException {
        Path left = Files.createDirectories(directory.resolve("in-flight")).resolve("content1.spill");
        Files.createFile(left);

        DataDirectory.take(directory).close();

        assertThat(left).doesNotExist();
    }
}
