package io.backupmx.ingress.primary;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.testing.Moment.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigLoader;
import io.backupmx.ingress.recipient.PrimaryTruth.Existence;
import io.backupmx.known.KnownRecipients;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.testing.Behaviour;
import io.backupmx.testing.FakeDns;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PrimarySourceIT {

    private static final String ALICE = "alice@example.test";
    private static final Behaviour NO_SUCH_USER = say("550 5.1.1 No such user here");

    /** alice and bob, and nobody else. */
    private static final Script TWO_USERS = Script.acceptAll()
            .on(Phase.RCPT, NO_SUCH_USER)
            .on(Phase.RCPT, address("postmaster@example.test"), accept())
            .on(Phase.RCPT, address(ALICE), accept())
            .on(Phase.RCPT, address("bob@example.test"), accept());

    private static final Supplier<TlsLevels> TLS = () -> TlsLevels.everywhere(TlsLevel.OPPORTUNISTIC);

    private final Vertx vertx = Vertx.vertx();
    private final ScriptedPrimary primary = ScriptedPrimary.started().play(TWO_USERS);
    private final LoopbackTable table = new LoopbackTable();
    private volatile Duration passed = Duration.ZERO;
    private final InstantSource clock = () -> Instant.ofEpochSecond(1_000_000).plus(passed);
    private KnownRecipients known = new KnownRecipients(table.opened(), clock);
    private PrimarySource source = source();

    private PrimarySource source() {
        return new PrimarySource(
                known,
                new CallAheads(new PrimaryConnector(vertx, Domain.of("backup.example.test"), Config.DEFAULT, TLS)),
                new CallAheadMetrics(new SimpleMeterRegistry(), known),
                new Random(1),
                () -> passed.toNanos());
    }

    @AfterEach
    void end() throws Exception {
        source.close();
        known.close();
        primary.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private Future<Existence> asked(String address) {
        ForwardPath path = ForwardPath.parse("<" + address + ">").orElseThrow();
        return source.ask(Route.of("smtp:[127.0.0.1]:" + primary.port()), path, List.of(address));
    }

    private Existence ask(String address) throws Exception {
        return asked(address).await(30, TimeUnit.SECONDS);
    }

    private Optional<Existence> known(String address) {
        return source.known(ForwardPath.parse("<" + address + ">").orElseThrow(), List.of(address));
    }

    private void restart() {
        source.close();
        known.close();
        known = new KnownRecipients(table.opened(), clock);
        source = source();
    }

    @Test
    void whoseExistenceThePrimaryHasConfirmedIsKnownWhileItIsAway() throws Exception {
        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        assertThat(ask("mallory@example.test")).isEqualTo(Existence.NOBODY);
        await().until(() -> known.knows(ALICE));
        primary.stop();
        restart();

        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        assertThat(ask("bob@example.test")).isEqualTo(Existence.PRIMARY_AWAY_BRIEFLY);
        assertThat(ask("mallory@example.test")).isEqualTo(Existence.PRIMARY_AWAY_BRIEFLY);
    }

    @Test
    void noMailIsSentAndOneConnectionIsEnough() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(ask("user" + i + "@example.test")).isEqualTo(Existence.NOBODY);
        }
        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);

        // Two more: for the postmaster, and for an address that nobody has.
        await().until(() -> primary.transactions() == 8);
        assertThat(primary.connections()).isEqualTo(1);
        assertThat(primary.mails()).isEmpty();
        assertThat(primary.violations()).isEmpty();
    }

    @Test
    void whatIsKnownTakesNoQuestion() throws Exception {
        assertThat(known(ALICE)).isEmpty();
        assertThat(known("mallory@example.test")).isEmpty();
        assertThat(primary.connections()).isZero();
        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        assertThat(ask("mallory@example.test")).isEqualTo(Existence.NOBODY);
        await().until(() -> known.knows(ALICE));
        int asked = primary.transactions();
        passed = passed.plusMinutes(9);

        assertThat(known("mallory@example.test")).contains(Existence.NOBODY);
        passed = passed.plusDays(2);
        assertThat(known(ALICE)).as("stale, but that is for who may ask").contains(Existence.EXISTS);
        assertThat(known("mallory@example.test")).isEmpty();
        assertThat(primary.transactions()).isEqualTo(asked);
    }

    @Test
    void noIsBelievedForTenMinutes() throws Exception {
        assertThat(ask("carol@example.test")).isEqualTo(Existence.NOBODY);
        primary.play(Script.acceptAll());
        assertThat(ask("carol@example.test")).isEqualTo(Existence.NOBODY);
        passed = passed.plusMinutes(11);
        assertThat(ask("carol@example.test")).isEqualTo(Existence.EXISTS);
    }

    @Test
    void whoTakesEverybodyIsFoundOutAndTeachesNothingOfSingleAddresses() throws Exception {
        primary.play(Script.acceptAll());
        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        await().until(() -> known.knows("@example.test"));
        primary.stop();

        assertThat(ask("anybody@example.test")).isEqualTo(Existence.EXISTS);
        assertThat(known.knows(ALICE)).isFalse();
        assertThat(known.knows("@example.test")).isTrue();
    }

    @Test
    void somebodyKnownIsGoneOnlyWhenThePrimarySaysSoTwice() throws Exception {
        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        await().until(() -> known.knows(ALICE));
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, NO_SUCH_USER)
                .on(Phase.RCPT, address("postmaster@example.test"), accept()));
        passed = passed.plusDays(2);
        int before = primary.transactions();

        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        await().until(() -> primary.transactions() == before + 2);
        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        passed = passed.plusMinutes(11);
        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        await().until(() -> !known.knows(ALICE));
        passed = passed.plusMinutes(11);
        assertThat(ask(ALICE)).isEqualTo(Existence.NOBODY);
    }

    @Test
    void primaryThatHasComeBackWrongIsNotBelieved() throws Exception {
        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        await().until(() -> known.knows(ALICE));
        primary.play(Script.acceptAll().on(Phase.RCPT, NO_SUCH_USER));
        for (int i = 0; i < 4; i++) {
            passed = passed.plusDays(2);
            int before = primary.transactions();
            assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
            await().until(() -> primary.transactions() == before + 2);
        }

        assertThat(known.knows(ALICE)).isTrue();
        assertThatThrownBy(() -> ask("bob@example.test")).hasMessageContaining("does not say");
    }

    @Test
    void domainThatDoesNotTakeEverybodyAnyMoreIsFoundOut() throws Exception {
        primary.play(Script.acceptAll());
        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        await().until(() -> known.knows("@example.test"));
        primary.play(TWO_USERS);
        passed = passed.plusDays(2);

        assertThat(ask(ALICE)).isEqualTo(Existence.EXISTS);
        await().until(() -> !known.knows("@example.test"));
        assertThat(ask("carol@example.test")).isEqualTo(Existence.NOBODY);
    }

    @Test
    void spellingDoesNotMatter() throws Exception {
        Future<Existence> shouted = source.ask(
                Route.of("smtp:[127.0.0.1]:" + primary.port()),
                ForwardPath.parse("<ALICE@example.test>").orElseThrow(),
                List.of(ALICE));
        assertThat(shouted.await(30, TimeUnit.SECONDS)).isNotEqualTo(Existence.NOBODY);
    }

    static Stream<Arguments> uncertainties() {
        return Stream.of(
                Arguments.of(Phase.RCPT, say("450 4.2.0 Greylisted")),
                Arguments.of(Phase.RCPT, say("550 5.7.1 Your address is on a list")),
                Arguments.of(Phase.RCPT, say("554 5.7.1 Relay access denied")),
                Arguments.of(Phase.RCPT, close()),
                Arguments.of(Phase.RCPT, sayAndClose("421 4.3.2 Going down")),
                Arguments.of(Phase.MAIL, say("550 5.7.1 No null senders here")),
                Arguments.of(Phase.MAIL, say("451 4.3.0 Not now")));
    }

    @ParameterizedTest
    @MethodSource("uncertainties")
    void whatIsNotAboutTheAddressIsNoAnswer(Phase phase, Behaviour behaviour) {
        primary.play(Script.acceptAll().on(phase, behaviour));

        assertThatThrownBy(() -> ask(ALICE)).hasMessageContaining("does not say");
        assertThat(known.knows(ALICE)).isFalse();
    }

    @Test
    void whoDoesNotAnswerAtAllIsAway() throws Exception {
        primary.play(Script.acceptAll().on(Phase.CONNECT, say("554 5.7.1 You again")));
        assertThat(ask(ALICE)).isEqualTo(Existence.PRIMARY_AWAY_BRIEFLY);
    }

    @Test
    void manyQuestionsAtOnceMakeTwoConnections() throws Exception {
        List<Future<Existence>> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            all.add(asked("user" + i + "@example.test"));
        }
        for (Future<Existence> one : all) {
            assertThat(one.await(30, TimeUnit.SECONDS)).isEqualTo(Existence.NOBODY);
        }
        assertThat(primary.maxOpenConnections()).isLessThanOrEqualTo(2);
        assertThat(primary.violations()).isEmpty();
    }

    /** A stranger may have any number of domains, whose hosts have any names. */
    @Test
    void domainsOnOneHostShareItsLimitsWhateverTheirMxRecordsCallIt() throws Exception {
        try (FakeDns dns = FakeDns.started();
                ScriptedPrimary host = ScriptedPrimary.on("127.0.0.2", Ports.free())) {
            host.play(Script.acceptAll().on(Phase.RCPT, hang()));
            host.start();
            Config config = ConfigLoader.load(
                    Optional.empty(),
                    Map.of(),
                    Map.of("dns.servers", "['" + dns.address() + "']", "mx.port", Integer.toString(host.port())));
            try (CallAheads callAheads =
                    new CallAheads(new PrimaryConnector(vertx, Domain.of("backup.example.test"), config, TLS))) {
                List<Thread> asking = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    dns.mx("d" + i + ".test", 10, "mx.d" + i + ".test").address("mx.d" + i + ".test", "127.0.0.2");
                    ForwardPath.To to = (ForwardPath.To)
                            ForwardPath.parse("<x@d" + i + ".test>").orElseThrow();
                    asking.add(Thread.ofVirtual().start(() -> {
                        try {
                            callAheads.ask(Route.of("mx"), to);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }));
                }
                await().until(() -> host.openConnections() == 2);
                await().during(Duration.ofMillis(500)).until(() -> host.maxOpenConnections() == 2);
                asking.forEach(Thread::interrupt);
            }
        }
    }

    @Test
    void primaryThatHangsIsNotAskedByMoreThanTwo() {
        primary.play(Script.acceptAll().on(Phase.RCPT, hang()));
        long begun = System.nanoTime();
        List<Future<Existence>> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            all.add(asked("user" + i + "@example.test"));
        }
        await().atMost(Duration.ofSeconds(40)).until(() -> all.stream().allMatch(Future::isComplete));
        assertThat(all).allMatch(Future::failed);
        // Of seconds each; one is given up for the next by us before the primary sees that.
        assertThat(primary.traffic().maxConnectionsOfClients(Duration.ofSeconds(1)))
                .isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
    }
}
