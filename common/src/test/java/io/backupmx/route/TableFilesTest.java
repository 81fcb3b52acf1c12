package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory in the place of a recipients file. */
final class TableFilesTest {

    @TempDir
    private Path directory;

    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    @Test
    void itsFilesAreOneTable() throws IOException {
        write("10-a", "alice@a.test x\n");
        write("20-b", "@b.test x\nbob@a.test x\n");

        Recipients recipients = read();

        assertThat(problems).isEmpty();
        assertThat(recipients.listed().size()).isEqualTo(2);
        assertThat(recipients.contains(new TableAddress("bob", Domain.of("a.test"))))
                .isTrue();
        assertThat(recipients.isOpen(Domain.of("b.test"))).isTrue();
    }

    @Test
    void whatIsNoTableDoesNotCount() throws IOException {
        write("b", "");
        write("a", "");
        for (String other : List.of(".a.swp", "a~", "a.db", "a.lmdb")) {
            write(other, "garbage");
        }
        Files.createDirectory(directory.resolve("directory"));
        Files.createSymbolicLink(directory.resolve("c"), directory.resolve(".a.swp"));

        assertThat(TableFiles.in(directory))
                .containsExactly(directory.resolve("a"), directory.resolve("b"), directory.resolve("c"));
        assertThat(TableFiles.in(directory.resolve("a~"))).as("named itself").containsExactly(directory.resolve("a~"));
        assertThat(TableFiles.in(directory.resolve("none"))).containsExactly(directory.resolve("none"));
    }

    @Test
    void problemsNameTheirOwnFileAndLine() throws IOException {
        write("first", "alice@a.test x\n");
        Path second = write("second", "# bob\nbob\nalice@a.test x\n");

        read();

        assertThat(problems).singleElement().asString().startsWith(second + ":2: 'bob' has no value");
        assertThat(warnings).containsExactly(second + ":3: 'alice@a.test' is there already");
    }

    @Test
    void manyFilesThatAreWrongAreAbridgedTogether() throws IOException {
        for (int i = 0; i < 100; i++) {
            write("file" + i, "nonsense x\n");
        }
        read();

        assertThat(problems).hasSize(FileProblems.SHOWN + 1);
    }

    @Test
    void withoutFilesItIsAProblem() {
        read();

        assertThat(problems)
                .containsExactly("relay_recipients: " + directory + " is a directory without a file that counts");
    }

    @Test
    void theFirstLineAboutARecipientIsFoundWithItsFile() throws IOException {
        write("first", "\n@b.test x\n");
        write("second", "\n\nalice@b.test x\n");
        ForwardPath alice = ForwardPath.parse("<alice@b.test>").orElseThrow();

        RecipientLines lines = RecipientLines.in(directory, List.of(alice));

        assertThat(lines.of(alice)).contains(new RecipientLines.Place(directory.resolve("second"), 3));
        assertThat(lines.ofDomain(alice)).hasToString("Optional[" + directory.resolve("first") + " line 2]");
    }

    private Recipients read() {
        return Recipients.read(directory, new FileProblems("relay_recipients", directory, problems, warnings));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
