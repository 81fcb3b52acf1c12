package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.sayAndClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.Traffic;
import io.backupmx.testing.Traffic.Transaction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What any number of workers promise together, whichever of them goes, and however: every mail is delivered, hardly any of it
 * twice, and a primary is treated as if there were one of them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClusterScenarios {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int MAILS = 1500;
    private static final int SOME = 300;

    private final int size;
    private final Duration freeze;
    private Cluster cluster;

    /** @param freeze longer than the broker waits for a worker */
    ClusterScenarios(int size, Duration freeze) {
        this.size = size;
        this.freeze = freeze;
    }

    @BeforeAll
    void start(@TempDir Path directory) {
        cluster = Cluster.of(directory, size);
    }

    @AfterAll
    void stop() {
        Optional.ofNullable(cluster).ifPresent(Cluster::close);
    }

    @BeforeEach
    void restore() {
        cluster.restore();
    }

    private ServiceProcess one() {
        return cluster.workers().getFirst();
    }

    @Test
    void killedWorkerLeavesOnlyItsUnsettledMailToBeDeliveredTwice() {
        cluster.load().send(MAILS);
        cluster.awaitDelivered(SOME);
        one().kill();
        cluster.mended();

        Ending ending = cluster.end("kill", SOON);
        assertThat(ending.duplicates()).isLessThanOrEqualTo(cluster.share() + Cluster.UNSETTLED);
        assertPolite(ending.traffic(), cluster.mostAtOnce());
    }

    /** It wakes up in the middle of what others have done meanwhile, and must not do it again. */
    @Test
    void frozenWorkerDoesNotRepeatWhatOthersHaveDoneMeanwhile() {
        cluster.load().send(MAILS);
        cluster.awaitDelivered(SOME);
        one().freeze();
        // All but what it had in its hands is through long before; that comes when the broker has given it up.
        Scenario.pass(freeze);
        cluster.awaitDelivered(MAILS - cluster.share());
        one().thaw();
        cluster.mended();
        cluster.load().send(SOME);

        Ending ending = cluster.end("freeze", SOON);
        assertThat(ending.duplicates()).isLessThanOrEqualTo(cluster.share() + Cluster.UNSETTLED);
        // What it held open at the primary when it froze is still open beside that of the others.
        assertPolite(ending.traffic(), cluster.mostAtOnce() + cluster.share());
        cluster.awaitState("UP");
    }

    @Test
    void workerThatIsToldToEndLeavesNothingToBeDeliveredTwice() {
        cluster.load().send(MAILS);
        cluster.awaitDelivered(SOME);
        cluster.mended();
        assertThat(one().terminate()).isEqualTo(128 + 15);

        Ending ending = cluster.end("stop", SOON);
        assertThat(ending.deliveredAgain()).isEmpty();
        assertThat(ending.maxAttempts()).isEqualTo(1);
        assertPolite(ending.traffic(), cluster.mostAtOnce());
    }

    @Test
    void rollingRestartUnderLoadDeliversEverythingOnce() {
        cluster.load().send(MAILS / 2);
        CountDownLatch enough = new CountDownLatch(1);
        CompletableFuture<Void> stream = cluster.load().stream(100, enough);
        for (ServiceProcess worker : cluster.workers()) {
            cluster.load().send(SOME);
            assertThat(worker.terminate()).isEqualTo(128 + 15);
            worker.ready();
        }
        enough.countDown();
        stream.join();
        cluster.mended();

        Ending ending = cluster.end("rolling-restart", SOON);
        assertThat(ending.deliveredAgain()).isEmpty();
        assertThat(ending.maxAttempts()).isEqualTo(1);
        assertPolite(ending.traffic(), cluster.mostAtOnce());
    }

    /** Whoever probes may be gone at any time; then another does, and still only one. */
    @Test
    void primaryThatIsDownIsProbedByOneWorkerAtATime() {
        Duration interval = Duration.ofMillis(800); // one second, as configured, less some jitter
        cluster.primary().play(Script.acceptAll().on(Phase.CONNECT, sayAndClose("421 4.3.2 Not now")));
        cluster.load().send(SOME);
        cluster.awaitState("DOWN");
        Scenario.pass(Duration.ofSeconds(2)); // whoever had not heard of it has, and has left
        Instant settled = Instant.now();
        for (ServiceProcess worker : cluster.workers().subList(0, 2)) {
            Scenario.pass(Duration.ofSeconds(3));
            assertProbed(cluster.traffic().since(Instant.now().minusSeconds(3)));
            worker.kill();
            Instant killed = Instant.now();
            Scenario.pass(Duration.ofSeconds(4));
            assertProbed(cluster.traffic().since(killed));
            worker.ready();
        }
        Traffic probes = cluster.traffic().since(settled);
        int handOvers = 4; // two workers gone, and two that came
        assertThat(probes.transactions()).isEmpty();
        long intervals = Duration.between(settled, Instant.now()).dividedBy(interval);
        assertThat(probes.connections()).hasSizeLessThanOrEqualTo((int) intervals + handOvers);
        assertThat(probes.maxConnectsWithin(interval))
                .as("one, and one more where another worker took over")
                .isLessThanOrEqualTo(2);

        cluster.mended();
        cluster.primary().play(Cluster.atItsPace());

        Ending ending = cluster.end("probes", SOON);
        assertThat(ending.toFirst()).isLessThanOrEqualTo(Duration.ofSeconds(3));
        assertThat(ending.maxAttempts()).isEqualTo(1);
        assertThat(ending.deliveredAgain()).isEmpty();
        assertOneRamp(ending.traffic());
        cluster.awaitState("UP");
    }

    private static void assertProbed(Traffic time) {
        assertThat(time.connections()).as("probes").isNotEmpty();
    }

    /** All of them begin with one mail, not each of them. */
    private static void assertOneRamp(Traffic traffic) {
        Instant first = traffic.transactions().stream()
                .filter(Transaction::accepted)
                .flatMap(mail -> mail.ended().stream())
                .min(Instant::compareTo)
                .orElseThrow();
        assertThat(traffic.until(first).transactions())
                .as("mails begun before the first was taken")
                .hasSize(1);
    }

    @Test
    void allOfThemGoOnWhenThePrimaryIsBack() {
        cluster.load().send(MAILS);
        cluster.awaitDelivered(SOME);
        cluster.primary().stop();
        cluster.awaitState("DOWN");
        Scenario.pass(Duration.ofSeconds(3));
        cluster.primary().play(Cluster.slowly());
        cluster.mended();
        cluster.primary().start();

        Ending ending = cluster.end("outage", SOON);
        assertThat(ending.toFirst()).isLessThanOrEqualTo(Duration.ofSeconds(2));
        assertThat(ending.duplicates()).as("answered, and not heard of").isLessThanOrEqualTo(cluster.mostAtOnce());
        assertThat(ending.maxAttempts()).isLessThanOrEqualTo(2);
        assertPolite(ending.traffic(), cluster.mostAtOnce());
        // As fast as the limit allows, less what the ramp takes: all of them have their share again.
        assertThat(ending.traffic().since(ending.mended()).maxTransactions())
                .isGreaterThanOrEqualTo(Cluster.LIMIT - cluster.workers().size());
    }

    private static void assertPolite(Traffic traffic, int most) {
        assertThat(traffic.maxTransactions()).as("mails at once").isLessThanOrEqualTo(most);
        assertThat(traffic.maxConnections()).as("connections at once").isLessThanOrEqualTo(most);
    }
}
