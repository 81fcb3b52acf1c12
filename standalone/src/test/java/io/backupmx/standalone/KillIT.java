package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.ScriptedPrimary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kill it at any moment: what it has acknowledged is delivered, twice at worst, and hardly any of it twice. */
class KillIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration DRAIN = Duration.ofSeconds(120);
    private static final int KILLS = Integer.getInteger("backupmx.kills", 9);
    private static final int CLIENTS = 24;

    /** Of a route: mails in delivery, and mails delivered whose settlement is not on disk yet. */
    private static final int WINDOW = 20 + 50;

    /** Of a route: mails in delivery when their connections are lost. */
    private static final int PLACES = 20;

    private static final System.Logger LOG = System.getLogger(KillIT.class.getName());

    @TempDir
    private Path directory;

    private final Map<String, ScriptedPrimary> primaries = new LinkedHashMap<>(
            Map.of("example.test", ScriptedPrimary.stopped(), "other.test", ScriptedPrimary.stopped()));
    private final Receipts receipts = new Receipts();

    @AfterEach
    void stop() {
        primaries.values().forEach(ScriptedPrimary::close);
    }

    @Test
    void nothingAcknowledgedIsLost() {
        long seed = ThreadLocalRandom.current().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        Map<Integer, Integer> stops = new LinkedHashMap<>();
        try (Instance instance = new Instance(directory.resolve("data")).set("retry.delays=[1s]")) {
            primaries.forEach((domain, primary) -> instance.backingUp(domain, primary.port()));
            Load load = new Load(instance.smtpPort(), List.copyOf(primaries.keySet()));
            for (int life = 1; life <= KILLS; life++) {
                if (life % 6 == 0) {
                    killedWhileStarting(instance, random);
                }
                boolean drains = life % 5 != 1 && life % 5 != 3;
                if (drains) {
                    primaries.values().forEach(ScriptedPrimary::start);
                }
                instance.start();
                List<Thread> clients = load.start(CLIENTS, random);
                goOn(load, drains, random);
                if (life % 5 == 0) {
                    primaries.values().forEach(ScriptedPrimary::stop);
                    stops.put(life, 1);
                    primaries.values().forEach(ScriptedPrimary::start);
                    goOn(load, drains, random);
                }
                instance.kill();
                Load.awaitEnd(clients);
                takeReceipts(life);
                if (life % 5 == 2) {
                    primaries.values().forEach(ScriptedPrimary::stop);
                }
            }

            primaries.values().forEach(ScriptedPrimary::start);
            instance.start();
            drain(instance);
            takeReceipts(KILLS + 1);
            LOG.log(System.Logger.Level.INFO, summary(seed, load));
            assertAll(load, stops);
            assertThat(instance.mailq()).isEqualTo(Instance.EMPTY);
        }
    }

    private void killedWhileStarting(Instance instance, SplittableRandom random) {
        instance.launch();
        Awaitility.await()
                .pollDelay(Duration.ofMillis(random.nextInt(200, 2000)))
                .until(() -> true);
        instance.kill();
    }

    /** Until some more mails are answered and, where there is a primary, delivered: another moment of the work each time. */
    private void goOn(Load load, boolean drains, SplittableRandom random) {
        int enough = load.accepted() + random.nextInt(1, random.nextBoolean() ? 60 : 600);
        int enoughDelivered = delivered() + (drains ? random.nextInt(1, 60) : 0);
        Instance.await(SOON, () -> {
            assertThat(load.accepted()).isGreaterThanOrEqualTo(enough);
            assertThat(delivered()).isGreaterThanOrEqualTo(enoughDelivered);
        });
    }

    private int delivered() {
        return primaries.values().stream().mapToInt(ScriptedPrimary::mailCount).sum();
    }

    private void takeReceipts(int life) {
        primaries.forEach((domain, primary) -> {
            primary.awaitIdle(SOON);
            receipts.add(life, domain, primary.attempts());
            assertThat(primary.violations()).isEmpty();
            primary.forget();
        });
    }

    private static void drain(Instance instance) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(500))
                .atMost(DRAIN)
                .until(() -> instance.metric("backupmx_spool_messages", "queue=\"route\"") == 0);
        instance.awaitEmptyQueue(DRAIN);
    }

    private String summary(long seed, Load load) {
        return "%d kills (seed %d): %d mails answered 250, %d unanswered after the dot, %d cut before it, %d refused; %s"
                .formatted(
                        KILLS,
                        seed,
                        load.accepted(),
                        load.unconfirmed.size(),
                        load.cut.size(),
                        load.refused.size(),
                        receipts)
                .replace("'", "''");
    }

    private void assertAll(Load load, Map<Integer, Integer> stops) {
        assertThat(load.unconfirmed).as("stores that a kill left unconfirmed").isNotEmpty();
        assertThat(receipts.duplicates() + receipts.unended())
                .as("deliveries that a kill left unacknowledged")
                .isPositive();
        List<Load.Part> lost = new ArrayList<>(load.confirmed);
        lost.removeAll(receipts.parts());
        assertThat(lost).as("answered 250, and lost").isEmpty();
        assertThat(receipts.parts().stream().map(Load.Part::mark).collect(Collectors.toSet()))
                .as("received without their end")
                .doesNotContainAnyElementsOf(load.cut);
        for (int life = 1; life <= KILLS + 1; life++) {
            int bound = (life > KILLS ? 0 : WINDOW) + stops.getOrDefault(life, 0) * PLACES;
            for (String domain : primaries.keySet()) {
                assertThat(receipts.receivedAgain(life, domain))
                        .as("received in life %d for %s, and again", life, domain)
                        .isLessThanOrEqualTo(bound);
            }
        }
    }
}
