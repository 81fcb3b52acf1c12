package io.backupmx.worker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.ops.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenTest {

    @TempDir
    Path data;

    @Test
    void newOneIsOfItsOwnersEyesOnly() throws IOException {
        AdminToken token = AdminToken.ensure(data);

        Path file = data.resolve("admin-token");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).isEqualTo(token.value() + "\n");
        assertThat(token.value()).matches("[0-9a-f]{64}");
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void survivesARestart() {
        assertThat(AdminToken.ensure(data).value())
                .isEqualTo(AdminToken.ensure(data).value());
    }

    @Test
    void noTwoAreAlike() throws IOException {
        String first = AdminToken.ensure(data).value();
        Files.delete(data.resolve(AdminToken.FILE));

        assertThat(AdminToken.ensure(data).value()).isNotEqualTo(first);
    }

    @Test
    void oneOpenToOthersIsClosedToThem() throws IOException {
        Path file = Files.writeString(data.resolve(AdminToken.FILE), "0123456789abcdef0123456789abcdef");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        AdminToken.ensure(data);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void shortOneIsRefusedRatherThanTrusted() throws IOException {
        Path file = Files.writeString(data.resolve(AdminToken.FILE), "secret\n");

        assertThatThrownBy(() -> AdminToken.ensure(data))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("it holds no token");
    }

    @Test
    void oneThatIsKeptElsewhereIsReadAndNoOtherMade(@TempDir Path elsewhere) throws IOException {
        Path file = Files.writeString(elsewhere.resolve("token"), "0123456789abcdef0123456789abcdef\n");

        assertThat(AdminToken.of(Optional.of(file), data).value()).isEqualTo("0123456789abcdef0123456789abcdef");
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void oneThatIsKeptElsewhereIsNotMade() {
        Path file = data.resolve("token");

        assertThatThrownBy(() -> AdminToken.of(Optional.of(file), data))
                .isInstanceOf(StartException.class)
                .hasMessage("ops.token_file: " + file + ": there is no such file");
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void onlyTheWholeTokenMatches() {
        AdminToken token = AdminToken.ensure(data);

        assertThat(token.matches(token.value())).isTrue();
        assertThat(token.matches(token.value() + "0")).isFalse();
        assertThat(token.matches(token.value().substring(1))).isFalse();
        assertThat(token.matches("")).isFalse();
    }
}
