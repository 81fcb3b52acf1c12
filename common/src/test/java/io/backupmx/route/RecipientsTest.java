package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.Domain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recipients file: what it says, and what is said of one that is none. */
final class RecipientsTest {

    @TempDir
    private Path directory;

    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    @Test
    void listsAddressesAndOpenDomains() throws IOException {
        Recipients recipients = read("Alice@A.test x\n@b.test x\n\"a b\"@a.test x\n");

        assertThat(recipients.contains(new TableAddress("alice", Domain.of("a.test"))))
                .isTrue();
        assertThat(recipients.contains(new TableAddress("a b", Domain.of("a.test"))))
                .isTrue();
        assertThat(recipients.contains(new TableAddress("bob", Domain.of("a.test"))))
                .isFalse();
        assertThat(recipients.isOpen(Domain.of("b.test"))).isTrue();
        assertThat(problems).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void aKeyThatIsThereTwiceIsWarnedOf() throws IOException {
        read("a@a.test x\nA@a.test y\n@b.test x\n@b.test x\n");

        assertThat(problems).isEmpty();
        assertThat(warnings).containsExactly(at(2, "'a@a.test' is there already"), at(4, "'@b.test' is there already"));
    }

    @Test
    void manyOfOneKindAreAbridged() throws IOException {
        read("a@a.test x\n".repeat(1000) + "nonsense x\n".repeat(1000));

        assertThat(warnings).hasSize(FileProblems.SHOWN + 1);
        assertThat(problems).hasSize(FileProblems.SHOWN + 1);
    }

    @Test
    void garbageIsAFewProblemsEachOfALine() throws IOException {
        byte[] garbage = new byte[1 << 20];
        new Random(3).nextBytes(garbage);
        Recipients.read(write(garbage), lines());

        assertThat(problems)
                .hasSizeBetween(2, FileProblems.SHOWN + 1)
                .allMatch(problem -> problem.startsWith(file() + ":") && problem.length() < 600)
                .noneMatch(problem -> problem.chars().anyMatch(Character::isISOControl));
    }

    @Test
    void aHugeLineIsOneProblem() throws IOException {
        read("x".repeat(1 << 20) + "@a.test x\nbob@a.test x\n");

        assertThat(problems).containsExactly(at(1, "is longer than 65536 octets"));
    }

    @Test
    void aLongLineIsShownInPart() throws IOException {
        read("y".repeat(5000) + "@a.test x\n");

        assertThat(problems).singleElement().asString().contains("[...]").hasSizeLessThan(600);
    }

    @Test
    void anotherEncodingIsSaidWithItsLine() throws IOException {
        ByteArrayOutputStream latin1 = new ByteArrayOutputStream();
        latin1.write("bob@a.test x\n".getBytes(StandardCharsets.US_ASCII));
        latin1.write("jörg@a.test x\n".getBytes(StandardCharsets.ISO_8859_1));
        Recipients.read(write(latin1.toByteArray()), lines());

        assertThat(problems).containsExactly(at(2, "is not UTF-8"));
        problems.clear();

        Recipients.read(write("bob@a.test x\n".getBytes(StandardCharsets.UTF_16LE)), lines());
        assertThat(problems).isNotEmpty().first().asString().contains("NUL octet: this is not a text file in UTF-8");
    }

    @Test
    void moreThanTheHeapCanTakeIsAProblemAndNoDeath() throws IOException {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            many.append("user").append(i).append("@a.test x\n");
        }
        Recipients.read(
                write(many.toString().getBytes(StandardCharsets.UTF_8)), lines(), Recipients.Form.POSTFIX, 8000);

        assertThat(problems).singleElement().asString().contains("a quarter of the heap");
    }

    /** A domain takes ten times what its line does. */
    @Test
    void domainsTakeOfTheHeapToo() throws IOException {
        for (String line : List.of("@d%d.test x\n", "a@d%d.test x\n")) {
            problems.clear();
            StringBuilder many = new StringBuilder();
            for (int i = 0; i < 1000; i++) {
                many.append(line.formatted(i));
            }
            Recipients kept = Recipients.read(
                    write(many.toString().getBytes(StandardCharsets.UTF_8)), lines(), Recipients.Form.POSTFIX, 40_000);

            assertThat(problems).as(line).singleElement().asString().contains("a quarter of the heap");
            assertThat(kept.sizeBytes()).as(line).isBetween(30_000L, 40_000L);
        }
    }

    private Recipients read(String text) throws IOException {
        return Recipients.read(write(text.getBytes(StandardCharsets.UTF_8)), lines());
    }

    private FileProblems lines() {
        return new FileProblems("relay_recipients", file(), problems, warnings);
    }

    private Path write(byte[] octets) throws IOException {
        return Files.write(file(), octets);
    }

    private Path file() {
        return directory.resolve("recipients");
    }

    private String at(int line, String what) {
        return file() + ":" + line + ": " + what;
    }
}
