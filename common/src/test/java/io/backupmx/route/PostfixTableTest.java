package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PostfixTableTest {

    @TempDir
    private Path directory;

    private final List<String> problems = new ArrayList<>();

    @Test
    void commentsAndBlankLinesDoNotCount() throws IOException {
        assertThat(read("# a comment\n\n   # another\n \t \na.test x\n#b.test x\n"))
                .containsExactly("5 a.test=x");
        assertThat(problems).isEmpty();
    }

    @Test
    void leadingWhiteSpaceContinuesALineBeyondCommentsAndBlankLines() throws IOException {
        assertThat(read("a.test\tsmtp:[mx1]:25,\n# between\n\n   # and indented\n   [mx2]:26\nb.test x\n"))
                .containsExactly("1 a.test=smtp:[mx1]:25,   [mx2]:26", "6 b.test=x");
    }

    @Test
    void aValueMayComeWithTheContinuation() throws IOException {
        assertThat(read("a.test\n   x\n")).containsExactly("1 a.test=x");
    }

    @Test
    void keysAreFoldedAndValuesAreNot() throws IOException {
        assertThat(read("Alice@A.Test  VaLue \t with  blanks \n"))
                .containsExactly("1 alice@a.test=VaLue \t with  blanks");
    }

    @Test
    void quotedAndEscapedWhiteSpaceBelongsToTheKey() throws IOException {
        assertThat(read("\"a b\"@a.test x\n\"a\\\" b\"@a.test x\na\\ b@a.test x\n"))
                .containsExactly("1 \"a b\"@a.test=x", "2 \"a\\\" b\"@a.test=x", "3 a\\ b@a.test=x");
    }

    @Test
    void windowsLineEndsAndByteOrderMarkAndAMissingLastLineFeedDoNoHarm() throws IOException {
        assertThat(read("\ufeffa.test x\r\n\r\nb.test y\r\n  z\r\nc.test x"))
                .containsExactly("1 a.test=x", "3 b.test=y\r  z", "5 c.test=x");
    }

    @Test
    void ofTwoEntriesWithOneKeyTheFirstCounts() throws IOException {
        assertThat(read("a.test first\nA.TEST second\n")).containsExactly("1 a.test=first");
    }

    @Test
    void everyBrokenLineIsAProblemWithItsNumber() throws IOException {
        Path file = directory.resolve("table");
        Files.writeString(file, "  leading x\nok.test x\nno-value.test\n\"open@a.test x\n");
        Files.write(file, "b\u00e4d.test x\n".getBytes(StandardCharsets.ISO_8859_1), StandardOpenOption.APPEND);
        Files.writeString(file, "nul\0.test x\nlast.test x\n", StandardOpenOption.APPEND);

        PostfixTable table = PostfixTable.read(file, new FileProblems("transport", file, problems));

        assertThat(table.find("OK.test")).isPresent();
        assertThat(table.find("last.test")).isPresent();
        assertThat(problems)
                .containsExactlyInAnyOrder(
                        file + ":1: starts with white space, but there is no line before it to continue",
                        file + ":3: 'no-value.test' has no value: expected key, white space, value",
                        file + ":4: a double quote is not closed",
                        file + ":5: is not UTF-8",
                        file + ":6: holds a NUL octet: this is not a text file in UTF-8");
    }

    @Test
    void linesAreBoundedAndTheRestIsStillRead() throws IOException {
        String tooLong = "x".repeat(LogicalLines.MAX_OCTETS);
        String half = " " + "y".repeat(LogicalLines.MAX_OCTETS / 2) + "\n";

        assertThat(read("a.test x\nb.test " + tooLong + "\nc.test z\n" + half + half))
                .hasSize(2);
        assertThat(problems).hasSize(2);
        assertThat(problems.getFirst()).endsWith(":2: is longer than 65536 octets");
        assertThat(problems.getLast()).endsWith(":5: the line that began at 3 is too long");
    }

    @Test
    void aFileThatIsNoTableDoesNotFloodTheOperator() throws IOException {
        read("key-alone\n".repeat(1000));

        assertThat(problems).hasSize(21);
        assertThat(problems.getLast()).endsWith(": more problems follow; mend these first");
    }

    @Test
    void aFileThatCannotBeReadIsAProblem() {
        Path absent = directory.resolve("absent");

        PostfixTable.read(absent, new FileProblems("transport", absent, problems));
        PostfixTable.read(directory, new FileProblems("transport", directory, problems));

        assertThat(problems)
                .containsExactly(
                        "transport: " + absent + " cannot be read: no such file",
                        "transport: " + directory + " cannot be read: Is a directory");
    }

    private List<String> read(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("table"), text);
        return PostfixTable.read(file, new FileProblems("transport", file, problems)).entries().stream()
                .map(entry -> entry.line() + " " + entry.key() + "=" + entry.value())
                .toList();
    }
}
