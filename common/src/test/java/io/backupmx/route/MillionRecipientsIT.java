package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.Domain;
import io.backupmx.testing.LongTest;
import io.backupmx.testing.RunsAlone;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a million recipients cost: time to load, heap, look-ups. Prints it. */
@LongTest
@RunsAlone
final class MillionRecipientsIT {

    private static final int ADDRESSES = 1_000_000;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 100_000})
    void areReadInSecondsAndCostAHundredOctetsAtMost(int domains) throws IOException {
        Path file = write(domains);
        List<String> problems = new ArrayList<>();
        Recipients.read(file, new FileProblems("relay_recipients", file, problems)); // warms up
        long before = heap();

        long begun = System.nanoTime();
        Recipients recipients = Recipients.read(file, new FileProblems("relay_recipients", file, problems));
        long loaded = System.nanoTime() - begun;
        long octets = heap() - before;
        long lookUps = lookUpsPerSecond(recipients, domains);

        System.getLogger("bench")
                .log(
                        System.Logger.Level.INFO,
                        "{0} recipients in {1} domains: loaded in {2} ms, {3} octets each, {4} look-ups a second",
                        recipients.listed().size(),
                        domains,
                        TimeUnit.NANOSECONDS.toMillis(loaded),
                        octets / ADDRESSES,
                        lookUps);
        assertThat(problems).isEmpty();
        assertThat(recipients.listed().size()).isEqualTo(ADDRESSES);
        assertThat(loaded).isLessThan(TimeUnit.SECONDS.toNanos(30));
        assertThat(octets / ADDRESSES).isLessThanOrEqualTo(100);
        assertThat(lookUps).isGreaterThan(100_000);
        Reference.reachabilityFence(recipients);
    }

    private Path write(int domains) throws IOException {
        Path file = directory.resolve("recipients");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < ADDRESSES; i++) {
                out.write(localPart(i) + "@" + domain(i % domains) + " x\n");
            }
        }
        return file;
    }

    private static String localPart(int i) {
        return "firstname.lastname" + i;
    }

    private static String domain(int i) {
        return "customer" + i + ".example.org";
    }

    /** Half of them for somebody who is there. */
    private static long lookUpsPerSecond(Recipients recipients, int domains) {
        TableAddress[] asked = new TableAddress[20_000];
        for (int i = 0; i < asked.length; i++) {
            int user = (int) (i * 7919L % ADDRESSES);
            asked[i] = new TableAddress(
                    localPart(i % 2 == 0 ? user : ADDRESSES + user), Domain.of(domain(user % domains)));
        }
        int found = 0;
        int rounds = 50;
        long begun = System.nanoTime();
        for (int round = 0; round < rounds; round++) {
            for (TableAddress address : asked) {
                found += recipients.contains(address) ? 1 : 0;
            }
        }
        long took = System.nanoTime() - begun;
        assertThat(found).isEqualTo(rounds * asked.length / 2);
        return (long) (rounds * (double) asked.length * TimeUnit.SECONDS.toNanos(1) / took);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
