package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Behaviour;
import io.backupmx.testing.Flapping;
import io.backupmx.testing.Phase;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.Script;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RunsAlone
class FlappingScenarioIT {

    private static final int LIMIT = 20;
    private static final int OUTAGES = 4;

    /** Shorter than an operator would see, so that there are enough of them; longer than it takes to notice. */
    private static final Duration PERIOD = Duration.ofSeconds(3);

    @TempDir
    private Path directory;

    /** Each time it is lost with mails under way, which may come twice: they were answered, and nobody knows. */
    @Test
    void nothingIsLostAndNothingGivenUpWhileThePrimaryComesAndGoes() {
        try (Scenario scenario = Scenario.of("flapping", directory)) {
            scenario.primary()
                    .play(Script.acceptAll().on(Phase.DOT, Behaviour.delay(Duration.ofMillis(20), Behaviour.accept())));
            CountDownLatch enough = new CountDownLatch(1);
            CompletableFuture<Void> stream;
            int outages;
            try (Flapping flapping = Flapping.of(scenario.primary(), PERIOD, PERIOD)) {
                stream = scenario.load().stream(80, enough);
                Instance.await(
                        PERIOD.multipliedBy(3L * OUTAGES),
                        () -> assertThat(flapping.outages()).isEqualTo(OUTAGES));
                outages = flapping.outages();
            }
            scenario.mended();
            enough.countDown();
            stream.join();

            Ending ending = scenario.end(Duration.ofSeconds(20));
            assertThat(ending.duplicates()).isLessThanOrEqualTo(outages * LIMIT);
            assertThat(ending.maxAttempts()).isLessThanOrEqualTo(1 + outages);
            assertThat(ending.toFirst()).isLessThanOrEqualTo(Duration.ofSeconds(2));
            assertThat(ending.history().states())
                    .isSubsetOf("DOWN", "RAMP", "UP")
                    .filteredOn("DOWN"::equals)
                    .hasSizeBetween(OUTAGES, 2 * OUTAGES);
        }
    }
}
