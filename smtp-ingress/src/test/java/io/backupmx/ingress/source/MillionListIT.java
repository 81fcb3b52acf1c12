package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.ListServer;
import io.backupmx.testing.LongTest;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a list of a million costs: time to fetch, to compare, to load; heap. Prints it. */
@LongTest
final class MillionListIT {

    private static final int ADDRESSES = 1_000_000;

    @TempDir
    private Path directory;

    @Test
    void isFetchedInSecondsAndCostsAHundredOctetsEach() throws Exception {
        Path list = write();
        try (ListServer server = ListServer.http();
                Lists lists = new Lists(directory.resolve("copies"))) {
            server.answers(exchange -> {
                exchange.sendResponseHeaders(200, Files.size(list));
                Files.copy(list, exchange.getResponseBody());
            });
            long before = heap();
            HttpListLookup lookup = lists.of(server.url("/"));
            long first = millis(lookup::refresh);
            long octets = heap() - before;
            lists.pass(Duration.ofMinutes(1));
            long again = millis(lookup::refresh);
            assertThat(lookup.age()).as("it was taken again").contains(Duration.ZERO);
            HttpListLookup restarted = lists.of(server.url("/"));
            long loaded = millis(restarted::load);

            System.getLogger("bench")
                    .log(
                            System.Logger.Level.INFO,
                            "{0} addresses, {1} octets: fetched in {2} ms, fetched and compared in {3} ms,"
                                    + " loaded from the copy in {4} ms, {5} octets of heap each",
                            lookup.size(),
                            Files.size(list),
                            first,
                            again,
                            loaded,
                            octets / ADDRESSES);
            assertThat(lookup.size()).isEqualTo(ADDRESSES);
            assertThat(restarted.size()).isEqualTo(ADDRESSES);
            assertThat(lookup.exists("firstname.lastname999999@customer.example.org")
                            .result())
                    .isTrue();
            assertThat(first).isLessThan(TimeUnit.SECONDS.toMillis(15));
            assertThat(again).isLessThan(TimeUnit.SECONDS.toMillis(15));
            assertThat(octets / ADDRESSES).isLessThanOrEqualTo(100);
        }
    }

    private Path write() throws IOException {
        Path file = directory.resolve("list");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < ADDRESSES; i++) {
                out.write("firstname.lastname" + i + "@customer.example.org\n");
            }
        }
        return file;
    }

    private interface Task {
        void run() throws Exception;
    }

    private static long millis(Task task) throws Exception {
        long begun = System.nanoTime();
        task.run();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
