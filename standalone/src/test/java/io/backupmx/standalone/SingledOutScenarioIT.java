package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.afterOctets;
import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.say;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Moment;
import io.backupmx.testing.Phase;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.Script;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A primary that has something against a mail, not against mail. */
@RunsAlone
class SingledOutScenarioIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    /** A content filter that crashes on one mail must not stop a domain. */
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void onlyThePoisonousMailWaits() {
        int poison = 200;
        try (Scenario scenario = Scenario.of("poison", directory)) {
            scenario.primary()
                    .play(Script.acceptAll()
                            .on(Phase.CONTENT, Moment.sender(MarkedLoad.sender(poison)), afterOctets(250, close())));
            scenario.primary().start();
            scenario.load().send(500);

            scenario.awaitDelivered(499, Duration.ofSeconds(5));
            // Later mail does not suffer from it either, each time it fails again.
            for (int i = 0; i < 3; i++) {
                int before = scenario.primary().traffic().attempts().get(MarkedLoad.sender(poison));
                Instance.await(
                        SOON,
                        () -> assertThat(scenario.primary().traffic().attempts().get(MarkedLoad.sender(poison)))
                                .isGreaterThan(before));
                scenario.load().send(100);
                scenario.awaitDelivered(499 + 100 * (i + 1), Duration.ofSeconds(5));
            }
            assertThat(scenario.attemptsOfWaiting().keySet()).isEqualTo(Set.of(MarkedLoad.sender(poison)));
            assertThat(scenario.state()).isEqualTo("UP");

            scenario.mended();
            scenario.primary().play(Script.acceptAll());

            Ending ending = scenario.end(SOON);
            assertThat(ending.history().states()).isEmpty();
            assertThat(ending.traffic().attempts()).allSatisfy((sender, attempts) -> {
                if (!sender.equals(MarkedLoad.sender(poison))) {
                    assertThat(attempts).as(sender).isEqualTo(1);
                }
            });
            assertThat(ending.deliveredAgain()).isEmpty();
        }
    }

    /** Every mail is from somebody new, so that all the route ever answers first is 450; none may be given up. */
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void greylistedMailPasses() {
        Duration greylisting = Duration.ofSeconds(3);
        try (Scenario scenario = Scenario.of("greylist", directory)) {
            scenario.primary()
                    .play(Script.acceptAll()
                            .on(Phase.RCPT, Moment.greylisted(greylisting), say("450 4.2.0 Greylisted, come again")));
            scenario.primary().start();
            scenario.mended(); // it never is; the figures count from here
            scenario.load().send(40);

            Ending ending = scenario.end(Duration.ofSeconds(60));
            assertThat(ending.deliveredAgain()).isEmpty();
            assertThat(ending.history().states()).isSubsetOf("UP", "THROTTLED", "RAMP");
            assertThat(ending.traffic().attempts())
                    .allSatisfy((_, attempts) -> assertThat(attempts).isGreaterThan(1));
        }
    }
}
