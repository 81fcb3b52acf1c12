package io.backupmx.worker.dsn;

import io.backupmx.mail.Recipient;
import io.backupmx.smtp.Domain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.james.mime4j.stream.Field;

/** The part of a report for machines: one block of fields about the mail, one about each recipient (RFC 3464 §2.1). */
final class StatusFields {

    private final Domain hostname;
    private final Report report;
    private final boolean utf8;

    StatusFields(Domain hostname, Report report, boolean utf8) {
        this.hostname = hostname;
        this.report = report;
        this.utf8 = utf8;
    }

    byte[] write() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ReportComposer.write(aboutMail(), out);
        for (Recipient recipient : report.about().recipients()) {
            ReportComposer.write(about(recipient), out);
        }
        return out.toByteArray();
    }

    private List<Field> aboutMail() {
        List<Field> fields = new ArrayList<>();
        report.about()
                .envelopeId()
                .ifPresent(id -> add(fields, "Original-Envelope-Id", DsnText.line(DsnText.decoded(id), utf8)));
        add(fields, "Reporting-MTA", "dns; " + hostname);
        add(
                fields,
                "Received-From-MTA",
                "smtp; " + DsnText.line(report.about().arrival().helo(), utf8));
        add(fields, "Arrival-Date", ReportComposer.date(report.about().arrival().at()));
        return fields;
    }

    private List<Field> about(Recipient recipient) {
        Diagnosis diagnosis = Diagnosis.of(recipient.lastReply().orElse(""), report.action());
        List<Field> fields = new ArrayList<>();
        recipient
                .originalRecipient()
                .ifPresent(orcpt -> add(fields, "Original-Recipient", DsnText.originalRecipient(orcpt, utf8)));
        add(fields, "Final-Recipient", DsnText.recipient(recipient.path().address(), utf8));
        add(fields, "Action", report.action().keyword());
        add(fields, "Status", diagnosis.status().toString());
        diagnosis.host().ifPresent(host -> add(fields, "Remote-MTA", "dns; " + DsnText.line(host, utf8)));
        diagnosis.reply().ifPresent(reply -> add(fields, "Diagnostic-Code", "smtp; " + DsnText.line(reply, utf8)));
        report.lastAttempt().ifPresent(at -> add(fields, "Last-Attempt-Date", ReportComposer.date(at)));
        report.willRetryUntil().ifPresent(until -> add(fields, "Will-Retry-Until", ReportComposer.date(until)));
        return fields;
    }

    private static void add(List<Field> fields, String name, String value) {
        fields.add(ReportComposer.field(name, value));
    }
}
