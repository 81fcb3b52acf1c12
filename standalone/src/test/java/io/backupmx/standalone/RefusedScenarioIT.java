package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.sayAndClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Phase;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.Script;
import io.backupmx.testing.Traffic;
import io.backupmx.testing.Traffic.Connection;
import io.backupmx.testing.Traffic.Transaction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Nobody there, or somebody who sends us away: a fact about the next hop, which costs no mail an attempt. */
@RunsAlone
class RefusedScenarioIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** The first delivery comes this soon after the primary answers again, in the first hour. */
    private static final Duration BACK = Duration.ofSeconds(2);

    private static final int LIMIT = 20;

    @TempDir
    private Path directory;

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void refusedConnectionsCostNoMailAnAttempt() {
        try (Scenario scenario = Scenario.of("refused", directory)) {
            scenario.load().send(2000);
            scenario.awaitState("DOWN", SOON);
            Scenario.pass(Duration.ofSeconds(4));
            assertThat(scenario.attemptsOfWaiting())
                    .hasSize(2000)
                    .allSatisfy((_, attempts) -> assertThat(attempts).isZero());

            Instant back = scenario.mended();
            scenario.primary().start();

            Ending ending = scenario.end(SOON);
            assertThat(ending.toFirst()).isLessThanOrEqualTo(BACK);
            assertThat(ending.maxAttempts()).isEqualTo(1);
            assertThat(ending.traffic().maxTransactions()).isLessThanOrEqualTo(LIMIT);
            assertRamp(ending.traffic());
            scenario.awaitState("UP", SOON);
            assertThat(scenario.history().states()).containsExactly("DOWN", "RAMP", "UP");
            assertThat(scenario.history().since(back).states()).containsExactly("RAMP", "UP");
        }
    }

    /** One at a time until one is taken, then never more than twice as many as were taken. */
    private static void assertRamp(Traffic traffic) {
        List<Instant> taken = traffic.transactions().stream()
                .filter(Transaction::accepted)
                .flatMap(mail -> mail.ended().stream())
                .sorted()
                .toList();
        assertThat(traffic.until(taken.getFirst()).transactions())
                .as("begun before one was taken")
                .hasSize(1);
        for (int i = 1; i <= 4; i++) {
            Traffic early = traffic.until(taken.get(i));
            assertThat(early.maxTransactions())
                    .as("at once after %d were taken", i)
                    .isLessThanOrEqualTo(2 * i);
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void primaryThatSendsUsAwayIsProbedPolitely() {
        Duration interval = Duration.ofSeconds(1);
        try (Scenario scenario =
                Scenario.of("greeting", directory, "worker.probe_unhealthy=1s", "worker.probe_unhealthy_max=4s")) {
            scenario.primary()
                    .play(Script.acceptAll().on(Phase.CONNECT, sayAndClose("421 4.3.2 Not now")))
                    .start();
            scenario.load().send(1000);
            scenario.awaitState("DOWN", SOON);
            // Whatever was connecting at that moment was sent away, too.
            Instant down = scenario.history().first("DOWN").orElseThrow().plusMillis(300);
            Scenario.pass(Duration.ofSeconds(14));

            Traffic traffic = scenario.primary().traffic();
            List<Duration> gaps = gaps(traffic.since(down).connections());
            assertThat(traffic.transactions()).isEmpty();
            assertThat(traffic.connections()).hasSizeLessThanOrEqualTo(LIMIT + 14);
            assertThat(gaps)
                    .isNotEmpty()
                    .allSatisfy(gap -> assertThat(gap)
                            .isGreaterThan(interval.multipliedBy(8).dividedBy(10)));
            assertThat(gaps.getLast())
                    .isGreaterThan(gaps.getFirst().multipliedBy(5).dividedBy(4));
            assertThat(scenario.attemptsOfWaiting())
                    .hasSize(1000)
                    .allSatisfy((_, attempts) -> assertThat(attempts).isZero());

            scenario.mended();
            scenario.primary().play(Script.acceptAll());

            Ending ending = scenario.end(SOON);
            assertThat(ending.maxAttempts()).isEqualTo(1);
            assertThat(ending.toFirst()).isLessThanOrEqualTo(Duration.ofSeconds(5));
            scenario.awaitState("UP", SOON);
            assertThat(scenario.history().states()).containsExactly("DOWN", "RAMP", "UP");
        }
    }

    private static List<Duration> gaps(List<Connection> connections) {
        List<Duration> gaps = new ArrayList<>();
        for (int i = 1; i < connections.size(); i++) {
            gaps.add(Duration.between(
                    connections.get(i - 1).begun(), connections.get(i).begun()));
        }
        return gaps;
    }
}
