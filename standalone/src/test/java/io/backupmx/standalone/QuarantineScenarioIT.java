package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.say;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Phase;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import java.nio.file.Path;
import java.time.Duration;
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

    /** The text of that many notices' last one. */
    private static String notice(ScriptedPrimary smarthost, int count) {
        return smarthost.awaitMails(count, SOON).getLast().text();
    }
}
