package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Ports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a server does, the list before stays in use, and it is said once. */
final class HttpListTroubleIT {

    private static final String TWO = "a@a.test\nb@a.test\n";
    private static final String HTML = "<!DOCTYPE html>\n<html><body>Down for maintenance, back at %d</body></html>\n";

    @TempDir
    private Path directory;

    private Lists lists;
    private Warnings warnings;

    @BeforeEach
    void open() {
        lists = new Lists(directory);
        warnings = new Warnings();
    }

    @AfterEach
    void close() throws Exception {
        warnings.close();
        lists.close();
    }

    static Stream<Arguments> wrong() throws IOException {
        byte[] garbage = new byte[100_000];
        new Random(7).nextBytes(garbage);
        return Stream.of(
                answer("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "the server answers 500"),
                answer("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "the server answers 403"),
                answer("HTTP/1.1 204 None\r\n\r\n", "the server answers 204"),
                answer("HTTP/1.1 206 Part\r\nContent-Length: 9\r\n\r\na@a.test\n", "the server answers 206"),
                answer("HTTP/1.1 304 Same\r\n\r\n", "the server answers 304"),
                answer("nonsense\r\n\r\n", "no answer: "),
                answer("", "no answer: "),
                ok(
                        "<!DOCTYPE html>\n<html><body>Sorry</body></html>\n",
                        "what came is not a list of recipients: people:1:"),
                ok("", "what came is not a list of recipients: people: there is nobody in it"),
                ok(garbage, "what came is not a list of recipients: people:"),
                ok("x".repeat(200_000), "what came is not a list of recipients: people:1: is longer than"),
                ok("jörg@a.test\n".getBytes(StandardCharsets.ISO_8859_1), "is not UTF-8"),
                answer("HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n" + TWO, "the answer broke off: "),
                answer(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n" + TWO + "\r\n",
                        "the answer broke off: "),
                answer("HTTP/1.0 200 OK\r\n\r\n" + TWO, "the answer does not say how long it is"),
                answer("HTTP/1.1 200 OK\r\nContent-Length: 999999999999999999999\r\n\r\n", ""),
                answer(
                        "HTTP/1.1 200 OK\r\nContent-Length: 300001\r\n\r\n" + TWO,
                        "the list is longer than 300000 octets"),
                answer(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n493e1\r\n" + "#".repeat(300_001)
                                + "\r\n0\r\n\r\n",
                        "the list is longer than 300000 octets"),
                Arguments.of(
                        join("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 36\r\n\r\n", gzip()),
                        "the answer is in the encoding gzip"),
                answer("HTTP/1.1 302 There\r\nContent-Length: 0\r\n\r\n", "the server redirects without saying where"),
                answer(
                        "HTTP/1.1 302 There\r\nLocation: /list\r\nContent-Length: 0\r\n\r\n",
                        "the server redirects more than 5 times"),
                answer(
                        "HTTP/1.1 302 There\r\nLocation: ftp://a.test/\r\nContent-Length: 0\r\n\r\n",
                        "the server redirects to what is neither"),
                answer(
                        "HTTP/1.1 302 There\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n",
                        "the server redirects to what is no URL"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void isNotTaken(byte[] answer, String problem) throws Exception {
        boolean[] well = {true};
        try (RawServer server = RawServer.saying(
                client -> client.write(well[0] ? okay(TWO.getBytes(StandardCharsets.UTF_8)) : answer))) {
            HttpListLookup lookup = lists.maxBytes(300_000).of(server.url());
            lookup.refresh();
            assertThat(lookup.size()).isEqualTo(2);
            lists.pass(Duration.ofMinutes(1));

            well[0] = false;
            lookup.refresh();
            lookup.refresh();

            assertThat(lookup.exists("b@a.test").result()).isTrue();
            assertThat(lookup.exists("jörg@a.test").result()).isFalse();
            assertThat(lookup.age()).contains(Duration.ofMinutes(1));
            assertThat(lookup.isWell()).isFalse();
            assertThat(warnings.problems()).singleElement().asString().contains(problem);
            assertThat(Files.list(directory)).containsExactly(directory.resolve("people.list"));

            well[0] = true;
            lookup.refresh();
            assertThat(lookup.age()).contains(Duration.ZERO);
            assertThat(lookup.isWell()).isTrue();
        }
    }

    /** Vert.x says of a response that is paused that it broke off when its server closes behind it. */
    @Test
    void aServerThatClosesAtOnceIsReadToItsEnd() throws Exception {
        byte[] list = okay(("a@a.test " + "x".repeat(1000) + "\n").repeat(3000).getBytes(StandardCharsets.US_ASCII));
        try (RawServer server = RawServer.saying(client -> client.write(list))) {
            HttpListLookup lookup = lists.of(server.url());
            for (int i = 0; i < 30; i++) {
                lists.pass(Duration.ofMinutes(1));
                lookup.refresh();
                assertThat(lookup.age()).contains(Duration.ZERO);
            }
            assertThat(warnings.problems()).isEmpty();
        }
    }

    @Test
    void anErrorPageThatIsAnotherEachTimeIsSaidOnce() throws Exception {
        int[] times = new int[1];
        try (RawServer server = RawServer.saying(
                client -> client.write(okay(HTML.formatted(times[0]++).getBytes(StandardCharsets.UTF_8))))) {
            HttpListLookup lookup = lists.of(server.url());
            lookup.refresh();
            lookup.refresh();
            lookup.refresh();

            assertThat(times[0]).isEqualTo(3);
            assertThat(warnings.problems()).hasSize(1);
        }
    }

    @Test
    void whatChangesAndWhatComesBackIsSaidAgain() throws Exception {
        String[] status = {"500 Oops"};
        try (RawServer server = RawServer.saying(client -> client.write(
                ("HTTP/1.1 " + status[0] + "\r\nContent-Length: 18\r\n\r\n" + TWO).getBytes(StandardCharsets.UTF_8)))) {
            HttpListLookup lookup = lists.of(server.url());
            lookup.refresh();
            status[0] = "502 Oops";
            lookup.refresh();
            status[0] = "200 OK";
            lookup.refresh();
            status[0] = "502 Oops";
            lookup.refresh();

            assertThat(warnings.problems())
                    .containsExactly("the server answers 500", "the server answers 502", "the server answers 502");
        }
    }

    @Test
    void nobodyListens() throws Exception {
        HttpListLookup lookup = lists.of("http://127.0.0.1:" + Ports.free() + "/");
        lookup.refresh();
        lookup.refresh();

        assertThat(warnings.problems()).singleElement().asString().startsWith("no connection: Connection refused");
    }

    @Test
    void aServerThatHangsIsLeftInTime() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (RawServer server = RawServer.saying(_ -> wait(over))) {
            HttpListLookup lookup = lists.timeout(Duration.ofMillis(300)).of(server.url());
            long took = timed(lookup::refresh);

            assertThat(took).isBetween(300L, 5000L);
            assertThat(warnings.problems()).containsExactly("not all of the list came within 300 ms");
        } finally {
            over.countDown();
        }
    }

    @Test
    void aServerThatDripsIsLeftInTime() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        try (RawServer server = RawServer.saying(client -> {
            client.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            try {
                while (over.getCount() > 0) {
                    client.write('#');
                    boolean _ = awaitFor(over, 20);
                }
            } catch (IOException e) {
                gone.countDown();
            }
        })) {
            HttpListLookup lookup = lists.timeout(Duration.ofMillis(400)).of(server.url());
            long took = timed(lookup::refresh);

            assertThat(took).isBetween(400L, 5000L);
            assertThat(warnings.problems()).containsExactly("not all of the list came within 400 ms");
            assertThat(gone.await(10, TimeUnit.SECONDS))
                    .as("the connection is closed")
                    .isTrue();
        } finally {
            over.countDown();
        }
    }

    @Test
    void closingDoesNotWaitForAServerThatHangs() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (RawServer server = RawServer.saying(_ -> {
            asked.countDown();
            wait(over);
        })) {
            HttpListLookup lookup = lists.of(server.url());
            lookup.start();
            assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

            assertThat(timed(lookup::close)).isLessThan(3000);
            assertThat(warnings.problems()).isEmpty();
        } finally {
            over.countDown();
        }
    }

    private interface Task {
        void run() throws Exception;
    }

    private static long timed(Task task) throws Exception {
        long begun = System.nanoTime();
        task.run();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    private static void wait(CountDownLatch over) {
        boolean _ = awaitFor(over, 30_000);
    }

    private static boolean awaitFor(CountDownLatch latch, long millis) {
        try {
            return latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Arguments answer(String text, String problem) {
        return Arguments.of(text.getBytes(StandardCharsets.UTF_8), problem);
    }

    private static Arguments ok(String text, String problem) {
        return ok(text.getBytes(StandardCharsets.UTF_8), problem);
    }

    private static Arguments ok(byte[] body, String problem) {
        return Arguments.of(okay(body), problem);
    }

    private static byte[] okay(byte[] body) {
        return join("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n", body);
    }

    private static byte[] join(String head, byte[] body) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        all.writeBytes(body);
        return all.toByteArray();
    }

    private static byte[] gzip() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(TWO.getBytes(StandardCharsets.UTF_8));
        }
        return zipped.toByteArray();
    }
}
