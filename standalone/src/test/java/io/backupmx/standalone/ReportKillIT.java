package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.say;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.BrokerProcess;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kill it at any moment between the refusal of a mail and the report of that: its sender is told, and by one report only,
 * which may come twice as any mail may (ADR 0026).
 */
class ReportKillIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int KILLS = Integer.getInteger("backupmx.kills", 2);
    private static final int CLIENTS = 4;

    /** Refusals, decisions or reports of a life after which it ends, at most. */
    private static final int SOME = 100;

    /** That wait for a worker: more than its lives can see off but the last. */
    private static final int MAILS = (SOME + 25) * KILLS;

    /** Of a route: mails in delivery, and mails delivered, or refused, whose settlement is not on disk yet. */
    private static final int WINDOW = 20 + 50;

    private static final String SENDERS = "client.example";
    private static final Pattern DECIDED = Pattern.compile("queue_id=(?<mail>\\w+) report_id=(?<report>\\w+) ");

    private static final System.Logger LOG = System.getLogger(ReportKillIT.class.getName());

    @TempDir
    private Path directory;

    /** Refuses everybody, and is well otherwise: after an outage nobody would believe it at once (ADR 0010). */
    private final ScriptedPrimary primary =
            ScriptedPrimary.started().play(Script.acceptAll().on(Phase.RCPT, say("550 5.1.1 No such user here")));

    private final ScriptedPrimary senders = ScriptedPrimary.started();
    private final Told told = new Told();
    private final long seed = ThreadLocalRandom.current().nextLong();
    private final SplittableRandom random = new SplittableRandom(seed);

    @AfterEach
    void stop() {
        primary.close();
        senders.close();
    }

    /** Broker and all: while mail comes in, is refused and reported. */
    @Test
    void everySenderIsToldOnceThoughTheProductIsKilled() {
        try (Instance instance = new Instance(directory.resolve("data"))
                .backingUp(MarkedLoad.DOMAIN, primary.port())
                .backingUp(SENDERS, senders.port())
                .set("reports.failures=bounce", "reports.per_minute=100000")) {
            Load load = new Load(instance.smtpPort(), List.of(MarkedLoad.DOMAIN), MarkedLoad::sender);
            for (int life = 1; life <= KILLS; life++) {
                instance.start();
                List<Thread> clients = load.start(CLIENTS, random);
                int some = 1 + random.nextInt(SOME);
                switch (random.nextInt(3)) {
                    case 0 -> primary.awaitTransactions(primary.transactions() + some, SOON);
                    case 1 -> awaitDecided(instance::output, some);
                    default -> senders.awaitMailCount(senders.mailCount() + some, SOON);
                }
                instance.kill();
                Load.awaitEnd(clients);
                takeReceipts(life);
            }

            instance.start();
            Set<Integer> confirmed =
                    load.confirmed.stream().map(Load.Part::mark).collect(Collectors.toSet());
            awaitTold(confirmed);
            instance.awaitEmptyQueue(SOON);
            Set<Integer> stored = new HashSet<>(confirmed);
            stored.addAll(load.unconfirmed);
            assertAll(stored, instance.log());
            assertThat(load.unconfirmed).hasSizeLessThanOrEqualTo(KILLS * CLIENTS);
        }
    }

    /** While the spool stands, and many mails at once wait to be refused, and many to be decided about. */
    @Test
    void everySenderIsToldOnceThoughTheWorkerIsKilled() {
        try (BrokerProcess broker = BrokerProcess.start(directory.resolve("broker"));
                ServiceProcess ingress =
                        configured(ServiceProcess.ingress(directory.resolve("ingress"), broker.url()));
                ServiceProcess worker = configured(ServiceProcess.worker(directory.resolve("worker"), broker.url()))) {
            MarkedLoad load = new MarkedLoad(ingress.ready().smtpPort());
            load.send(MAILS);
            for (int life = 1; life <= KILLS; life++) {
                worker.launch();
                awaitDecided(worker::output, 1 + random.nextInt(SOME));
                worker.kill();
                assertThat(senders.mailCount()).as("killed too late").isLessThan(MAILS);
                takeReceipts(life);
            }

            worker.started();
            Set<Integer> sent = IntStream.rangeClosed(1, MAILS).boxed().collect(Collectors.toSet());
            awaitTold(sent);
            ServiceProcess.await(SOON, () -> assertThat(worker.queue()).isEmpty());
            assertAll(sent, worker.log());
        }
    }

    private ServiceProcess configured(ServiceProcess process) {
        return process.jvm("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .backingUp(MarkedLoad.DOMAIN, primary.port())
                .backingUp(SENDERS, senders.port())
                .set("reports.failures=bounce", "reports.per_minute=100000");
    }

    /** Until a life has said that it decided about so many mails. */
    private static void awaitDecided(Supplier<String> output, int mails) {
        ServiceProcess.await(
                SOON, () -> assertThat(DECIDED.matcher(output.get()).results()).hasSizeGreaterThanOrEqualTo(mails));
    }

    /** Of each mail the reports that were written of it; all but one of them never left. */
    private static Map<String, Set<String>> reportsDecided(String log) {
        Map<String, Set<String>> reports = new HashMap<>();
        Matcher matcher = DECIDED.matcher(log);
        while (matcher.find()) {
            reports.computeIfAbsent(matcher.group("mail"), _ -> new TreeSet<>()).add(matcher.group("report"));
        }
        return reports;
    }

    private void takeReceipts(int life) {
        for (ScriptedPrimary each : List.of(primary, senders)) {
            each.awaitIdle(SOON);
            assertThat(each.violations()).isEmpty();
        }
        told.add(life, senders.attempts());
    }

    private void awaitTold(Set<Integer> marks) {
        ServiceProcess.await(SOON, () -> {
            told.add(KILLS + 1, senders.attempts());
            assertThat(told.marks()).containsAll(marks);
        });
    }

    /** What is left to find once all is quiet. */
    private void assertAll(Set<Integer> stored, String log) {
        told.add(KILLS + 1, senders.attempts());
        long decidedTwice = reportsDecided(log).values().stream()
                .filter(reports -> reports.size() > 1)
                .count();
        LOG.log(
                System.Logger.Level.INFO,
                "%d kills (seed %d): %d mails, refused %d times; %s; %d mails decided about more than once"
                        .formatted(KILLS, seed, stored.size(), primary.transactions(), told, decidedTwice)
                        .replace("'", "''"));
        assertThat(stored).as("told of mail that was not taken").containsAll(told.marks());
        assertThat(told.reportedTwice()).as("told by more than one report").isEmpty();
        for (int life = 1; life <= KILLS + 1; life++) {
            assertThat(told.receivedAgain(life))
                    .as("reports received in life %d, and again", life)
                    .isLessThanOrEqualTo(life > KILLS ? 0 : WINDOW);
        }
        assertThat(primary.transactions()).as("refused").isLessThanOrEqualTo(stored.size() + KILLS * WINDOW);
    }
}
