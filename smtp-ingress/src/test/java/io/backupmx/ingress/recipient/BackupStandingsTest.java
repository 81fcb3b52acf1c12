package io.backupmx.ingress.recipient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.Network;
import io.backupmx.config.Networks;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.Route;
import io.backupmx.routing.BackupStanding;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BackupStandingsTest {

    private static final Networks NETWORKS = networks("192.0.2.0/24");
    private static final BackupStanding YES = new BackupStanding.Permitted("yes");
    private static final BackupStanding NO = new BackupStanding.Refused("no");
    private static final BackupStanding DARK = new BackupStanding.NotNow("dark");

    private final Map<String, BackupStanding> says = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicLong nanos = new AtomicLong(1);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private BackupStandings standings = standings(Duration.ofSeconds(20));

    private BackupStandings standings(Duration patience) {
        return new BackupStandings(
                this::say, registry, nanos::get, patience, Thread.ofVirtual().factory());
    }

    private BackupStanding say(Domain domain, Networks networks) throws InterruptedException {
        asked.add(domain.name());
        if (domain.name().startsWith("slow")) {
            gate.await();
        } else if (domain.name().equals("defect.test")) {
            throw new IllegalStateException("as the test says");
        }
        return says.getOrDefault(domain.name(), NO);
    }

    private static Networks networks(String text) {
        return new Networks(List.of(Network.parse(text).orElseThrow()));
    }

    private Future<BackupStanding> ask(String domain) {
        return standings.of(Domain.of(domain), NETWORKS);
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void anAnswerCountsForAMinuteAndNoneForFiveSeconds() {
        says.put("yes.test", YES);
        says.put("dark.test", DARK);
        assertThat(get(ask("yes.test"))).isEqualTo(YES);
        assertThat(get(ask("no.test"))).isEqualTo(NO);
        assertThat(get(ask("dark.test"))).isEqualTo(DARK);
        says.put("yes.test", NO);
        says.put("no.test", YES);
        says.put("dark.test", YES);

        pass(Duration.ofSeconds(4));
        assertThat(ask("dark.test").result()).isEqualTo(DARK);
        pass(Duration.ofSeconds(2));
        assertThat(get(ask("dark.test"))).isEqualTo(YES);
        pass(Duration.ofSeconds(50));
        assertThat(ask("yes.test").result()).isEqualTo(YES);
        assertThat(ask("no.test").result()).isEqualTo(NO);
        assertThat(asked).hasSize(4);
        pass(Duration.ofSeconds(5));
        assertThat(get(ask("yes.test"))).isEqualTo(NO);
        assertThat(get(ask("no.test"))).isEqualTo(YES);
    }

    @Test
    void otherNetworksAreAnotherQuestion() {
        says.put("yes.test", YES);
        get(ask("yes.test"));

        get(standings.of(Domain.of("yes.test"), networks("192.0.2.0/25")));

        assertThat(asked).hasSize(2);
        assertThat(standings.known(Domain.of("yes.test"), NETWORKS)).contains(YES);
        assertThat(standings.known(Domain.of("other.test"), NETWORKS)).isEmpty();
    }

    @Test
    void oneAsksAndOthersWaitForItsAnswer() {
        says.put("slow.test", YES);
        Future<BackupStanding> one = ask("slow.test");
        Future<BackupStanding> other = ask("slow.test");
        assertThat(one.isComplete()).isFalse();

        gate.countDown();

        assertThat(get(one)).isEqualTo(YES);
        assertThat(get(other)).isEqualTo(YES);
        assertThat(asked).containsExactly("slow.test");
    }

    @Test
    void aSlowAnswerHasAnEndAndItsPlaceIsFreed() {
        standings = standings(Duration.ofMillis(100));
        for (int round = 0; round < 2; round++) {
            List<Future<BackupStanding>> all = new ArrayList<>();
            for (int i = 0; i < BackupStandings.AT_ONCE; i++) {
                all.add(ask("slow" + round + "-" + i + ".test"));
            }
            all.forEach(one -> assertThat(get(one)).isInstanceOf(BackupStanding.NotNow.class));
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(get(ask("quick" + asked.size() + ".test")))
                            .isEqualTo(NO));
        }
    }

    @Test
    void beyondAHundredNobodyIsAskedAbout() {
        for (int i = 0; i < BackupStandings.AT_ONCE; i++) {
            ask("slow" + i + ".test");
        }

        assertThat(ask("more.test").result())
                .isEqualTo(new BackupStanding.NotNow("too many domains are being asked about"));
        gate.countDown();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(get(ask("more.test"))).isEqualTo(NO));
        assertThat(registry.get("backupmx.mx.backup.lookups")
                        .tag("answer", "unavailable")
                        .counter()
                        .count())
                .isPositive();
    }

    @Test
    void aThreadThatDoesNotStartKeepsNoPlace() {
        AtomicBoolean dead = new AtomicBoolean(true);
        standings = new BackupStandings(
                this::say,
                registry,
                nanos::get,
                Duration.ofSeconds(20),
                task -> dead.get() ? new NoThread() : new Thread(task));
        for (int i = 0; i <= BackupStandings.AT_ONCE; i++) {
            assertThat(ask("domain" + i + ".test").result())
                    .isEqualTo(new BackupStanding.NotNow("the DNS was not asked"));
        }
        dead.set(false);

        assertThat(get(ask("domain0.test"))).isEqualTo(NO);
    }

    private static final class NoThread extends Thread {
        @Override
        public void start() {
            throw new OutOfMemoryError("as the test says");
        }
    }

    @Test
    void aSurpriseIsNoAnswer() {
        assertThat(get(ask("defect.test"))).isInstanceOf(BackupStanding.NotNow.class);
    }

    @Test
    void recipientsAreJudgedByTheStandingOfTheirDomain() {
        says.put("yes.test", YES);
        says.put("dark.test", DARK);
        RecipientVerdict then = new RecipientVerdict.Accepted(Route.of("mx"));

        assertThat(check("yes.test", then)).isEqualTo(then);
        assertThat(check("yes.test", new RecipientVerdict.UnknownUser())).isEqualTo(new RecipientVerdict.UnknownUser());
        assertThat(check("no.test", then)).isEqualTo(new RecipientVerdict.RelayDenied());
        assertThat(check("dark.test", then)).isEqualTo(new RecipientVerdict.Unavailable());
    }

    @Test
    void whatTheTablesKnowNobodyIsAskedAbout() {
        RecipientVerdict known = new RecipientVerdict.RelayDenied();

        assertThat(new MxBackupDirectory(_ -> Future.succeededFuture(known), standings)
                        .check(new ForwardPath.Postmaster())
                        .result())
                .isEqualTo(known);
        assertThat(asked).isEmpty();
    }

    @Test
    void whatIsKnownOfADomainWaitsForNobodysTurn() {
        says.put("yes.test", YES);
        RecipientVerdict then = new RecipientVerdict.Accepted(Route.of("mx"));
        RecipientVerdict open = new RecipientVerdict.IfMxBackup(Domain.of("yes.test"), NETWORKS, then);
        MxBackupDirectory directory = new MxBackupDirectory(
                new RecipientDirectory() {
                    @Override
                    public Future<RecipientVerdict> check(ForwardPath path) {
                        return Future.succeededFuture(open);
                    }

                    @Override
                    public Future<RecipientVerdict> check(ForwardPath path, Turn turn) {
                        return check(path);
                    }
                },
                standings);
        RecipientDirectory.Turn never = (known, _) -> known.get().orElseGet(() -> Future.failedFuture("not yet"));
        ForwardPath path = ForwardPath.parse("<alice@yes.test>").orElseThrow();

        assertThat(directory.check(path, never).failed()).isTrue();
        assertThat(asked).isEmpty();
        get(ask("yes.test"));
        assertThat(directory.check(path, never).result()).isEqualTo(then);
        assertThat(asked).containsExactly("yes.test");
    }

    private RecipientVerdict check(String domain, RecipientVerdict then) {
        RecipientVerdict open = new RecipientVerdict.IfMxBackup(Domain.of(domain), NETWORKS, then);
        return get(new MxBackupDirectory(_ -> Future.succeededFuture(open), standings)
                .check(ForwardPath.parse("<alice@" + domain + ">").orElseThrow()));
    }
}
