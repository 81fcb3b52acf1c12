package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.delay;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static io.backupmx.worker.delivery.WorkerRig.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.spool.Lane;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A primary that takes so many mails a second and no more, and mail for it on both lanes. */
class LanesIT {

    private static final Duration A_MAIL = Duration.ofMillis(50);
    private static final String OLD = "old";
    private static final String FRESH = "fresh";

    private final ScriptedPrimary primary =
            ScriptedPrimary.stopped().play(Script.acceptAll().on(Phase.DOT, delay(A_MAIL, accept())));

    @AfterEach
    void stop() {
        primary.close();
    }

    private void store(WorkerRig rig, Lane lane, int mails) {
        for (int i = 0; i < mails; i++) {
            switch (lane) {
                case FRESH -> rig.store(FRESH + i + "@x.test");
                case BACKLOG ->
                    rig.spool().storeBehind(rig.route(), Mails.envelope(OLD + i + "@x.test"), text("x\r\n"));
            }
        }
    }

    private List<String> delivered() {
        return primary.mails().stream()
                .map(mail -> mail.recipients().getFirst())
                .toList();
    }

    private static long count(List<String> recipients, String whose) {
        return recipients.stream()
                .filter(recipient -> recipient.startsWith(whose))
                .count();
    }

    /** How many others were delivered between the {@code from}th mail of all and the last of {@code whose}. */
    private long othersMeanwhile(int from, String whose) {
        List<String> all = delivered();
        int last = from;
        for (int i = from; i < all.size(); i++) {
            last = all.get(i).startsWith(whose) ? i : last;
        }
        List<String> meanwhile = all.subList(from, last + 1);
        return meanwhile.size() - count(meanwhile, whose);
    }

    @Test
    void freshMailDoesNotWaitForTheEndOfTheBacklog() {
        try (WorkerRig rig = new WorkerRig(Settings.usual().withConnections(2), primary.port())) {
            store(rig, Lane.BACKLOG, 300);
            primary.start();
            primary.awaitMailCount(20, LONG);
            int before = primary.mailCount();

            store(rig, Lane.FRESH, 20);

            await().atMost(LONG).until(() -> count(delivered(), FRESH) == 20);
            assertThat(othersMeanwhile(before, FRESH)).isLessThanOrEqualTo(20 + 20);
            primary.awaitMailCount(320, LONG);
        }
    }

    @Test
    void theBacklogGoesOnThoughFreshMailKeepsComing() {
        try (WorkerRig rig = new WorkerRig(Settings.usual().withConnections(2), primary.port())) {
            store(rig, Lane.FRESH, 300);
            primary.start();
            primary.awaitMailCount(20, LONG);
            int before = primary.mailCount();

            store(rig, Lane.BACKLOG, 20);

            await().atMost(LONG).until(() -> count(delivered(), OLD) == 20);
            assertThat(othersMeanwhile(before, OLD)).isLessThanOrEqualTo(20 + 20);
            primary.awaitMailCount(320, LONG);
        }
    }

    @Test
    void oneConnectionServesBothInTurns() {
        try (WorkerRig rig = new WorkerRig(Settings.usual().withConnections(1), primary.port())) {
            store(rig, Lane.BACKLOG, 60);
            store(rig, Lane.FRESH, 60);
            primary.start();
            primary.awaitMailCount(120, LONG);
            List<String> all = delivered();
            for (int i = 10; i < 100; i += 10) {
                assertThat(count(all.subList(i, i + 10), FRESH))
                        .as("from the %d. on: %s", i, all)
                        .isBetween(3L, 7L);
            }
            assertThat(primary.maxOpenConnections()).isOne();
        }
    }

    @Test
    void oneLaneAloneHasAllConnectionsAndTheOtherIsNotRead() {
        try (WorkerRig rig = new WorkerRig(Settings.usual().withConnections(4), primary.port())) {
            store(rig, Lane.BACKLOG, 200);
            primary.start();
            primary.awaitMailCount(100, LONG);
            assertThat(rig.spool().read()).containsExactly(new SpoolQueue.ForRoute(rig.route(), Lane.BACKLOG));
            primary.awaitMailCount(200, LONG);
            assertThat(primary.traffic().maxTransactions()).isEqualTo(4);
        }
    }

    @Test
    void aThrottledRouteTriesMailOfBothLanes() {
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, moment -> moment.line().contains("<" + OLD), say("451 4.3.0 not these")));
        primary.start();
        try (WorkerRig rig = new WorkerRig(
                Settings.usual().withConnections(1).withRetries(Duration.ofSeconds(1), Duration.ofDays(30)),
                primary.port())) {
            store(rig, Lane.BACKLOG, 30);
            await().atMost(LONG).until(() -> rig.status().state() == RouteStatus.State.THROTTLED);

            store(rig, Lane.FRESH, 1);

            // Trials come after 1, 3, 7, 15 and 31 s: in one of the first four it has its turn.
            await().atMost(LONG).until(() -> count(delivered(), FRESH) == 1);
        }
    }

    @Test
    void mailThatHasHadItsTimeLeavesBothLanesOfARouteThatIsDown() {
        Instant longAgo = Instant.now().minus(Duration.ofDays(31));
        try (WorkerRig rig = new WorkerRig(Settings.usual(), primary.port())) {
            store(rig, Lane.FRESH, 1);
            await().atMost(LONG).until(() -> rig.status().state() == RouteStatus.State.DOWN);
            rig.spool().storeBehind(rig.route(), Mails.envelope(longAgo, "a@x.test"), text("x\r\n"));
            rig.spool().storeBehind(rig.route(), Mails.envelope("b@x.test"), text("x\r\n"));

            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);
            await().atMost(LONG).until(() -> rig.spool().waiting(rig.route()).size() == 2);
            assertThat(rig.spool().waiting(rig.route(), Lane.BACKLOG)).hasSize(1);
        }
    }
}
