package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.say;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Phase;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The replay of an outage whose primary comes back wrong, as one with an empty user database does: that must not bounce the
 * spool, those who run it are told by mail, and what they type then has everything delivered.
 */
@RunsAlone
class QuarantineScenarioIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** Deliveries after an outage in which refusals are not believed. */
    private static final int PROBATION = 20;

    @TempDir
    private Path directory;

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @CsvSource({
        "550-for-all, 20000, RCPT, 550 5.1.1 No such user",
        "550-at-mail, 500, MAIL, 550 5.7.1 We do not take mail from you",
        "550-at-dot, 500, DOT, 550 5.7.1 We do not like that"
    })
    void primaryThatComesBackRefusingIsLeftAloneUntilAnOperatorSaysSo(
            String name, int mails, Phase phase, String refusal) {
        try (ScriptedPrimary smarthost = ScriptedPrimary.started();
                Scenario scenario = Scenario.of(
                        name,
                        directory,
                        "domains.%s.recipients=%s".formatted(MarkedLoad.DOMAIN, MarkedLoad.recipients()),
                        "notices.to=[ops@elsewhere.example]",
                        "notices.smarthost=127.0.0.1:" + smarthost.port(),
                        "notices.tls=none")) {
            scenario.load().send(mails);
            scenario.awaitState("DOWN", SOON);
            scenario.primary().play(Script.acceptAll().on(phase, say(refusal))).start();

            scenario.awaitState("QUARANTINE", SOON);
            Scenario.pass(Duration.ofSeconds(1)); // what was on its way ends by itself
            int tried = scenario.primary().transactions();
            assertThat(scenario.primary().traffic().attempts()).hasSizeLessThanOrEqualTo(PROBATION);
            Scenario.pass(Duration.ofSeconds(4));
            assertThat(scenario.primary().transactions()).as("tried since then").isEqualTo(tried);
            assertThat(scenario.attemptsOfWaiting()).as("all mail waits").hasSize(mails);
            assertThat(scenario.failed()).isZero();
            assertThat(notice(smarthost, 1))
                    .contains(
                            "X-Backup-MX-Notice: quarantine", "Auto-Submitted: auto-generated", refusal.substring(0, 9))
                    .contains("backupmx route release '" + scenario.route() + "'");

            scenario.primary().play(Script.acceptAll());
            Scenario.pass(Duration.ofSeconds(4));
            assertThat(scenario.state()).isEqualTo("QUARANTINE");
            assertThat(scenario.primary().transactions())
                    .as("tried because it is well again")
                    .isEqualTo(tried);
            scenario.mended();
            scenario.instance().cli("route", "release", scenario.route()).succeeded();

            Ending ending = scenario.end(SOON.plusMillis(10L * mails));
            assertThat(ending.deliveredAgain()).isEmpty();
            assertThat(ending.maxAttempts()).isLessThanOrEqualTo(2);
            assertThat(ending.history().states()).startsWith("DOWN", "RAMP", "QUARANTINE");
            scenario.awaitState("UP", SOON);
            assertThat(notice(smarthost, 2)).contains("X-Backup-MX-Notice: route_up");
            assertThat(scenario.instance().metric("backupmx_notices_total", "outcome=\"sent\""))
                    .isEqualTo(2);
        }
    }

    /** Spam, and senders that do not exist: what a backup is sent more of than its primary. */
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void primaryThatRefusesSpamAfterAnOutageHasTheRestWithoutAHand() {
        int mails = 600;
        Set<String> spam = senders(mails, n -> n % 3 == 0);
        Set<String> forged = senders(mails, n -> n % 7 == 1);
        long refused = senders(mails, n -> n % 3 == 0 || n % 7 == 1).size();
        try (Scenario scenario = Scenario.of(
                "spam", directory, "domains.%s.recipients=%s".formatted(MarkedLoad.DOMAIN, MarkedLoad.recipients()))) {
            scenario.load().send(mails);
            scenario.awaitState("DOWN", SOON);
            scenario.primary()
                    .play(Script.acceptAll()
                            .on(Phase.DOT, mail -> spam.contains(mail.sender()), say("554 5.7.1 This is spam"))
                            .on(Phase.MAIL, mail -> forged.contains(mail.sender()), say("553 5.1.8 No such domain")))
                    .start();

            Instance.await(
                    SOON.multipliedBy(2), () -> assertThat(scenario.failed()).isEqualTo(refused));
            Instance.await(
                    SOON,
                    () -> assertThat(scenario.primary().traffic().deliveries()).hasSize((int) (mails - refused)));
            assertThat(scenario.history().states()).containsExactly("DOWN", "RAMP", "UP");
        }
    }

    private static Set<String> senders(int mails, IntPredicate which) {
        return IntStream.rangeClosed(1, mails)
                .filter(which)
                .mapToObj(MarkedLoad::sender)
                .collect(Collectors.toSet());
    }

    /** The text of that many notices' last one. */
    private static String notice(ScriptedPrimary smarthost, int count) {
        return smarthost.awaitMails(count, SOON).getLast().text();
    }
}
