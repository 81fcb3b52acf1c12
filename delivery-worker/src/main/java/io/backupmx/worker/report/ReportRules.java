package io.backupmx.worker.report;

import io.backupmx.config.Failures;
import io.backupmx.config.ReportsConfig;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.route.RelayTables;
import io.backupmx.smtp.ReversePath;
import io.backupmx.worker.dsn.Action;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Who may be told what. The rule first: nobody is told who may be somebody else.
 *
 * <ul>
 *   <li>Never {@code <>} (RFC 5321 §4.5.5), nor who said that he does not want it (RFC 3461 §4.1). What failed then waits for an
 *       operator: nothing is acknowledged away.
 *   <li>{@code quarantine}: nobody. {@code auto}: who is authentic, which is looked into only when there is something to tell.
 *       {@code bounce}: everybody.
 * </ul>
 */
final class ReportRules {

    private final ReportsConfig config;
    private final RelayTables tables;

    ReportRules(ReportsConfig config, RelayTables tables) {
        this.config = config;
        this.tables = tables;
    }

    /** Why nobody is to be told of {@code recipient}, without the sender's authenticity having been looked into; empty: go on. */
    Optional<ReportOutcome> against(Envelope envelope, Recipient recipient, Action action) {
        if (envelope.from() instanceof ReversePath.Null) {
            return Optional.of(ReportOutcome.NULL_SENDER);
        }
        if (!action.isWantedFor(recipient)) {
            return Optional.of(ReportOutcome.NOT_WANTED);
        }
        return failures(recipient) == Failures.QUARANTINE ? Optional.of(ReportOutcome.QUARANTINED) : Optional.empty();
    }

    /** What its domain says, or else everybody. */
    Failures failures(Recipient recipient) {
        return tables.failures(recipient.path()).orElse(config.failures());
    }

    /** Whether it is time to warn of the delay, once. */
    boolean isDelayed(Envelope envelope, Instant now) {
        Optional<Duration> limit = config.delayWarning();
        return limit.isPresent()
                && !envelope.delayReported()
                && Duration.between(envelope.arrival().at(), now).compareTo(limit.get()) >= 0;
    }
}
