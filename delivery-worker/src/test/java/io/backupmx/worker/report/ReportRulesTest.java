package io.backupmx.worker.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.ConfigLoader;
import io.backupmx.config.Failures;
import io.backupmx.config.ReportsConfig;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.route.RelayTablesLoader;
import io.backupmx.worker.dsn.Action;
import io.backupmx.worker.dsn.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportRulesTest {

    private static final Duration LIMIT = Duration.ofHours(4);
    private static final Instant DUE = Samples.ARRIVED.plus(LIMIT);
    private static final Recipient BOB = Samples.recipient("bob@example.test");

    private final Envelope mail = Samples.from("alice@client.example", BOB);

    private static ReportRules rules(Failures failures, Optional<Duration> delayWarning) {
        return new ReportRules(
                new ReportsConfig(failures, delayWarning, 100, 20),
                RelayTablesLoader.load(ConfigLoader.load(
                        Optional.empty(), Map.of(), Map.of("domains.example.test", "mx.example.test"))));
    }

    @Test
    void itIsTimeToWarnFromTheConfiguredAgeOn() {
        ReportRules rules = rules(Failures.AUTO, Optional.of(LIMIT));
        assertThat(rules.isDelayed(mail, Samples.ARRIVED)).isFalse();
        assertThat(rules.isDelayed(mail, DUE.minusMillis(1))).isFalse();
        assertThat(rules.isDelayed(mail, DUE)).isTrue();
        assertThat(rules.isDelayed(mail, DUE.plus(Duration.ofDays(20)))).isTrue();
    }

    @Test
    void withoutAnAgeNobodyIsEverWarned() {
        assertThat(rules(Failures.BOUNCE, Optional.empty()).isDelayed(mail, DUE.plus(Duration.ofDays(30))))
                .isFalse();
    }

    @Test
    void whoWasWarnedIsNotAgain() {
        Envelope warned = mail.withDelayReported();
        ReportRules rules = rules(Failures.AUTO, Optional.of(LIMIT));
        assertThat(rules.isDelayed(warned, DUE)).isFalse();
        assertThat(rules.isDelayed(warned.withAttempts(9).withRecipients(List.of(BOB)), DUE.plus(LIMIT)))
                .isFalse();
    }

    /** RFC 3461 §4.1; who said nothing is up to us. */
    @Test
    void ofADelayHearsWhoSaidSoOrNothing() {
        ReportRules rules = rules(Failures.AUTO, Optional.of(LIMIT));
        assertThat(rules.against(mail, BOB, Action.DELAYED)).isEmpty();
        for (String notify : List.of("DELAY", "SUCCESS,DELAY", "failure,delay")) {
            assertThat(againstTelling(rules, notify)).as(notify).isEmpty();
        }
        for (String notify : List.of("NEVER", "FAILURE", "SUCCESS,FAILURE")) {
            assertThat(againstTelling(rules, notify)).as(notify).contains(ReportOutcome.NOT_WANTED);
        }
    }

    private static Optional<ReportOutcome> againstTelling(ReportRules rules, String notify) {
        Recipient recipient = Samples.notifiedOf(notify, "bob@example.test");
        return rules.against(Samples.from("alice@client.example", recipient), recipient, Action.DELAYED);
    }

    @Test
    void ofADelayNobodyHearsWhoWouldNotHearOfAFailure() {
        Envelope fromNobody = Samples.from("", BOB);
        assertThat(rules(Failures.BOUNCE, Optional.of(LIMIT)).against(fromNobody, BOB, Action.DELAYED))
                .contains(ReportOutcome.NULL_SENDER);
        assertThat(rules(Failures.QUARANTINE, Optional.of(LIMIT)).against(mail, BOB, Action.DELAYED))
                .contains(ReportOutcome.QUARANTINED);
    }
}
