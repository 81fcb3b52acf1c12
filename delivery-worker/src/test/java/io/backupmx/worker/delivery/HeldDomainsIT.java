package io.backupmx.worker.delivery;

import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static io.backupmx.worker.delivery.WorkerRig.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.HeldByConfigurationException;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A domain that is held while its mail waits, and then no longer. */
class HeldDomainsIT {

    private static final Route.Hold HOLD = new Route.Hold(Domain.of("held.test"));
    private static final Duration DELAY = Duration.ofHours(1);

    @TempDir
    private Path directory;

    private final ScriptedPrimary primary = ScriptedPrimary.stopped();

    @AfterEach
    void stop() {
        primary.close();
    }

    private List<List<String>> delivered() {
        return primary.mails().stream().map(ReceivedMail::recipients).toList();
    }

    @Test
    void whatWaitsForThePrimaryOrIsDeferredIsHeldAndGoesOnAfterwards() {
        try (WorkerRig rig = new WorkerRig(Settings.usual(), primary.port())) {
            rig.store("waits@held.test");
            await().atMost(LONG).until(() -> rig.status().state() == RouteStatus.State.DOWN);
            rig.store("both@held.test", "both@free.test");
            rig.store("alone@free.test");
            rig.worker().replace(HeldTables.held(directory, primary.port()));
            rig.spool().storeDeferred(DELAY, rig.route(), Mails.envelope("deferred@sub.held.test"), text("x\r\n"));
            assertThat(rig.worker().routes()).extracting(RouteStatus::route).containsExactly(rig.route(), HOLD);

            primary.start();

            primary.awaitMails(2, LONG);
            await().atMost(LONG).until(() -> rig.spool().waiting(HOLD).size() == 3);
            assertThat(delivered()).containsExactlyInAnyOrder(List.of("alone@free.test"), List.of("both@free.test"));

            rig.worker().replace(HeldTables.free(directory, primary.port()));

            primary.awaitMails(5, LONG);
            assertThat(delivered())
                    .contains(List.of("waits@held.test"), List.of("both@held.test"), List.of("deferred@sub.held.test"));
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(rig.spool().waiting(HOLD)).isEmpty();
            assertThat(rig.worker().routes()).extracting(RouteStatus::route).containsExactly(rig.route());
        }
    }

    /** A mistake of ours, say. */
    @Test
    void whatTheTablesFailToPlaceIsTriedWhereItIs() {
        primary.start();
        try (WorkerRig rig = new WorkerRig(Settings.usual(), primary.port())) {
            rig.worker().replace(new ConfusedTables(HeldTables.held(directory, primary.port())));
            rig.store("waits@held.test");
            rig.spool().storeDeferred(DELAY, rig.route(), Mails.envelope("deferred@held.test"), text("x\r\n"));

            primary.awaitMails(2, LONG);

            await().atMost(LONG).until(() -> rig.worker().inFlight().isEmpty());
            assertThat(rig.spool().taken()).isZero();
            assertThat(rig.spool().waiting(rig.route())).isEmpty();
        }
    }

    @Test
    void anOperatorsWordDoesNotEndWhatTheConfigurationHolds() {
        try (WorkerRig rig = new WorkerRig(Settings.usual(), primary.port())) {
            rig.worker().replace(HeldTables.held(directory, primary.port()));

            assertThatThrownBy(() ->
                            rig.worker().release(HOLD).toCompletableFuture().get(5, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(HeldByConfigurationException.class)
                    .hasMessageContaining("take domains.held.test.hold out of it");
        }
    }
}
