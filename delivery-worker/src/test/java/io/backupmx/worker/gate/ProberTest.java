package io.backupmx.worker.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.smtp.client.ConnectResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProberTest {

    private static final Duration FAST = Duration.ofMillis(5);
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Trouble SILENT = new Trouble(Trouble.Kind.NO_ANSWER, "refused");

    private final AtomicInteger probes = new AtomicInteger();
    private final List<Trouble> failures = new CopyOnWriteArrayList<>();
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private Prober prober = prober(NEVER, () -> new ConnectResult.Unreachable("refused"));

    @AfterEach
    void close() {
        prober.close();
    }

    @Test
    void itAsksAgainAndAgainUntilItIsStopped() {
        prober = prober(FAST, () -> new ConnectResult.Unreachable("refused"));
        prober.start(SILENT);
        await().atMost(LONG).until(() -> failures.size() >= 5);
        assertThat(failures).containsOnly(SILENT);
        prober.stop();
        await().atMost(LONG).during(Duration.ofMillis(50)).until(new Unchanging(probes));
    }

    @Test
    void aSurpriseDoesNotEndIt() {
        prober = prober(FAST, () -> {
            throw new IllegalStateException("a surprise");
        });
        prober.start(SILENT);
        prober.flush(); // a surprise counts as unhealthy, which waits longer
        await().atMost(LONG).until(() -> !failures.isEmpty());
        prober.flush();
        await().atMost(LONG).until(() -> failures.size() >= 2);
    }

    @Test
    void flushAsksAtOnce() {
        prober.start(SILENT);
        for (int i = 1; i <= 3; i++) {
            int before = failures.size();
            prober.flush();
            await().atMost(LONG).until(() -> failures.size() > before);
        }
    }

    @Test
    void oneProbeGoesOnAtATime() {
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        prober = prober(Duration.ZERO, () -> {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            LockSupport.parkNanos(1);
            atOnce.decrementAndGet();
            return new ConnectResult.Unreachable("refused");
        });
        prober.start(SILENT);
        prober.start(SILENT);
        prober.flush();
        await().atMost(LONG).until(() -> failures.size() >= 100);
        assertThat(most).hasValue(1);
    }

    @Test
    void stopEndsAProbeThatGoesOn() throws Exception {
        prober = prober(FAST, () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return new ConnectResult.Unreachable("interrupted");
        });
        prober.start(SILENT);
        await().atMost(LONG).until(() -> probes.get() == 1);
        prober.stop();
        interrupted.await();
        assertThat(failures).isEmpty();
    }

    private Prober prober(Duration interval, Callable<ConnectResult> probe) {
        return new Prober(
                () -> {
                    probes.incrementAndGet();
                    return probe.call();
                },
                new ProbeSchedule(interval, interval, NEVER, NEVER),
                () -> 0,
                connection -> {
                    throw new AssertionError("no probe succeeds here: " + connection);
                },
                failures::add,
                failures::size);
    }

    /** Whether a number is what it was when first asked for. */
    private static final class Unchanging implements Callable<Boolean> {
        private final AtomicInteger number;
        private final int first;

        Unchanging(AtomicInteger number) {
            this.number = number;
            this.first = number.get();
        }

        @Override
        public Boolean call() {
            return number.get() <= first + 1; // one may have been under way
        }
    }
}
