package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import org.junit.jupiter.api.Test;

/** A primary's name leads to its backup, as DNS failover may have it: nothing is delivered to ourselves. */
class LoopGuardIT {

    @Test
    void aRouteToAHostOfOurOwnNameIsDownUntilItIsAnother() {
        try (ScriptedPrimary primary = ScriptedPrimary.stopped();
                WorkerRig rig = new WorkerRig(Settings.usual(), primary.port())) {
            primary.play(Script.acceptAll().on(Phase.EHLO, say("250 Backup.Example. at your service")))
                    .start();
            rig.store("a@x.test");
            awaitDown(rig);
            assertThat(rig.status().reason())
                    .isEqualTo("127.0.0.1[127.0.0.1]:" + primary.port()
                            + " is this server: it answers EHLO with our own name");
            int connections = primary.connections();
            primary.awaitConnections(connections + 1, LONG);
            assertThat(primary.transactions()).isZero();
            assertThat(rig.spool().deferred()).isEmpty();

            primary.play(Script.acceptAll());
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
        }
    }

    /** Which the ingress listens on by default. */
    @Test
    void aRouteToAnAddressOfOursIsDown() {
        try (WorkerRig rig = new WorkerRig(Settings.usual(), 25)) {
            rig.store("a@x.test");
            awaitDown(rig);
            assertThat(rig.status().reason()).isEqualTo("127.0.0.1[127.0.0.1]:25 is this server");
            assertThat(rig.spool().deferred()).isEmpty();
        }
    }

    private static void awaitDown(WorkerRig rig) {
        await().atMost(LONG).until(() -> rig.status().state() == RouteStatus.State.DOWN);
    }
}
