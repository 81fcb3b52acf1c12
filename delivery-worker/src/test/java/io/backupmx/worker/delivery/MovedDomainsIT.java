package io.backupmx.worker.delivery;

import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static io.backupmx.worker.delivery.WorkerRig.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A domain gets another primary while its mail waits for the old one, which is down. */
class MovedDomainsIT {

    private static final Duration DELAY = Duration.ofHours(1);

    @TempDir
    private Path directory;

    private final ScriptedPrimary old = ScriptedPrimary.stopped();
    private final ScriptedPrimary fresh = ScriptedPrimary.started();

    @AfterEach
    void stop() {
        old.close();
        fresh.close();
    }

    private RelayTables tables(ScriptedPrimary a, ScriptedPrimary b) {
        return HeldTables.of(directory, """
                domains:
                  a.test: "127.0.0.1:%d"
                  b.test: "127.0.0.1:%d"
                """.formatted(a.port(), b.port()));
    }

    private List<List<String>> delivered(ScriptedPrimary primary) {
        return primary.mails().stream().map(ReceivedMail::recipients).toList();
    }

    @Test
    void itsMailGoesToTheNewOneAndItsNeighboursWaitsOn() {
        try (WorkerRig rig = new WorkerRig(Settings.usual(), old.port())) {
            rig.worker().replace(tables(old, old));
            rig.store("waits@a.test");
            await().atMost(LONG).until(() -> rig.status().state() == RouteStatus.State.DOWN);
            rig.store("one@b.test");
            rig.store("both@a.test", "both@b.test");
            rig.spool().storeDeferred(DELAY, rig.route(), Mails.envelope("deferred@a.test"), text("x\r\n"));

            rig.worker().replace(tables(fresh, old));

            await().atMost(LONG)
                    .until(() ->
                            delivered(fresh).containsAll(List.of(List.of("waits@a.test"), List.of("both@a.test"))));
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(rig.worker().routes())
                    .filteredOn(status -> status.route().equals(rig.route()))
                    .extracting(RouteStatus::state)
                    .containsExactly(RouteStatus.State.DOWN);

            old.start();

            await().atMost(LONG).until(() -> delivered(old).size() == 2);
            assertThat(delivered(old)).containsExactlyInAnyOrder(List.of("one@b.test"), List.of("both@b.test"));
            await().atMost(LONG).until(() -> delivered(fresh).contains(List.of("deferred@a.test")));
            assertThat(delivered(fresh)).hasSize(3);
        }
    }

    @Test
    void nobodysMailWaitsForAPrimaryThatIsInNoConfigurationAnyMore() {
        try (WorkerRig rig = new WorkerRig(Settings.usual(), old.port())) {
            Route before = rig.route();
            rig.worker().replace(tables(old, old));
            rig.store("waits@a.test");
            await().atMost(LONG).until(() -> rig.status().state() == RouteStatus.State.DOWN);
            rig.store("one@b.test");

            rig.worker().replace(tables(fresh, fresh));

            fresh.awaitMails(2, LONG);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(rig.worker().routes())
                            .extracting(RouteStatus::route)
                            .doesNotContain(before));
        }
    }

    /** One may have refused what the other has read: mail must not go to and fro between them. */
    @Test
    void nothingMovesBeforeAllWorkersHaveReadTheSame() {
        try (WorkersRig rig = new WorkersRig(Settings.usual(), 2, old.port())) {
            rig.replace(0, tables(old, old));
            rig.replace(1, tables(old, old));
            rig.store(Mails.envelope("waits@a.test"));
            await().atMost(LONG).until(() -> rig.status(0).state() == RouteStatus.State.DOWN);

            rig.replace(0, tables(fresh, fresh));
            await().atMost(LONG)
                    .until(() -> rig.worker(0).routes().stream()
                            .anyMatch(status -> status.reason().contains("not all workers have this configuration")));
            // Longer than one worker alone would wait.
            await().during(Duration.ofSeconds(6))
                    .atMost(LONG)
                    .until(() -> fresh.mails().isEmpty());

            rig.replace(1, tables(fresh, fresh));
            fresh.awaitMails(1, LONG);
        }
    }

    /** What one sends to the new primary, by what it has read, must not be sent back by the other. */
    @Test
    void aWorkerThatHasReadAnotherConfigurationDeliversWhatItFindsWhereItFindsIt() {
        old.start();
        try (WorkersRig rig = new WorkersRig(Settings.usual(), 2, old.port())) {
            RelayTables before = HeldTables.of(directory, """
                    domains: {a.test: "127.0.0.1:%1$d", b.test: "127.0.0.1:%1$d", c.test: "127.0.0.1:%2$d"}
                    """.formatted(old.port(), fresh.port()));
            RelayTables after = HeldTables.of(directory, """
                    domains: {a.test: "127.0.0.1:%2$d", b.test: "127.0.0.1:%1$d", c.test: "127.0.0.1:%2$d"}
                    """.formatted(old.port(), fresh.port()));
            rig.replace(0, before);
            rig.replace(1, after);
            for (int i = 0; i < 40; i++) {
                rig.spool().store(WorkerRig.route(fresh.port()), Mails.envelope(i + "@a.test"), text("x\r\n"));
            }

            await().atMost(LONG).until(() -> fresh.mails().size() + old.mails().size() == 40);
            assertThat(old.mails()).isEmpty();
        }
    }
}
