package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.ListServer;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A list from a web server: when it is asked for, taken, and kept. */
final class HttpListLookupIT {

    private static final String FOUR = "a@a.test\nb@a.test OK\n# c\nc@a.test\n@b.test\n";

    @TempDir
    private Path directory;

    private ListServer server;
    private Lists lists;
    private Warnings warnings;

    @BeforeEach
    void open() throws IOException {
        server = ListServer.http();
        lists = new Lists(directory.resolve("lists"));
        warnings = new Warnings();
    }

    @AfterEach
    void close() throws Exception {
        warnings.close();
        lists.close();
        server.close();
    }

    @Test
    void answersFromTheList() throws Exception {
        server.has(FOUR, "\"1\"");
        HttpListLookup lookup = refreshed();

        assertThat(lookup.exists("b@a.test").result()).isTrue();
        assertThat(lookup.exists("anybody@b.test").result()).isTrue();
        assertThat(lookup.exists("d@a.test").result()).isFalse();
        assertThat(lookup.size()).isEqualTo(4);
        assertThat(lookup.age()).contains(Duration.ZERO);
        assertThat(server.asked()).singleElement().satisfies(asked -> {
            assertThat(asked.path()).isEqualTo("/people.txt?of=a");
            assertThat(asked.acceptEncoding()).as("gzip is not offered").isEmpty();
            assertThat(asked.authorization()).isEmpty();
            assertThat(asked.ifNoneMatch()).isEmpty();
        });
    }

    @Test
    void withoutAListNobodyIsUnknown() throws Exception {
        HttpListLookup lookup = refreshed();

        Future<Boolean> answer = lookup.exists("a@a.test");
        assertThat(answer.failed()).isTrue();
        assertThat(answer.cause()).hasMessage("the list people was never there");
        assertThat(lookup.age()).isEmpty();
        assertThat(lookup.size()).isZero();
        assertThat(warnings.problems()).containsExactly("the server answers 404");
    }

    @Test
    void anUnchangedListIsConfirmed() throws Exception {
        server.has(FOUR, "\"1\"");
        HttpListLookup lookup = refreshed();
        lists.pass(Duration.ofMinutes(5));
        assertThat(lookup.age()).contains(Duration.ofMinutes(5));

        lookup.refresh();

        assertThat(server.asked().getLast().ifNoneMatch()).contains("\"1\"");
        assertThat(server.asked().getLast().ifModifiedSince()).isEmpty();
        assertThat(lookup.age()).contains(Duration.ZERO);
        assertThat(lookup.exists("a@a.test").result()).isTrue();
        assertThat(warnings.problems()).isEmpty();
    }

    @Test
    void aChangedListIsTaken() throws Exception {
        server.has(FOUR, "\"1\"");
        HttpListLookup lookup = refreshed();

        server.has(FOUR + "d@a.test\n", "\"2\"");
        lookup.refresh();
        lookup.refresh();

        assertThat(lookup.exists("d@a.test").result()).isTrue();
        assertThat(server.asked().getLast().ifNoneMatch()).contains("\"2\"");
    }

    @Test
    void aServerWithoutEntityTagsIsAskedByTime() throws Exception {
        String date = "Sun, 01 Mar 2026 07:00:00 GMT";
        server.answers(exchange -> {
            exchange.getResponseHeaders().set("Last-Modified", date);
            ListServer.send(exchange, 200, FOUR);
        });
        HttpListLookup lookup = refreshed();
        lookup.refresh();

        assertThat(server.asked().getLast().ifModifiedSince()).contains(date);
    }

    @Test
    void aListThatShrinksTooMuchIsNotTakenUntilItHasGrownBack() throws Exception {
        server.has(FOUR, "\"1\"");
        HttpListLookup lookup = refreshed();
        lists.pass(Duration.ofMinutes(5));

        server.has("a@a.test\nb@a.test\n", "\"2\"");
        lookup.refresh();
        lookup.refresh();
        assertThat(lookup.exists("c@a.test").result()).isTrue();
        assertThat(lookup.age()).contains(Duration.ofMinutes(5));
        assertThat(warnings.problems()).singleElement().asString().contains("has lost 2 of 4 entries, more than 30 %");

        server.has("a@a.test\nb@a.test\nd@a.test\n@b.test\n", "\"3\"");
        lookup.refresh();
        assertThat(lookup.exists("c@a.test").result()).as("one may go").isFalse();
        assertThat(lookup.exists("d@a.test").result()).isTrue();
    }

    @Test
    void aRestartAnswersFromTheCopyAndGoesOnFromItsVersion() throws Exception {
        server.has(FOUR, "\"1\"");
        refreshed();
        lists.pass(Duration.ofMinutes(7));

        server.answers(exchange -> exchange.sendResponseHeaders(503, -1));
        HttpListLookup restarted = refreshed();
        assertThat(restarted.exists("c@a.test").result()).isTrue();
        assertThat(restarted.age()).contains(Duration.ofMinutes(7));
        assertThat(server.asked().getLast().ifNoneMatch()).contains("\"1\"");

        server.has(FOUR, "\"1\"");
        restarted.refresh();
        lists.pass(Duration.ofMinutes(1));
        assertThat(refreshed().age()).as("it was confirmed").contains(Duration.ZERO);
    }

    @Test
    void anOperatorWhoMeansItTakesTheCopyAway() throws Exception {
        server.has(FOUR, "\"1\"");
        refreshed();
        Files.delete(directory.resolve("lists/people.list"));
        server.has("a@a.test\n", "\"2\"");

        assertThat(refreshed().exists("b@a.test").result()).isFalse();
    }

    @Test
    void aCopyThatCannotBeKeptIsSaidButTheListIsInUse() throws Exception {
        server.has(FOUR, "\"1\"");
        Files.createDirectories(directory.resolve("lists/people.list/not-empty"));
        HttpListLookup lookup = refreshed();

        assertThat(lookup.exists("a@a.test").result()).isTrue();
        assertThat(warnings.problems()).last().asString().startsWith("the list is in use, but its copy cannot be kept");
    }

    /** A domain may name any number of lists. */
    @Test
    void allListsTogetherTakeNoMoreThanOneMay() throws Exception {
        server.has(FOUR, "\"1\"");
        lists.roomFor(1000);
        HttpListLookup first = lists.of("first", server.url("/first"));
        HttpListLookup second = lists.of("second", server.url("/second"));
        HttpListLookup third = lists.of("third", server.url("/third"));
        for (HttpListLookup one : List.of(first, first, second, third, third)) {
            server.has(FOUR, "\"" + one + "\"");
            one.refresh();
        }

        assertThat(first.size()).isEqualTo(4);
        assertThat(second.size()).isEqualTo(4);
        assertThat(third.size()).isZero();
        assertThat(third.isWell()).isFalse();
        assertThat(warnings.problems())
                .singleElement()
                .asString()
                .startsWith(
                        "with the other lists that are fetched it would take more than 1000 octets, a quarter of the"
                                + " heap: give it more memory");

        HttpListLookup restarted = lists.roomFor(100).of("second", server.url("/second"));
        restarted.load();
        assertThat(restarted.size()).isZero();
        assertThat(warnings.problems()).last().asString().startsWith("with the other lists");
    }

    @Test
    void aTokenIsForItsServerOnlyAndMayChange() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "first \nsecond line\n");
        lists.token(file);
        try (ListServer elsewhere = ListServer.http()) {
            elsewhere.has(FOUR, "\"1\"");
            server.redirects(elsewhere.url("/moved"));
            HttpListLookup lookup = refreshed();

            assertThat(lookup.exists("a@a.test").result()).isTrue();
            assertThat(server.asked().getLast().authorization()).contains("Bearer first");
            assertThat(elsewhere.asked().getLast().path()).isEqualTo("/moved");
            assertThat(elsewhere.asked().getLast().authorization()).isEmpty();

            Files.writeString(file, "other");
            lookup.refresh();
            assertThat(server.asked().getLast().authorization()).contains("Bearer other");

            Files.writeString(file, "no token\n");
            lookup.refresh();
            assertThat(warnings.problems()).singleElement().asString().startsWith("token_file: the first line of");
        }
    }

    @Test
    void fetchesAgainAndAgainUntilItIsClosed() throws Exception {
        server.has(FOUR, "\"1\"");
        HttpListLookup lookup = lists.interval(Duration.ofMillis(20)).of(server.url("/people.txt"));
        lookup.start();
        await().atMost(Duration.ofSeconds(20)).until(() -> server.asked().size() >= 3);

        server.has(FOUR + "d@a.test\n", "\"2\"");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> lookup.exists("d@a.test").result());

        lookup.close();
        lookup.close();
        int asked = server.asked().size();
        await().during(Duration.ofMillis(200)).until(() -> server.asked().size() == asked);
        assertThat(lookup.exists("d@a.test").result()).isTrue();
        assertThat(warnings.problems()).isEmpty();
    }

    @Test
    void replicasDoNotComeTogether() {
        Random random = new Random(1);
        Duration pause = Duration.ofMinutes(5);
        for (int i = 0; i < 100; i++) {
            assertThat(HttpListLookup.jittered(pause, random))
                    .isBetween(Duration.ofSeconds(270), Duration.ofSeconds(330))
                    .isNotEqualTo(HttpListLookup.jittered(pause, random));
        }
    }

    /** One that has its copy, and has fetched once. */
    private HttpListLookup refreshed() throws InterruptedException {
        HttpListLookup lookup = lists.of(server.url("/people.txt?of=a"));
        lookup.load();
        lookup.refresh();
        return lookup;
    }
}
