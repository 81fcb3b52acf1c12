package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Moment.address;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.DnsConfig;
import io.backupmx.config.MxConfig;
import io.backupmx.route.Route;
import io.backupmx.testing.FakeDns;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The route mx: several domains, several hosts, some of them in trouble. */
class MxDeliveryIT {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(8);

    private final int port = Ports.free();
    private final FakeDns dns = FakeDns.started().ttl(300);
    private final ScriptedPrimary one = ScriptedPrimary.on("127.0.0.2", port);
    private final ScriptedPrimary other = ScriptedPrimary.on("127.0.0.3", port);

    MxDeliveryIT() {
        dns.address("mx.one.test", "127.0.0.2").address("mx.other.test", "127.0.0.3");
        dns.mx("one.test", 10, "mx.one.test").mx("other.test", 10, "mx.other.test");
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
        dns.close();
    }

    private WorkerRig rig(Settings settings) {
        return WorkerRig.byMx(
                settings,
                new MxConfig(List.of(), port, 2, FIRST, LONGEST),
                new DnsConfig(List.of(dns.address()), Duration.ofSeconds(1)));
    }

    @Test
    void eachDestinationGetsItsShareInOneMail() {
        dns.mx("same.test", 5, "mx.one.test");
        one.start();
        other.start();
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@one.test", "b@other.test", "c@same.test", "d@ONE.test");

            assertThat(one.awaitMails(1, LONG).getFirst().recipients())
                    .containsExactlyInAnyOrder("a@one.test", "c@same.test", "d@one.test");
            assertThat(other.awaitMails(1, LONG).getFirst().recipients()).containsExactly("b@other.test");
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(rig.spool().deferred()).isEmpty();
            assertThat(one.mailCount() + other.mailCount()).isEqualTo(2);
        }
    }

    @Test
    void everyRecipientHasAnOutcomeOfItsOwn() {
        dns.mx("null.test", 0, ".");
        one.start();
        one.play(Script.acceptAll()
                .on(Phase.RCPT, address("no@one.test"), say("550 5.1.1 No such user"))
                .on(Phase.RCPT, address("later@one.test"), say("450 4.2.0 Later")));
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("yes@one.test", "no@one.test", "later@one.test", "x@null.test", "y@missing.test");

            assertThat(one.awaitMails(1, LONG).getFirst().recipients()).containsExactly("yes@one.test");
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(replies(rig.spool().failed()))
                    .hasSize(2)
                    .containsEntry("x@null.test", "556 5.1.10 domain null.test takes no mail (null MX)")
                    .hasEntrySatisfying("no@one.test", why -> assertThat(why).contains("550 5.1.1 No such user"));
            assertThat(replies(rig.spool().deferred()))
                    .containsEntry("y@missing.test", "domain missing.test is not found in the DNS")
                    .hasEntrySatisfying("later@one.test", why -> assertThat(why).contains("450 4.2.0 Later"));
            // Only what was said to the recipient costs an attempt.
            assertThat(rig.spool().deferred())
                    .extracting(mail ->
                            mail.envelope().recipients().getFirst().path().address() + " "
                                    + mail.envelope().attempts())
                    .containsExactlyInAnyOrder("later@one.test 1", "y@missing.test 0");
        }
    }

    @Test
    void theNextHostIsTriedAndTheDeadOneLeftAlone() {
        dns.mx("one.test", 20, "mx.other.test");
        other.start();
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@one.test");
            other.awaitMails(1, LONG);
            one.start();
            rig.store("b@one.test");
            other.awaitMails(2, LONG);
            assertThat(one.connections()).isZero();
        }
    }

    @Test
    void nothingIsSentToAHostOfOurOwnNameNorToOneAfterIt() {
        dns.mx("one.test", 20, "mx.other.test");
        one.play(Script.acceptAll().on(Phase.EHLO, say("250 Backup.Example. at your service")));
        one.start();
        other.start();
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@one.test");
            await().atMost(LONG)
                    .until(() -> replies(rig.spool().deferred()).values().stream()
                            .anyMatch(why -> why.contains("goes by our own name: list it in mx.self")));
            one.awaitConnections(2, LONG);
            assertThat(one.transactions()).isZero();
            assertThat(other.connections()).isZero();
        }
    }

    @Test
    void anAliveDestinationDoesNotWaitForADeadOne() {
        other.start();
        try (WorkerRig rig = rig(Settings.usual())) {
            for (int i = 0; i < 300; i++) {
                rig.store("a" + i + "@one.test");
            }
            rig.store("b@other.test");

            other.awaitMails(1, LONG);
            await().atMost(LONG).until(() -> rig.spool().deferred().size() > 100);
            await().atMost(LONG)
                    .until(() -> replies(rig.spool().deferred()).values().stream()
                            .anyMatch(why -> why.matches("destination in back-off until \\S+: connect to"
                                    + " mx[.]one[.]test\\[127[.]0[.]0[.]2]:" + port + ": Connection refused")));

            one.start();
            one.awaitMails(300, LONG);
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(one.mails().stream()
                            .flatMap(mail -> mail.recipients().stream())
                            .distinct())
                    .hasSize(300);
            assertThat(one.maxOpenConnections()).isLessThanOrEqualTo(2);
        }
    }

    /** Silent hosts hold a few places for as long as it takes to find out, not all of them. */
    @Test
    void aSilentDestinationDoesNotHoldThePlacesOfOthers() {
        one.start();
        one.play(Script.acceptAll().on(Phase.CONNECT, hang()));
        other.start();
        try (WorkerRig rig = rig(Settings.usual())) {
            for (int i = 0; i < 600; i++) {
                rig.store("a" + i + "@one.test");
            }
            for (int i = 0; i < 50; i++) {
                rig.store("b" + i + "@other.test");
            }
            other.awaitMails(50, Duration.ofSeconds(8)); // the silence lasts 10 s
            assertThat(one.maxOpenConnections()).isEqualTo(1);
        }
    }

    @Test
    void aConnectionIsUsedAgain() {
        one.start();
        try (WorkerRig rig = rig(Settings.usual().withConnections(1))) {
            for (int i = 0; i < 20; i++) {
                rig.store("a" + i + "@one.test");
            }
            one.awaitMails(20, LONG);
            assertThat(one.connections()).isEqualTo(1);
            assertThat(one.violations()).isEmpty();
        }
    }

    @Test
    void mailForOurselvesIsNeverSent() {
        dns.mx("loop.test", 10, "backup.example").mx("loop.test", 20, "mx.one.test");
        one.start();
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@loop.test");
            rig.store("b@one.test");
            one.awaitMails(1, LONG);
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            assertThat(one.mails()).extracting(ReceivedMail::recipients).containsExactly(List.of("b@one.test"));
            assertThat(replies(rig.spool().deferred()).get("a@loop.test")).startsWith("mail would come back to us");
        }
    }

    @Test
    void whatHasHadItsTimeFailsAlsoWhileItsDestinationIsLeftAlone() {
        try (WorkerRig rig = rig(Settings.usual().withRetries(Duration.ofHours(1), Duration.ofSeconds(2)))) {
            rig.store("a@one.test");
            await().atMost(LONG).until(() -> !rig.spool().failed().isEmpty());
            assertThat(replies(rig.spool().failed()).get("a@one.test"))
                    .startsWith("given up after 2s: ")
                    .contains("Connection refused");
        }
    }

    @Test
    void anOperatorMayHoldTheRoute() {
        one.start();
        try (WorkerRig rig = rig(Settings.usual())) {
            await("a keeper")
                    .atMost(LONG)
                    .ignoreExceptions()
                    .until(() -> rig.worker()
                                    .hold(new Route.ByMx(), "enough")
                                    .toCompletableFuture()
                                    .join()
                                    .state()
                            == RouteStatus.State.HELD);
            rig.store("a@one.test");
            await().during(Duration.ofMillis(300)).atMost(LONG).until(() -> one.connections() == 0);
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.HELD);

            rig.worker().release(new Route.ByMx()).toCompletableFuture().join();

            one.awaitMails(1, LONG);
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.UP);
        }
    }

    @Test
    void aFlushTriesWhatIsLeftAlone() {
        try (WorkerRig rig = WorkerRig.byMx(
                Settings.usual(),
                new MxConfig(List.of(), port, 2, Duration.ofHours(1), Duration.ofHours(1)),
                new DnsConfig(List.of(dns.address()), Duration.ofSeconds(1)))) {
            rig.store("a@one.test");
            await().atMost(LONG).until(() -> rig.spool().deferred().size() == 1);
            one.start();
            rig.worker().flush();
            one.awaitMails(1, LONG);
        }
    }

    private static Map<String, String> replies(List<StoredMail> mails) {
        return mails.stream()
                .flatMap(mail -> mail.envelope().recipients().stream())
                .collect(Collectors.toMap(
                        recipient -> recipient.path().address(),
                        recipient -> recipient.lastReply().orElse("")));
    }
}
