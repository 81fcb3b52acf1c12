package io.backupmx.worker.dsn;

import io.backupmx.mail.Recipient;
import io.backupmx.smtp.Domain;

/** The part of a report for people. */
final class HumanText {

    private final Domain hostname;
    private final Report report;
    private final StringBuilder text = new StringBuilder();

    HumanText(Domain hostname, Report report) {
        this.hostname = hostname;
        this.report = report;
    }

    static String subject(Action action) {
        return switch (action) {
            case FAILED -> "Undelivered Mail Returned to Sender";
            case DELAYED -> "Delayed Mail (still being retried)";
            case RELAYED -> "Mail Handed On (no further reports)";
        };
    }

    String write() {
        boolean utf8 = report.to().needsSmtpUtf8();
        line("This is the mail system at " + hostname + ", a backup mail exchanger.");
        line("");
        line("Your mail of " + ReportComposer.date(report.about().arrival().at()));
        line(
                switch (report.action()) {
                    case FAILED -> "could not be delivered to the recipients below, and will not be tried again.";
                    case DELAYED ->
                        "could not be delivered yet to the recipients below. It is tried further;"
                                + " you need not send it again.";
                    case RELAYED ->
                        "was handed on for the recipients below to a mail system that sends no reports."
                                + " So this is the last that you hear of it, unless it fails.";
                });
        report.willRetryUntil().ifPresent(until -> line("It is given up at " + ReportComposer.date(until) + "."));
        for (Recipient recipient : report.about().recipients()) {
            line("");
            line("<" + DsnText.line(recipient.path().address(), utf8) + ">");
            recipient.lastReply().ifPresent(why -> line("    " + DsnText.line(why, utf8)));
        }
        return text.toString();
    }

    private void line(String line) {
        text.append(line).append("\r\n");
    }
}
