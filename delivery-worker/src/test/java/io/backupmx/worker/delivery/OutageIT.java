package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.garbage;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.Behaviour;
import io.backupmx.testing.Moment;
import io.backupmx.testing.Phase;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trouble of routes: it costs no mail an attempt, and ends seconds after the primary's does. */
class OutageIT {

    private final ScriptedPrimary primary = ScriptedPrimary.stopped();

    @AfterEach
    void stop() {
        primary.close();
    }

    @Test
    void theFirstMailArrivesWithinTwoSecondsOfThePrimarysReturn() {
        try (WorkerRig rig = rig(Settings.usual())) {
            for (int i = 0; i < 50; i++) {
                rig.store("a" + i + "@x.test");
            }
            awaitState(rig, RouteStatus.State.DOWN);
            assertThat(rig.status().reason()).contains("connect to 127.0.0.1[127.0.0.1]:" + primary.port(), "refused");
            long back = System.nanoTime();
            primary.start();
            primary.awaitMails(1, Duration.ofSeconds(2));
            assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(2));
            assertThat(primary.awaitMails(50, LONG)).hasSize(50);
            assertThat(rig.spool().deferred()).isEmpty();
            assertThat(rig.attempts("deferred")).isZero();
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.UP);
            assertThat(rig.status().reason()).isEmpty();
        }
    }

    @Test
    void theProbesConnectionCarriesTheFirstMail() {
        try (WorkerRig rig = rig(Settings.usual().withConnections(1))) {
            rig.store("a@x.test");
            awaitState(rig, RouteStatus.State.DOWN);
            primary.start();
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
            assertThat(primary.connections()).isOne();
        }
    }

    @Test
    void anOutageTakesNoMail() {
        try (WorkerRig rig = rig(Settings.usual())) {
            for (int i = 0; i < 200; i++) {
                rig.store("a" + i + "@x.test");
            }
            awaitState(rig, RouteStatus.State.DOWN);
            await().atMost(LONG).until(() -> rig.spool().taken() == 0);
            // The first places met the outage; nothing is taken while it lasts, whatever the probes do.
            int met = rig.spool().givenBack();
            assertThat(met).isLessThanOrEqualTo(100);
            await().during(Duration.ofSeconds(2))
                    .atMost(LONG)
                    .until(() -> rig.spool().givenBack() == met);
            assertThat(rig.spool().waiting(rig.route()))
                    .hasSize(200)
                    .allSatisfy(mail -> assertThat(mail.envelope().attempts()).isZero());
            assertThat(rig.status().limit()).isZero();
        }
    }

    @Test
    void mailGivenBackThatTheSpoolIsSlowToTakeDoesNotHoldUpTheRoute() {
        primary.play(Script.acceptAll().on(Phase.CONNECT, hang()));
        primary.start();
        try (WorkerRig rig = rig(Settings.usual().withConnections(60).withTimeouts(Duration.ofSeconds(3), LONG))) {
            rig.spool().holdGiveBacks();
            for (int i = 0; i < 60; i++) {
                rig.store("a" + i + "@x.test");
            }
            await().atMost(LONG).until(() -> rig.spool().givenBack() == 60);
            rig.spool().holdNoFurtherGiveBacks(); // whoever looks at the head of a resting queue gives it back, too
            primary.play(Script.acceptAll());
            rig.store("late@x.test");
            assertThat(primary.awaitMails(1, LONG).getFirst().recipients()).containsExactly("late@x.test");
            rig.spool().releaseGiveBacks();
            assertThat(primary.awaitMails(61, LONG)).hasSize(61);
        }
    }

    @Test
    void flushProbesAtOnce() {
        try (WorkerRig rig = rig(Settings.usual().withProbes(Duration.ofHours(1), Duration.ofHours(1)))) {
            rig.store("a@x.test");
            awaitState(rig, RouteStatus.State.DOWN);
            primary.start();
            rig.worker().flush();
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"CONNECT,554", "CONNECT,421", "CONNECT,garbage", "CONNECT,hang", "EHLO,421", "EHLO,451", "EHLO,close"})
    void aRouteThatAnswersBadlyIsDownAndComesBack(Phase phase, String what) {
        primary.play(Script.acceptAll().on(phase, behaviour(what)).on(Phase.HELO, say("550 No")));
        primary.start();
        try (WorkerRig rig = rig(Settings.usual().withTimeouts(Duration.ofSeconds(1), LONG))) {
            rig.store("a@x.test");
            awaitState(rig, RouteStatus.State.DOWN);
            primary.play(Script.acceptAll());
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
            assertThat(rig.attempts("deferred")).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"MAIL", "RCPT", "DATA"})
    void silenceBeforeTheContentIsTheRoutesTrouble(Phase phase) {
        primary.play(Script.acceptAll().on(phase, hang()));
        primary.start();
        try (WorkerRig rig = rig(Settings.usual().withTimeouts(Duration.ofSeconds(1), LONG))) {
            rig.store("a@x.test");
            awaitState(rig, RouteStatus.State.DOWN);
            assertThat(rig.status().reason()).contains("no reply within 1000 ms");
            primary.play(Script.acceptAll());
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
            assertThat(rig.attempts("deferred")).isZero();
        }
    }

    @Test
    void aServiceThatClosesAtMailIsDownWhenNoConnectionIsLeft() {
        primary.play(Script.acceptAll().on(Phase.MAIL, sayAndClose("421 4.3.2 Going down")));
        primary.start();
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@x.test");
            awaitState(rig, RouteStatus.State.DOWN);
            primary.play(Script.acceptAll());
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
            assertThat(rig.attempts("deferred")).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"RCPT", "DATA"})
    void aServiceThatClosesOnOneMailTwiceDefersIt(Phase phase) {
        primary.play(Script.acceptAll().on(phase, sayAndClose("421 4.3.2 Not this one")));
        primary.start();
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store("a@x.test");
            await().atMost(LONG).until(() -> rig.spool().deferred().size() == 1);
            assertThat(primary.transactions()).isEqualTo(2);
            assertThat(rig.status().state()).isEqualTo(RouteStatus.State.UP);
        }
    }

    @Test
    void aMailThatKeepsClosingTheServiceIsNotGivenBackForEver() {
        Predicate<Moment> poison = moment -> moment.line().contains("poison@");
        primary.play(Script.acceptAll().on(Phase.MAIL, poison, sayAndClose("421 4.3.2 Bye")));
        primary.start();
        try (WorkerRig rig = rig(Settings.usual())) {
            rig.store(Mails.from("poison@x.test", "a@x.test"));
            await().atMost(LONG).until(() -> {
                rig.store("b@x.test"); // others go through all the time
                return rig.spool().deferred().size() == 1;
            });
            assertThat(rig.onlyLastReply(rig.spool().deferred()))
                    .hasValueSatisfying(reply -> assertThat(reply).contains("421 4.3.2 Bye"));
        }
    }

    @Test
    void aMailThatClosesTheServiceDoesNotStandInFrontOfTheOthers() {
        Predicate<Moment> poison = moment -> moment.line().contains("poison@");
        primary.play(Script.acceptAll().on(Phase.MAIL, poison, sayAndClose("421 4.3.2 Bye")));
        primary.start();
        try (WorkerRig rig = rig(Settings.usual().withConnections(1))) {
            rig.store(Mails.from("poison@x.test", "a@x.test"));
            rig.store("b@x.test");
            assertThat(primary.awaitMails(1, LONG).getFirst().recipients()).containsExactly("b@x.test");
        }
    }

    @Test
    void aPrimaryThatAllowsFewConnectionsGetsFew() {
        primary.play(Script.acceptAll()
                .on(Phase.CONNECT, _ -> primary.openConnections() > 3, sayAndClose("421 4.7.0 Too many connections")));
        primary.start();
        try (WorkerRig rig = rig(Settings.usual().withConnections(10))) {
            for (int i = 0; i < 300; i++) {
                rig.store("a" + i + "@x.test");
            }
            assertThat(primary.awaitMails(300, LONG)).hasSize(300);
            await().atMost(LONG).until(() -> rig.attempts("delivered") == 300);
            assertThat(rig.attempts("deferred")).isZero();
            // Not a new connection for each mail that is refused one.
            assertThat(primary.connections()).isLessThan(150);
        }
    }

    @Test
    void aConnectionThatWasClosedWhileItRestedCostsNothing() {
        primary.start();
        try (WorkerRig rig = rig(Settings.usual().withReuse(Duration.ofMinutes(1), 1000))) {
            rig.store("a@x.test");
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
            await().atMost(LONG).until(() -> rig.spool().taken() == 0); // its 250 has been heard
            primary.stop();
            primary.start();
            rig.store("b@x.test");
            assertThat(primary.awaitMails(2, LONG)).hasSize(2);
            assertThat(rig.attempts("deferred")).isZero();
        }
    }

    @Test
    void aPrimaryThatClosesAfterEveryMailCostsNothing() {
        primary.play(Script.acceptAll().on(Phase.MAIL, new SecondOfItsConnection(), close()));
        primary.start();
        try (WorkerRig rig = rig(Settings.usual().withConnections(4))) {
            for (int i = 0; i < 100; i++) {
                rig.store("a" + i + "@x.test");
            }
            assertThat(primary.awaitMails(100, LONG)).hasSize(100);
            assertThat(rig.attempts("deferred")).isZero();
        }
    }

    /** True from the second MAIL of each connection on. */
    private static final class SecondOfItsConnection implements Predicate<Moment> {
        private final Set<Integer> seen = new HashSet<>();

        @Override
        public synchronized boolean test(Moment moment) {
            return !seen.add(moment.connection());
        }
    }

    @Test
    void connectionsAreReusedAndMadeAnew() {
        primary.start();
        try (WorkerRig rig = rig(Settings.usual().withConnections(1).withReuse(Duration.ofMinutes(1), 10))) {
            for (int i = 0; i < 30; i++) {
                rig.store("a" + i + "@x.test");
            }
            assertThat(primary.awaitMails(30, LONG))
                    .extracting(ReceivedMail::connection)
                    .containsOnly(1, 2, 3);
        }
    }

    @Test
    void idleConnectionsAreLeft() {
        primary.start();
        try (WorkerRig rig = rig(Settings.usual().withReuse(Duration.ofSeconds(1), 1000))) {
            rig.store("a@x.test");
            assertThat(primary.awaitMails(1, LONG)).hasSize(1);
            primary.awaitIdle(LONG);
            assertThat(primary.violations()).isEmpty();
        }
    }

    @Test
    void aPrimaryThatIsKilledAgainAndAgainGetsEveryMail() {
        primary.start();
        try (WorkerRig rig = rig(Settings.usual()
                .withProbes(Duration.ofMillis(500), Duration.ofMillis(500))
                .withRetries(Duration.ofSeconds(1), Duration.ofDays(1)))) {
            Set<String> ids = new HashSet<>();
            for (int i = 0; i < 2000; i++) {
                ids.add(rig.store("a" + i + "@x.test").queueId().value());
            }
            for (int kill = 1; kill <= 4; kill++) {
                primary.awaitMails(200 * kill, LONG);
                primary.stop();
                primary.start();
            }
            await().atMost(Duration.ofSeconds(40)).until(() -> {
                Set<String> missing = new HashSet<>(ids);
                primary.mails().forEach(mail -> missing.remove(idOf(mail)));
                return missing.isEmpty();
            });
            assertThat(rig.spool().failed()).isEmpty();
        }
    }

    @Test
    void aDeadRouteDoesNotStopAnother() {
        try (ScriptedPrimary hanging = ScriptedPrimary.started();
                WorkerRig rig = new WorkerRig(Settings.usual(), hanging.port(), primary.port())) {
            hanging.play(Script.acceptAll().on(Phase.CONNECT, hang()));
            primary.start();
            for (int i = 0; i < 50; i++) {
                rig.store("a" + i + "@x.test");
                rig.spool()
                        .store(
                                WorkerRig.route(primary.port()),
                                Mails.envelope("b" + i + "@y.test"),
                                WorkerRig.text("x\r\n"));
            }
            assertThat(primary.awaitMails(50, Duration.ofSeconds(5))).hasSize(50);
        }
    }

    private static String idOf(ReceivedMail mail) {
        int id = mail.text().indexOf(" id ") + 4;
        return mail.text().substring(id, id + 16);
    }

    private WorkerRig rig(Settings settings) {
        return new WorkerRig(settings, primary.port());
    }

    private static void awaitState(WorkerRig rig, RouteStatus.State state) {
        await().atMost(LONG).until(() -> rig.status().state() == state);
    }

    private static Behaviour behaviour(String name) {
        return switch (name) {
            case "close" -> close();
            case "hang" -> hang();
            case "garbage" -> garbage("HTTP/1.1 400 Bad Request\r\n".getBytes(ISO_8859_1));
            default -> name.equals("421") ? sayAndClose("421 4.3.2 Bye") : say(name + " No");
        };
    }
}
