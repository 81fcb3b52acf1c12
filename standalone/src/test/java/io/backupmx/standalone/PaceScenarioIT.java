package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.delay;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Moment;
import io.backupmx.testing.Phase;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.Script;
import io.backupmx.testing.Traffic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A primary that is well, but can do only so much at a time. */
@RunsAlone
class PaceScenarioIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int LIMIT = 20;

    @TempDir
    private Path directory;

    /** After an outage, so that concurrency has to grow, and does although each answer takes its time. */
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void slowPrimaryGetsAsMuchAtOnceAsItMay() {
        Duration answer = Duration.ofMillis(150);
        try (Scenario scenario = Scenario.of("slow", directory)) {
            scenario.load().send(800);
            scenario.awaitState("DOWN", SOON);
            scenario.primary().play(Script.acceptAll().slowly(answer));
            scenario.mended();
            scenario.primary().start();

            // 4 answers a mail, LIMIT at a time: 24 s. The ramp may cost as much as 25 mails one by one.
            Ending ending = scenario.end(Duration.ofSeconds(45));
            assertThat(ending.traffic().maxTransactions()).isEqualTo(LIMIT);
            assertThat(ending.maxAttempts()).isEqualTo(1);
            assertThat(ending.deliveredAgain()).isEmpty();
            assertThat(ending.history().states()).containsExactly("DOWN", "RAMP", "UP");
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void primaryThatTakesThreeConnectionsGetsThree() {
        int places = 3;
        Duration settled = Duration.ofSeconds(4);
        Duration work = Duration.ofMillis(200); // long beside what a slow machine adds to it
        try (Scenario scenario = Scenario.of("421-above-3", directory)) {
            scenario.primary()
                    .play(Script.acceptAll()
                            .on(Phase.CONNECT, Moment.beyond(places), sayAndClose("421 4.7.0 Too many connections"))
                            .on(Phase.DOT, delay(work, accept())));
            scenario.primary().start();
            Instant begun = scenario.mended(); // it never is; the figures count from here
            scenario.load().send(300);

            // Three at a time: 20 s.
            Ending ending = scenario.end(Duration.ofSeconds(45));
            assertThat(ending.history().states()).doesNotContain("DOWN", "THROTTLED", "QUARANTINE");
            assertThat(ending.maxAttempts()).isEqualTo(1);
            assertThat(ending.deliveredAgain()).isEmpty();
            assertThat(ending.traffic().maxTransactions()).isEqualTo(places);
            Traffic later = ending.traffic().since(begun.plus(settled));
            Duration rest = ending.toDrain().minus(settled);
            assertThat(later.refusedConnections())
                    .as("tries whether one more is allowed, in %s", rest)
                    .isLessThanOrEqualTo(2 + (int) rest.toSeconds());
            assertThat(later.transactions().size())
                    .as("mails in %s, by three at a time", rest)
                    .isGreaterThan((int) (0.7 * places * rest.toMillis() / work.toMillis()));
        }
    }
}
