package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.testing.Moment;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mails that are put off: each recipient as its domain says, and reports of our own not for long. */
class LifetimesIT {

    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    private Path directory;

    private final ScriptedPrimary primary = ScriptedPrimary.stopped();

    @AfterEach
    void stop() {
        primary.close();
    }

    private static Instant daysAgo(int days) {
        return Instant.now().minus(DAY.multipliedBy(days));
    }

    private void domains(WorkerRig rig, String yaml) {
        rig.worker().replace(HeldTables.of(directory, yaml.replace("PRIMARY", "\"127.0.0.1:" + primary.port() + "\"")));
    }

    private void playBusy() {
        primary.play(Script.acceptAll().on(Phase.RCPT, _ -> true, say("450 4.2.1 Busy")));
        primary.start();
    }

    private static List<String> addresses(List<StoredMail> mails) {
        return mails.stream()
                .flatMap(mail -> mail.envelope().recipients().stream())
                .map(recipient -> recipient.path().address())
                .toList();
    }

    /** How long mail waits, one entry for each that does. */
    private static List<Duration> waits(WorkerRig rig) {
        return rig.spool().admin().depths().stream()
                .filter(depth -> depth.messages() > 0)
                .map(QueueDepth::queue)
                .map(queue -> ((SpoolQueue.Retry) queue).delay())
                .sorted()
                .toList();
    }

    @Test
    void aReportToStrangersIsGivenUpAtAnAgeAtWhichMailOfOurDomainsIsNot() {
        playBusy();
        try (WorkerRig rig = new WorkerRig(Settings.usual(), primary.port())) {
            domains(rig, "domains: {ours.test: PRIMARY}");
            rig.store(Mails.report(daysAgo(6), "sender@elsewhere.test"));
            rig.store(Mails.report(daysAgo(6), "sender@ours.test"));
            rig.store(Mails.envelope(daysAgo(6), "user@ours.test"));

            await().atMost(LONG).until(() -> rig.spool().deferred().size() == 2);
            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);

            assertThat(addresses(rig.spool().deferred()))
                    .containsExactlyInAnyOrder("sender@ours.test", "user@ours.test");
            assertThat(addresses(rig.spool().failed())).containsExactly("sender@elsewhere.test");
            assertThat(rig.onlyLastReply(rig.spool().failed()))
                    .hasValueSatisfying(why -> assertThat(why).startsWith("given up after 5d: "));
        }
    }

    @Test
    void recipientsOfOneMailWaitAndAreGivenUpAsTheirDomainsSay() {
        playBusy();
        try (WorkerRig rig = new WorkerRig(Settings.usual(), primary.port())) {
            domains(rig, """
                    domains:
                      usual.test: PRIMARY
                      slow.test: {primary: PRIMARY, retry: {delays: [3h]}}
                      brief.test: {primary: PRIMARY, retry: {max_lifetime: 2d}}
                    """);
            rig.store(Mails.envelope(daysAgo(3), "a@usual.test", "b@slow.test", "c@brief.test"));

            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);

            assertThat(addresses(rig.spool().failed())).containsExactly("c@brief.test");
            assertThat(waits(rig)).hasSize(2);
            assertThat(waits(rig).getFirst()).isBetween(Duration.ofHours(1), Duration.ofMinutes(66));
            assertThat(waits(rig).getLast()).isBetween(Duration.ofHours(3), Duration.ofMinutes(198));
        }
    }

    @Test
    void aScheduleThatAReloadBringsIsKeptAtOnce() {
        primary.play(Script.acceptAll().on(Phase.RCPT, Moment.first(1), say("450 4.2.1 Busy")));
        primary.start();
        try (WorkerRig rig = new WorkerRig(Settings.usual(), primary.port())) {
            domains(rig, "domains: {quick.test: {primary: PRIMARY, retry: {delays: [1s]}}}");
            rig.store("a@quick.test");

            primary.awaitMails(1, LONG);
        }
    }

    @Test
    void onARouteThatIsDownEachMailHasItsOwnTime() {
        try (WorkerRig rig = new WorkerRig(Settings.usual(), primary.port())) {
            domains(rig, """
                    domains:
                      usual.test: PRIMARY
                      brief.test: {primary: PRIMARY, retry: {max_lifetime: 2d}}
                    """);
            rig.store(Mails.envelope(daysAgo(3), "a@brief.test"));
            rig.store(Mails.envelope(daysAgo(3), "b@brief.test", "b@usual.test"));
            await().atMost(LONG).until(() -> rig.status().state() == RouteStatus.State.DOWN);

            await().atMost(LONG).until(() -> rig.spool().failed().size() == 1);
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);

            assertThat(addresses(rig.spool().failed())).containsExactly("a@brief.test");
            assertThat(rig.onlyLastReply(rig.spool().failed()))
                    .hasValueSatisfying(why -> assertThat(why).startsWith("given up after 2d: "));
            assertThat(addresses(rig.spool().waiting(rig.route()))).containsExactly("b@brief.test", "b@usual.test");
        }
    }
}
