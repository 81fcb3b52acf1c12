package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.RouteStatus.State;
import io.backupmx.worker.WorkerView;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several workers on one spool are one to the next hop. */
class WorkersIT {

    private final ScriptedPrimary primary = ScriptedPrimary.stopped();

    @AfterEach
    void stop() {
        primary.close();
    }

    private WorkersRig rig(Settings settings, int workers) {
        return new WorkersRig(settings, workers, primary.port());
    }

    private static void awaitState(WorkersRig rig, int workers, State state) {
        await(state + " seen by all")
                .atMost(LONG)
                .until(() ->
                        IntStream.range(0, workers).allMatch(i -> rig.status(i).state() == state));
    }

    @Test
    void togetherTheyHaveNoMoreConnectionsThanTheLimit() {
        primary.play(Script.acceptAll().slowly(Duration.ofMillis(20)));
        primary.start();
        try (WorkersRig rig = rig(Settings.usual().withConnections(6), 3)) {
            rig.store(600);
            assertThat(primary.awaitMails(600, LONG.multipliedBy(2)))
                    .extracting(mail -> mail.recipients().getFirst())
                    .doesNotHaveDuplicates();
            assertThat(primary.maxOpenConnections()).isLessThanOrEqualTo(6 + 2); // newcomers have one each
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(rig.spool().waiting(rig.route())).isEmpty();
        }
    }

    @Test
    void oneProbesForAll() {
        primary.play(Script.acceptAll().on(Phase.CONNECT, sayAndClose("421 4.3.2 Not now")));
        primary.start();
        try (WorkersRig rig = rig(Settings.usual().withProbes(Duration.ofSeconds(1), Duration.ofSeconds(1)), 3)) {
            rig.store(20);
            awaitState(rig, 3, State.DOWN);
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            int before = primary.connections();
            await().pollDelay(Duration.ofSeconds(4)).atMost(LONG).until(() -> true);
            assertThat(primary.connections() - before).isBetween(2, 5);
            primary.play(Script.acceptAll());
            assertThat(primary.awaitMails(20, LONG)).hasSize(20);
        }
    }

    @Test
    void whatIsDownStaysDownWhenItsKeeperLeaves() {
        try (WorkersRig rig = rig(Settings.usual(), 2)) {
            rig.store(20);
            awaitState(rig, 2, State.DOWN);
            Instant since = rig.status(1).since();
            rig.stop(0);
            assertThat(rig.status(1).state()).isEqualTo(State.DOWN);
            assertThat(rig.status(1).since()).isEqualTo(since);
            primary.start();
            assertThat(primary.awaitMails(20, LONG)).hasSize(20);
            assertThat(rig.spool().deferred()).isEmpty();
        }
    }

    @Test
    void anyWorkerHoldsAndReleasesForAll() {
        primary.start();
        try (WorkersRig rig = rig(Settings.usual(), 2)) {
            for (int i = 0; i < 2; i++) {
                WorkerView other = rig.worker(i);
                await().atMost(LONG).until(() -> succeeds(other, true, rig));
                awaitState(rig, 2, State.HELD);
                int before = primary.mailCount();
                rig.store(5);
                await().during(Duration.ofSeconds(1)).atMost(LONG).until(() -> primary.mailCount() == before);
                await().atMost(LONG).until(() -> succeeds(other, false, rig));
                primary.awaitMailCount(before + 5, LONG);
            }
        }
    }

    @Test
    void aHeldRouteIsHeldByWhoeverComesAfterAllOthersHaveLeft() {
        primary.start();
        try (WorkersRig rig = rig(Settings.usual(), 1)) {
            await().atMost(LONG).until(() -> succeeds(rig.worker(0), true, rig));
            rig.stop(0);
            rig.store(5);
            rig.add();
            await().during(Duration.ofSeconds(2)).atMost(LONG).until(() -> primary.connections() == 0);
            assertThat(rig.status(1).state()).isEqualTo(State.HELD);
            assertThat(rig.status(1).reason()).isEqualTo("wait");
        }
    }

    private static boolean succeeds(WorkerView worker, boolean hold, WorkersRig rig) {
        return (hold ? worker.hold(rig.route(), "wait") : worker.release(rig.route()))
                .handle((_, failure) -> failure == null)
                .toCompletableFuture()
                .join();
    }

    @Test
    void flushOfAnyWorkerProbesAtOnce() {
        try (WorkersRig rig = rig(Settings.usual().withProbes(Duration.ofHours(1), Duration.ofHours(1)), 2)) {
            rig.store(5);
            awaitState(rig, 2, State.DOWN);
            primary.start();
            rig.worker(1).flush();
            primary.awaitMailCount(5, LONG);
        }
    }

    @Test
    void deferralsSpreadOverWorkersThrottleAllOfThem() {
        primary.play(Script.acceptAll().on(Phase.RCPT, say("451 4.3.0 Database")));
        primary.start();
        try (WorkersRig rig = rig(Settings.usual().withConnections(4), 2)) {
            rig.store(300);
            awaitState(rig, 2, State.THROTTLED);
            await().pollDelay(Duration.ofSeconds(1)).atMost(LONG).until(() -> true);
            // Those on their way when it was throttled, and a trial or two: nobody churns through the queue.
            assertThat(rig.spool().deferred().size()).isLessThan(60);
            primary.play(Script.acceptAll());
            await().atMost(LONG.multipliedBy(2))
                    .until(() -> rig.spool().waiting(rig.route()).isEmpty());
            awaitState(rig, 2, State.UP);
        }
    }

    @Test
    void eachShowsWhatTheOtherHasInHand() {
        primary.play(Script.acceptAll().on(Phase.CONTENT, hang()));
        primary.start();
        try (WorkersRig rig = rig(Settings.usual().withConnections(4).withStopGrace(Duration.ofMillis(10)), 2)) {
            rig.store(50);
            for (int i = 0; i < 2; i++) {
                WorkerView mine = rig.worker(i);
                WorkerView others = rig.worker(1 - i);
                await().atMost(LONG).until(() -> {
                    Set<String> shown =
                            ids(others.inFlightElsewhere().toCompletableFuture().join());
                    return !shown.isEmpty() && shown.equals(ids(mine.inFlight()));
                });
            }
        }
    }

    private static Set<String> ids(List<InFlightMail> mails) {
        return mails.stream().map(mail -> mail.envelope().queueId().value()).collect(Collectors.toSet());
    }

    @Test
    void eachShowsWhatTheOtherHoldsUntilItIsDue() {
        primary.play(Script.acceptAll().on(Phase.RCPT, say("450 4.2.1 Full")));
        primary.start();
        try (WorkersRig rig = rig(Settings.usual(), 2)) {
            rig.store(1);
            await().atMost(LONG).until(() -> rig.spool().deferred().size() == 1);
            await().atMost(LONG)
                    .until(() -> rig.worker(0)
                                    .heldElsewhere()
                                    .toCompletableFuture()
                                    .join()
                                    .size()
                            == 1);
            var held =
                    rig.worker(1).heldElsewhere().toCompletableFuture().join().getFirst();
            assertThat(held.envelope().recipients().getFirst().lastReply().orElseThrow())
                    .contains("450 4.2.1 Full");
            assertThat(held.dueAt().orElseThrow()).isAfter(Instant.now());
        }
    }

    @Test
    void aNextHopThatGreylistsGetsAllMailInTheEnd() {
        Set<String> seen = new HashSet<>();
        primary.play(Script.acceptAll()
                .on(
                        Phase.RCPT,
                        moment -> {
                            synchronized (seen) {
                                return seen.add(moment.line());
                            }
                        },
                        say("451 4.7.1 Greylisted")));
        primary.start();
        try (WorkersRig rig =
                rig(Settings.usual().withConnections(2).withRetries(Duration.ofSeconds(1), Duration.ofDays(30)), 2)) {
            rig.store(12);
            primary.awaitMailCount(12, LONG.multipliedBy(2));
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(rig.spool().deferred()).isEmpty();
            assertThat(rig.spool().waiting(rig.route())).isEmpty();
        }
    }

    @Test
    void mailThatHasHadItsTimeLeavesAQueueThatIsDownUntilThatIsTooMuch() {
        Instant longAgo = Instant.now().minus(Duration.ofDays(31));
        try (WorkersRig rig = rig(Settings.usual(), 2)) {
            for (int i = 0; i < ExpiryGuard.MAX_IN_A_WINDOW + 3; i++) {
                rig.store(Mails.envelope(longAgo, "a" + i + "@x.test"));
            }
            awaitState(rig, 2, State.DOWN);
            await().atMost(LONG).until(() -> rig.spool().failed().size() == ExpiryGuard.MAX_IN_A_WINDOW);
            await().atMost(LONG).until(() -> stopped(rig, 0) + stopped(rig, 1) == 1);
            await().atMost(LONG).until(() -> rig.spool().waiting(rig.route()).size() == 3);
            assertThat(rig.spool()
                            .failed()
                            .getFirst()
                            .envelope()
                            .recipients()
                            .getFirst()
                            .lastReply())
                    .hasValueSatisfying(why -> assertThat(why).startsWith("given up after 30d: connect to"));
            RouteStatus status = rig.status(0);
            assertThat(status.state()).isEqualTo(State.DOWN);
        }
    }

    private static double stopped(WorkersRig rig, int worker) {
        return rig.metrics(worker).get("backupmx.expiry.stopped").gauge().value();
    }
}
