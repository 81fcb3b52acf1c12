package io.backupmx.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PeriodicTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void anErrorDoesNotEndIt() {
        try (Periodic periodic = new Periodic("failing", Duration.ofMillis(1), () -> {
            if (runs.incrementAndGet() % 2 == 0) {
                throw new AssertionError("meant");
            }
            throw new IllegalStateException("meant");
        })) {
            periodic.start();
            await().atMost(LONG).until(() -> runs.get() >= 4);
        }
    }

    @Test
    void whatIsClosedIsDoneNoMore() {
        Periodic periodic = new Periodic("closed", Duration.ofMillis(1), runs::incrementAndGet);
        periodic.start();
        await().atMost(LONG).until(() -> runs.get() >= 2);
        periodic.close();
        AtomicInteger before = new AtomicInteger(-1);
        await().pollInterval(Duration.ofMillis(100))
                .atMost(LONG)
                .until(() -> before.getAndSet(runs.get()) == runs.get());
    }

    @Test
    void aLeisurelyOneRestsNineTimesAsLongAsItWorked() {
        long[] begun = new long[2];
        try (Periodic periodic = Periodic.leisurely("slow", Duration.ofMillis(1), () -> {
            int run = runs.getAndIncrement();
            if (run < begun.length) {
                begun[run] = System.nanoTime();
                sleep(50);
            }
        })) {
            periodic.start();
            await().atMost(LONG).until(() -> runs.get() >= 2);
        }
        assertThat(Duration.ofNanos(begun[1] - begun[0])).isGreaterThanOrEqualTo(Duration.ofMillis(500));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
