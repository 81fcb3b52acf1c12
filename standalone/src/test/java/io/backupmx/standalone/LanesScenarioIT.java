package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.delay;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary that comes back slow, with an outage's mail before it, and gets mail all the while. */
class LanesScenarioIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int BACKLOG = 800;

    @TempDir
    private Path directory;

    @Test
    void freshMailIsDeliveredLongBeforeTheOutagesMailIsThrough() {
        try (Scenario scenario = Scenario.of("lanes", directory)) {
            scenario.load().send(1);
            scenario.awaitState("DOWN", SOON);
            Instance.await(SOON, () -> {
                scenario.load().send(1);
                assertThat(waiting(scenario, "backlog"))
                        .as("the ingress has heard of it")
                        .isPositive();
            });
            scenario.load().send(BACKLOG - scenario.load().sent());
            assertThat(waiting(scenario, "backlog") + waiting(scenario, "fresh"))
                    .isEqualTo(BACKLOG);
            assertThat(scenario.instance().queue()).hasSize(BACKLOG);

            // 20 at a time: 40 a second, 20 s in all.
            scenario.primary().play(Script.acceptAll().on(Phase.DOT, delay(Duration.ofMillis(500), accept())));
            scenario.mended();
            scenario.primary().start();
            scenario.awaitState("UP", SOON);
            Instance.await(SOON, () -> {
                scenario.load().send(1);
                assertThat(delivered(scenario)).anyMatch(sender -> markOf(sender) > BACKLOG);
            });
            assertThat(delivered(scenario)).as("and the others wait on").hasSizeLessThan(BACKLOG * 3 / 4);
            assertThat(waiting(scenario, "backlog")).isGreaterThan(BACKLOG / 4);

            Ending ending = scenario.end(Duration.ofSeconds(60));
            assertThat(ending.deliveredAgain()).isEmpty();
            assertThat(ending.maxAttempts()).isEqualTo(1);
        }
    }

    private static long waiting(Scenario scenario, String lane) {
        return scenario.instance()
                .json("/api/v1/queues")
                .path("queues")
                .valueStream()
                .filter(queue -> queue.path("lane").asText().equals(lane))
                .mapToLong(queue -> queue.path("messages").asLong())
                .sum();
    }

    private static Set<String> delivered(Scenario scenario) {
        return scenario.primary().traffic().deliveries().keySet();
    }

    private static int markOf(String sender) {
        return Integer.parseInt(sender.substring(1, sender.indexOf('@')));
    }
}
