package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads as Postfix reads: every key asked of us and of {@code postmap -q}. */
@Tag("system")
final class PostfixTableIT {

    private static final String TABLE = """
            # A comment
              # and one indented

            Example.TEST      smtp:[a]:25
            multi.test        smtp:[a]:25,
            # between
                              [b]:26

            \t [c]
            late.test
               value
            twice.test        first
            TWICE.test        second
            alice@a.test      x
            Bob+Box@A.Test    x
            @open.test        OK
            .below.test       smtp:[d]
            *                 smtp:[star]
            "a b"@a.test      quoted
            "q\\" q"@a.test   escaped
            back\\ slash@a.test x
            dot.@a.test       x
            "dot."@a.test     y
            in"ner q"uote     x
            colon:            x
            bücher.test       umlaut
            hash#inside.test  x # no comment
            tab\tvalue\twith\ttabs
            trailing.test     x  \t
            no-line-feed.test last""";

    private static final List<String> KEYS = List.of(
            "example.test",
            "EXAMPLE.test",
            "sub.example.test",
            "multi.test",
            "late.test",
            "twice.test",
            "Alice@A.test",
            "bob@a.test",
            "bob+box@a.test",
            "@open.test",
            "x@open.test",
            ".below.test",
            "below.test",
            "*",
            "anything",
            "\"a b\"@a.test",
            "a b@a.test",
            "\"q\\\" q\"@a.test",
            "back\\ slash@a.test",
            "back\\",
            "dot.@a.test",
            "\"dot.\"@a.test",
            "in\"ner q\"uote",
            "in\"ner",
            "colon:",
            "colon",
            "bücher.test",
            "hash#inside.test",
            "hash",
            "tab",
            "trailing.test",
            "no-line-feed.test",
            "#",
            "value",
            "[c]");

    @TempDir
    private Path directory;

    @Test
    void findsWhatPostmapFinds() throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("table"), TABLE);
        List<String> problems = new ArrayList<>();
        PostfixTable table = PostfixTable.read(file, new FileProblems("transport", file, problems));
        List<String> ours = KEYS.stream()
                .flatMap(key -> table.find(key).map(entry -> key + "\t" + entry.value()).stream())
                .toList();

        assertThat(problems).isEmpty();
        assertThat(ours).isEqualTo(postmap(file)).hasSizeGreaterThan(20);
    }

    private List<String> postmap(Path table) throws IOException, InterruptedException {
        Path keys = Files.write(directory.resolve("keys"), KEYS);
        Process postmap = new ProcessBuilder(program(), "-q", "-", "texthash:" + table)
                .redirectInput(keys.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> found = postmap.inputReader().lines().toList();
        postmap.waitFor();
        return found;
    }

    private static String program() {
        Optional<Path> program = Stream.of("/usr/sbin/postmap", "/usr/bin/postmap")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        return program.orElseThrow(
                        () -> new UncheckedIOException(new IOException("no postmap: apt-get install --yes postfix")))
                .toString();
    }
}
