package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.say;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Behaviour;
import io.backupmx.testing.Moment;
import io.backupmx.testing.Phase;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.Script;
import io.backupmx.testing.Traffic;
import io.backupmx.testing.Traffic.Transaction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A primary that answers, and defers: all mail, which is an outage of its own kind, or some, which is none. */
@RunsAlone
class TempfailScenarioIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int LIMIT = 4;

    /** So many different mails in a row, with no success between, throttle a route. */
    private static final int IN_A_ROW = 5;

    @TempDir
    private Path directory;

    static Stream<Arguments> tempfails() {
        return Stream.of(
                Arguments.of("tempfail-rcpt", Phase.RCPT, say("450 4.3.0 Database is away")),
                Arguments.of("tempfail-dot", Phase.DOT, say("451 4.3.0 Disk is full")));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("tempfails")
    void primaryThatDefersEverythingIsTriedWithOneMailAtATime(String name, Phase phase, Behaviour behaviour) {
        try (Scenario scenario = Scenario.of(name, directory, "worker.max_connections_per_route=" + LIMIT)) {
            scenario.primary().play(Script.acceptAll().on(phase, behaviour)).start();
            scenario.load().send(400);
            scenario.awaitState("THROTTLED", SOON);
            // What was on its way ends by itself.
            Instant throttled =
                    scenario.history().first("THROTTLED").orElseThrow().plusMillis(200);
            Scenario.pass(Duration.ofSeconds(9));

            Traffic traffic = scenario.primary().traffic();
            assertThat(traffic.until(throttled).attempts())
                    .as("mails tried before the route is throttled")
                    .hasSizeBetween(IN_A_ROW, IN_A_ROW + LIMIT)
                    .allSatisfy((_, attempts) -> assertThat(attempts).isEqualTo(1));
            assertTrials(traffic.since(throttled).transactions());
            assertThat(scenario.state()).isEqualTo("THROTTLED");
            Map<String, Integer> tried = scenario.primary().traffic().attempts();
            Map<String, Integer> waiting = new HashMap<>(scenario.attemptsOfWaiting());
            waiting.keySet().removeAll(tried.keySet());
            assertThat(waiting)
                    .as("attempts of mails that were never tried")
                    .hasSizeGreaterThan(400 - 2 * (IN_A_ROW + LIMIT) - 9)
                    .allSatisfy((_, attempts) -> assertThat(attempts).isZero());

            scenario.mended();
            scenario.primary().play(Script.acceptAll());
            int inVain =
                    scenario.primary().traffic().since(throttled).transactions().size();

            Ending ending = scenario.end(Duration.ofSeconds(40));
            // Its first, every other trial for want of another that is due, and the one that succeeds.
            assertThat(ending.maxAttempts()).isLessThanOrEqualTo(2 + Math.ceilDiv(inVain, 2));
            assertThat(ending.deliveredAgain()).isEmpty();
            assertThat(ending.traffic().maxTransactions()).isLessThanOrEqualTo(LIMIT);
            scenario.awaitState("UP", SOON);
            assertThat(scenario.history().states()).containsExactly("THROTTLED", "RAMP", "UP");
        }
    }

    /**
     * One at a time, a second apart and then more, fresh mail and mail that is due again by turns: that greylisting can
     * pass, and that no mail stands in front of all others.
     */
    private static void assertTrials(List<Transaction> trials) {
        assertThat(trials).as("trials in 9 s").hasSizeBetween(2, 9);
        List<String> mails = trials.stream().map(Transaction::sender).toList();
        assertThat(new HashSet<>(mails)).as("mails tried: %s", mails).hasSizeGreaterThan(trials.size() / 2);
        for (int i = 1; i < mails.size(); i++) {
            assertThat(mails.get(i)).as("trial %d of %s", i, mails).isNotEqualTo(mails.get(i - 1));
        }
        Duration before = Duration.ofMillis(800);
        for (int i = 1; i < trials.size(); i++) {
            Duration gap =
                    Duration.between(trials.get(i - 1).begun(), trials.get(i).begun());
            // 20 % for jitter; a trial's own time is part of it.
            assertThat(gap)
                    .as("gap %d of %s", i, trials)
                    .isGreaterThan(before.multipliedBy(8).dividedBy(10));
            before = gap;
        }
        assertThat(before).as("last gap of %s", trials).isGreaterThan(Duration.ofMillis(1500));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void oneRecipientInTenHoldsNobodyElseUp() {
        int mails = 500;
        Duration due = Duration.ofSeconds(30); // a slow machine needs a third of it to send and defer them all
        try (Scenario scenario = Scenario.of("one-in-ten", directory, Scenario.retrying(due))) {
            scenario.primary()
                    .play(Script.acceptAll()
                            .on(Phase.RCPT, Moment.address(MarkedLoad.recipient(0)), say("452 4.2.2 Mailbox full")));
            scenario.primary().start();
            Instant begun = Instant.now();
            scenario.load().send(mails);

            scenario.awaitDelivered(mails * 9 / 10, Duration.ofSeconds(6));

            Set<String> full = new HashSet<>();
            for (int mark = 10; mark <= mails; mark += 10) {
                full.add(MarkedLoad.sender(mark));
            }
            Instance.await(
                    SOON,
                    () -> assertThat(scenario.attemptsOfWaiting().keySet()).isEqualTo(full));
            assertThat(scenario.attemptsOfWaiting().values()).containsOnly(1);
            assertThat(scenario.state()).isEqualTo("UP");
            assertThat(Duration.between(begun, Instant.now()))
                    .as("the time until what was deferred is due")
                    .isLessThan(due);

            scenario.mended();
            scenario.primary().play(Script.acceptAll());

            Ending ending = scenario.end(due.plus(SOON));
            assertThat(ending.history().states()).isEmpty();
            assertThat(ending.maxAttempts()).isEqualTo(2);
            assertThat(ending.traffic().attempts())
                    .allSatisfy((sender, attempts) -> assertThat(attempts).isEqualTo(full.contains(sender) ? 2 : 1));
        }
    }
}
