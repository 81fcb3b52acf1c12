package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.Credentials;
import io.backupmx.smtp.MailProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NextHopCredentialsTest {

    @TempDir
    private Path directory;

    private NextHopCredentials credentials(String text) throws IOException {
        return credentials(text, "rw-------");
    }

    private NextHopCredentials credentials(String text, String mode) throws IOException {
        Path file = directory.resolve("sasl_passwd");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return new NextHopCredentials(Optional.of(file));
    }

    @Test
    void entriesAreFoundAsThePostfixOfTheFileWouldFindThem() throws IOException {
        NextHopCredentials credentials = credentials("""
                # of the primaries
                [mx1.example.test]:587   one:a:b c
                [MX2.example.test]       two:x
                mx3.example.test         three:y
                mx4.example.test:submission  four:z
                """);
        assertThat(credentials.read()).isEmpty();
        assertThat(credentials.of(new NextHop("mx1.example.test", 587))).contains(new Credentials("one", "a:b c"));
        assertThat(credentials.of(new NextHop("mx1.example.test", 25))).isEmpty();
        assertThat(credentials.of(new NextHop("mx2.example.test", 25))).contains(new Credentials("two", "x"));
        assertThat(credentials.of(new NextHop("mx2.example.test", 24, false, MailProtocol.LMTP)))
                .contains(new Credentials("two", "x"));
        assertThat(credentials.of(new NextHop("mx2.example.test", 2525))).isEmpty();
        assertThat(credentials.of(new NextHop("mx3.example.test", 2525))).contains(new Credentials("three", "y"));
        assertThat(credentials.of(new NextHop("mx4.example.test", 587, true))).contains(new Credentials("four", "z"));
    }

    @Test
    void whoMayNotReadItCannot() throws IOException {
        assertThat(credentials("[mx1.example.test] one:secret\n", "rw-r--r--").read())
                .singleElement()
                .asString()
                .contains("worker.credentials: ", "chmod 600")
                .doesNotContain("secret");
        assertThat(credentials("[mx1.example.test] one:secret\n", "rw-r-----").read())
                .isEmpty();
    }

    @Test
    void problemsNameNoSecret() throws IOException {
        assertThat(credentials("[mx1.example.test] secret\n").read())
                .singleElement()
                .asString()
                .contains("sasl_passwd:1: ", "user:password")
                .doesNotContain("secret");
        assertThat(credentials("secret [mx1.example.test]\n").read())
                .singleElement()
                .asString()
                .doesNotContain("secret");
        assertThat(new NextHopCredentials(Optional.of(directory.resolve("none"))).read())
                .singleElement()
                .asString()
                .contains("worker.credentials", "no such file");
    }

    @Test
    void aFileThatChangesIsReadAnewAndAWrongOneIsNot() throws IOException {
        NextHop hop = new NextHop("mx1.example.test", 25);
        NextHopCredentials credentials = credentials("[mx1.example.test] one:old\n");
        assertThat(credentials.read()).isEmpty();
        Path file = directory.resolve("sasl_passwd");
        Files.writeString(file, "[mx1.example.test] one:another\n");
        assertThat(credentials.of(hop)).contains(new Credentials("one", "another"));
        Files.writeString(file, "[mx1.example.test]\n");
        assertThat(credentials.of(hop)).contains(new Credentials("one", "another"));
        Files.writeString(file, "# nothing yet\n");
        assertThat(credentials.read()).singleElement().asString().contains("no entries");
        assertThat(credentials.of(hop)).contains(new Credentials("one", "another"));
        Files.delete(file);
        assertThat(credentials.of(hop)).contains(new Credentials("one", "another"));
    }

    /** Neither its content nor its time is another then. */
    @Test
    void aFileThatOthersMayReadNoLongerIsReadAnew() throws IOException {
        NextHop hop = new NextHop("mx1.example.test", 25);
        NextHopCredentials credentials = credentials("[mx1.example.test] one:secret\n", "rw-r--r--");
        assertThat(credentials.of(hop)).isEmpty();
        Files.setPosixFilePermissions(directory.resolve("sasl_passwd"), PosixFilePermissions.fromString("rw-------"));
        assertThat(credentials.of(hop)).contains(new Credentials("one", "secret"));
    }

    @Test
    void withoutAFileNobodyIsKnown() {
        NextHopCredentials none = new NextHopCredentials(Optional.empty());
        assertThat(none.read()).isEmpty();
        assertThat(none.of(new NextHop("mx1.example.test", 25))).isEmpty();
    }
}
