package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A list that others made: who is in it, and what is none. */
final class RecipientListTest {

    @TempDir
    private Path directory;

    @Test
    void addressesNeedNoValueAndMayHaveOne() throws Exception {
        RecipientList list = list("""
                # people
                Alice@A.test
                bob@a.test OK

                "a b"@a.test
                "a,b"@a.test
                carol@a.test\tsome
                  more of it
                @open.test x
                """);

        assertThat(list.size()).isEqualTo(6);
        assertThat(list.contains("alice@a.test")).isTrue();
        assertThat(list.contains("a b@a.test")).isTrue();
        assertThat(list.contains("a,b@a.test")).isTrue();
        assertThat(list.contains("carol@a.test")).isTrue();
        assertThat(list.contains("anybody@open.test")).isTrue();
        assertThat(list.contains("dave@a.test")).isFalse();
        assertThat(list.contains("alice@b.test")).isFalse();
        assertThat(list.contains("a.test")).isFalse();
        assertThat(list.contains("@open.test")).isFalse();
    }

    @Test
    void linesMayEndAsElsewhere() throws Exception {
        RecipientList list = list("\ufeffalice@a.test\r\nbob@a.test\r\n");

        assertThat(list.contains("alice@a.test")).isTrue();
        assertThat(list.contains("bob@a.test")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE html>\n<html><body>Sorry, alice@a.test</body></html>\n",
                "{\"users\": [\"alice@a.test\"]}\n",
                "alice@a.test\nbob\n",
                "alice@a.test,bob@a.test\n",
                "Alice,alice@a.test\n",
                "<li>alice@a.test\n",
                "[alice@a.test\n",
                "alice@a.test\n\"bob@a.test\n",
                " alice@a.test\n",
                "# nobody\n",
                ""
            })
    void whatIsWrongInOneLineIsNoList(String text) {
        assertThatThrownBy(() -> list(text)).isInstanceOf(NotAListException.class);
    }

    @Test
    void itIsSaidWhatIsWrongWhereButNotAtLength() {
        assertThatThrownBy(() -> list("alice@a.test\n" + "nobody\n".repeat(1000)))
                .isInstanceOfSatisfying(NotAListException.class, e -> {
                    assertThat(e)
                            .hasMessage("people:2: 'nobody' is not an address: write user@domain or @domain; and more");
                    assertThat(e.problems()).hasSize(FileProblems.SHOWN + 1);
                });
    }

    @Test
    void garbageHugeLinesAndOtherEncodingsAreNoList() throws IOException {
        byte[] garbage = new byte[1 << 20];
        new Random(5).nextBytes(garbage);
        for (byte[] octets : new byte[][] {
            garbage,
            ("x".repeat(1 << 20) + "@a.test\n").getBytes(StandardCharsets.US_ASCII),
            "jörg@a.test\n".getBytes(StandardCharsets.ISO_8859_1),
            "alice@a.test\n".getBytes(StandardCharsets.UTF_16),
        }) {
            Files.write(file(), octets);
            assertThatThrownBy(() -> RecipientList.read(file(), "people")).isInstanceOf(NotAListException.class);
        }
    }

    @Test
    void aFileThatIsGoneIsNoList() {
        assertThatThrownBy(() -> RecipientList.read(file(), "people"))
                .isInstanceOf(NotAListException.class)
                .hasMessageContaining("no such file");
    }

    @Test
    void whatIsCoveredByADomainIsNotMissing() throws Exception {
        RecipientList before = list("a@a.test\nb@a.test\n@b.test\n");

        assertThat(before.missingIn(list("@a.test\n@b.test\n"))).isZero();
        assertThat(before.missingIn(list("a@a.test\na@b.test\nc@c.test\n"))).isEqualTo(2);
    }

    @Test
    void moreThanTheLimitIsALossButNotASingleOne() throws Exception {
        RecipientList before = list("a@a.test\nb@a.test\nc@a.test\nd@a.test\n");

        assertThat(before.isLostIn(list("a@a.test\nb@a.test\nc@a.test\n"), 0)).isFalse();
        assertThat(before.isLostIn(list("a@a.test\nb@a.test\n"), 50)).isFalse();
        assertThat(before.isLostIn(list("a@a.test\nb@a.test\n"), 49)).isTrue();
        assertThat(before.isLostIn(list("e@a.test\nf@a.test\ng@a.test\nh@a.test\n"), 99))
                .isTrue();
    }

    private RecipientList list(String text) throws IOException, NotAListException {
        Files.writeString(file(), text);
        return RecipientList.read(file(), "people");
    }

    private Path file() {
        return directory.resolve("list");
    }
}
