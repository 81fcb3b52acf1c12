package io.backupmx.worker.report;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.ops.MailLog;
import io.backupmx.worker.dsn.Action;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Writes down who was told, and who was not: the mail log and the metrics. Safe from any thread. */
final class ReportRecord {

    private final Map<Action, Map<ReportOutcome, Counter>> counters = new EnumMap<>(Action.class);

    /** All there can be from the start on: an alarm on the first of a kind should not miss it. */
    ReportRecord(MeterRegistry metrics) {
        for (Action action : Action.values()) {
            Map<ReportOutcome, Counter> ofAction = new EnumMap<>(ReportOutcome.class);
            for (ReportOutcome outcome : ReportOutcome.values()) {
                ofAction.put(
                        outcome,
                        Counter.builder("backupmx.reports")
                                .description("Mails whose senders were to be told something, by what came of it")
                                .tag("kind", action.name().toLowerCase(Locale.ROOT))
                                .tag("outcome", outcome.label())
                                .register(metrics));
            }
            counters.put(action, ofAction);
        }
    }

    /** An operator has ended it; each recipient's last reply says so. */
    void givenUp(Envelope about) {
        for (Recipient recipient : about.recipients()) {
            MailLog.LOG
                    .atInfo()
                    .addKeyValue("queue_id", about.queueId())
                    .addKeyValue("from", about.from())
                    .addKeyValue("to", recipient.path())
                    .addKeyValue("by", "admin")
                    .addKeyValue("reason", recipient.lastReply().orElse(""))
                    .log("failed");
        }
    }

    /** @param because why the sender is believed */
    void told(Envelope about, Action action, QueueId report, String because) {
        count(action, ReportOutcome.SENT);
        MailLog.LOG
                .atInfo()
                .addKeyValue("queue_id", about.queueId())
                .addKeyValue("report_id", report)
                .addKeyValue("kind", action.name().toLowerCase(Locale.ROOT))
                .addKeyValue("to", about.from())
                .addKeyValue("recipients", about.recipients().size())
                .addKeyValue("because", because)
                .log("reported");
    }

    /** @param detail what {@link ReportOutcome#why} does not say; empty for nothing */
    void notTold(Envelope about, Action action, ReportOutcome outcome, String detail) {
        count(action, outcome);
        MailLog.LOG
                .atInfo()
                .addKeyValue("queue_id", about.queueId())
                .addKeyValue("kind", action.name().toLowerCase(Locale.ROOT))
                .addKeyValue("from", about.from())
                .addKeyValue("reason", detail.isEmpty() ? outcome.why() : outcome.why() + ": " + detail)
                .log("not_reported");
    }

    private void count(Action action, ReportOutcome outcome) {
        Map<ReportOutcome, Counter> ofAction = counters.get(action);
        Counter counter = ofAction == null ? null : ofAction.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }
}
