package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list on disk that a restart begins with. */
final class ListCopyTest {

    private static final String URL = "https://a.test/people?key=secret";
    private static final Instant NOW = Instant.parse("2026-03-01T07:08:09Z");
    private static final ListVersion VERSION = new ListVersion(Optional.of("W/\"é\\x\""), Optional.of("yesterday"));

    @TempDir
    private Path directory;

    @Test
    void isWhatWasKept() throws Exception {
        ListCopy copy = copy(URL);
        assertThat(copy.load()).isEmpty();
        keep(copy, "a@a.test\nb@a.test"); // no line feed at its end

        ListCopy.Kept kept = copy(URL).load().orElseThrow();
        assertThat(kept.list().size()).isEqualTo(2);
        assertThat(kept.list().contains("b@a.test")).isTrue();
        assertThat(kept.version()).isEqualTo(VERSION);
        assertThat(kept.confirmed()).isEqualTo(NOW);
        assertThat(Files.list(file().getParent())).containsExactly(file());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file())).doesNotContain("secret");
    }

    @Test
    void isConfirmedUnlessItIsGone() throws Exception {
        ListCopy copy = copy(URL);
        copy.confirm(NOW);
        keep(copy, "a@a.test\n");
        copy.confirm(NOW.plusSeconds(60));

        assertThat(copy.load().orElseThrow().confirmed()).isEqualTo(NOW.plusSeconds(60));
    }

    @Test
    void ofAnotherUrlIsNone() throws Exception {
        keep(copy(URL), "a@a.test\n");

        assertThatThrownBy(() -> copy("https://b.test/people").load())
                .isInstanceOf(ListProblem.class)
                .extracting(e -> ((ListProblem) e).what(), STRING)
                .contains("another url's list");
    }

    @Test
    void cutOffAnywhereItIsNone() throws Exception {
        keep(copy(URL), "a@a.test\nb@a.test\n");
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> copy(URL).load()).isInstanceOf(ListProblem.class);
        }
    }

    @Test
    void withALineMoreOrLessItIsNone() throws Exception {
        keep(copy(URL), "a@a.test\nb@a.test\n");
        String whole = Files.readString(file());
        for (String other : new String[] {"c@a.test\n" + whole, whole.substring(9), whole + "c@a.test\n"}) {
            Files.writeString(file(), other);
            assertThatThrownBy(() -> copy(URL).load())
                    .isInstanceOf(ListProblem.class)
                    .extracting(e -> ((ListProblem) e).what(), STRING)
                    .contains("not a whole copy of ours");
        }
    }

    @Test
    void whatWasBegunBeforeIsBegunAnew() throws Exception {
        ListCopy copy = copy(URL);
        write(copy, "a@a.test\nb@a.test\n");
        write(copy, "c@a.test\n");

        assertThat(copy.readFresh().size()).isEqualTo(1);
        copy.dropFresh();
        copy.dropFresh();
        assertThat(Files.list(file().getParent())).isEmpty();
    }

    private ListCopy copy(String url) {
        return new ListCopy(directory.resolve("made/when/needed"), "people", url);
    }

    private Path file() {
        return directory.resolve("made/when/needed/people.list");
    }

    private static void keep(ListCopy copy, String text) throws Exception {
        write(copy, text);
        copy.keepFresh(VERSION, NOW);
    }

    private static void write(ListCopy copy, String text) throws Exception {
        try (OutputStream out = copy.openFresh()) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
