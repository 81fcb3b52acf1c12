package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigLoader;
import io.backupmx.ingress.whileup.WhileUp;
import io.backupmx.route.RelayTables;
import io.backupmx.route.RelayTablesLoader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of a domain that leaves mail to its primary; every recipient but {@code nobody} exists. */
class WhileUpIT {

    private static final String UP_TO_RCPT = """
            S: 220 *
            C: EHLO client.example
            S: 250 *
            C: MAIL FROM:<bob@client.example>
            S: 250 2.1.0 Ok
            """;
    private static final String ALICE_DEFERRED = """
            C: RCPT TO:<alice@example.test>
            S: 451 4.3.0 <alice@example.test>: The primary server is up and takes mail itself, try it first
            """;
    private static final String ALICE_TAKEN = """
            C: RCPT TO:<alice@example.test>
            S: 250 2.1.5 Ok
            """;

    private volatile boolean up = true;
    private volatile Future<Boolean> answers = Future.succeededFuture(true);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Optional<TestIngress> started = Optional.empty();

    private TestIngress ingress(List<String> trusted) {
        Config config = ConfigLoader.load(
                Optional.empty(),
                Map.of(),
                Map.of(
                        "domains.example.test.primary", "mx1.example.test",
                        "domains.example.test.defer_while_up", "all",
                        "domains.other.test.primary", "mx1.other.test"));
        RelayTables tables = RelayTablesLoader.load(config);
        TestIngress ingress = new TestIngress(tuning -> {
            tuning.trustedNetworks = trusted;
            tuning.maxConnectionsPerAddress = 1;
            tuning.maxErrors = 2;
            tuning.policy = new WhileUp(tables, _ -> up, (_, _) -> answers, metrics);
        });
        started = Optional.of(ingress);
        return ingress;
    }

    private TestIngress ingress() {
        return ingress(List.of());
    }

    private double count(String result) {
        return metrics.get("backupmx.ingress.while.up")
                .tags("result", result)
                .counter()
                .count();
    }

    @AfterEach
    void stop() {
        started.ifPresent(ingress -> {
            ingress.awaitNothingHeld();
            ingress.close();
        });
    }

    @Test
    void aStrangerIsToldToComeAgainUntilTheRouteIsNotUp() {
        TestIngress ingress = ingress();
        try (var client = ingress.open()) {
            client.play(UP_TO_RCPT + ALICE_DEFERRED + ALICE_DEFERRED);
            up = false;
            client.play(ALICE_TAKEN);
            up = true;
            client.play("C: RCPT TO:<carol@example.test>\nS: 451 4.3.0 *\nC: QUIT\nS: 221 *\n");
        }
        assertThat(ingress.count("backupmx.ingress.recipients", "verdict", "primary_is_up"))
                .isEqualTo(3);
        assertThat(count("deferred")).isEqualTo(3);
        assertThat(count("not_up")).isEqualTo(1);
    }

    /** A refusal is as true as it was, and nobody else's senders are put off. */
    @Test
    void whoIsUnknownIsRefusedAllTheSameAndOthersAreTaken() {
        ingress().play(UP_TO_RCPT + """
                C: RCPT TO:<nobody@example.test>
                S: 550 5.1.1 *
                C: RCPT TO:<unsure@example.test>
                S: 451 4.3.0 <unsure@example.test>: Temporary lookup failure
                C: RCPT TO:<postmaster@example.test>
                S: 250 2.1.5 Ok
                C: RCPT TO:<Abuse@example.test>
                S: 250 2.1.5 Ok
                C: RCPT TO:<postmaster>
                S: 250 2.1.5 Ok
                C: RCPT TO:<alice@other.test>
                S: 250 2.1.5 Ok
                C: QUIT
                S: 221 *
                """);
        assertThat(count("deferred")).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatDoesNotAnswerIsNotUpWhateverItsKeeperSays(boolean fails) {
        answers = fails ? Future.failedFuture("as the test says") : Future.succeededFuture(false);
        ingress().play(UP_TO_RCPT + ALICE_TAKEN + "C: QUIT\nS: 221 *\n");
        assertThat(count("no_answer")).isEqualTo(1);
    }

    @Test
    void anAnswerMayTakeItsTime() {
        Promise<Boolean> greeted = Promise.promise();
        answers = greeted.future();
        try (var client = ingress().open()) {
            client.play(UP_TO_RCPT + "C: RCPT TO:<alice@example.test>\n");
            greeted.complete(true);
            client.play("S: 451 4.3.0 *\nC: QUIT\nS: 221 *\n");
        }
    }

    /** But it may send to our domains only, as everybody. */
    @Test
    void whoIsTrustedIsPutOffByNothingOfThis() {
        TestIngress ingress = ingress(List.of("127.0.0.0/8"));
        try (var _ = ingress.open();
                var client = ingress.open()) {
            client.play(UP_TO_RCPT + ALICE_TAKEN + """
                    C: RCPT TO:<nobody@example.test>
                    S: 550 5.1.1 *
                    C: RCPT TO:<x@elsewhere.test>
                    S: 554 5.7.1 *
                    C: RCPT TO:<nobody@other.test>
                    S: 550 5.1.1 *
                    C: NOOP
                    S: 250 *
                    """);
        }
    }

    @Test
    void whoIsTrustedElsewhereIsAStranger() {
        TestIngress ingress = ingress(List.of("10.0.0.0/8", "::1"));
        try (var client = ingress.open()) {
            client.play(UP_TO_RCPT + ALICE_DEFERRED);
            ingress.play("S: 421 4.7.0 *\nS: <closed>\n");
        }
    }
}
