package io.backupmx.worker.cli;

import io.backupmx.worker.admin.QueuedMail;
import io.backupmx.worker.admin.ShownMail;
import io.backupmx.worker.admin.ShownMail.ShownRecipient;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** One mail for people: envelope, recipients, headers. */
final class MailText {

    private final PrintWriter out;
    private final LocalTimes times;
    private final WaitReason reasons;

    /** @param clock of the local zone */
    MailText(PrintWriter out, Clock clock) {
        this.out = out;
        this.times = new LocalTimes(clock);
        this.reasons = new WaitReason(times);
    }

    void print(ShownMail mail) {
        line("id", mail.queueId());
        line("from", mail.sender());
        line("arrived", times.asctime(Instant.ofEpochSecond(mail.arrivalTime())));
        line(
                "client",
                mail.client() + " (" + mail.helo() + ") with " + mail.protocol()
                        + mail.tls().map(tls -> ", " + tls).orElse(""));
        line("size", mail.messageSize() + " bytes");
        if (mail.requiretls()) {
            line("tls", "on all its way (REQUIRETLS)");
        }
        mail.envelopeId().ifPresent(id -> line("envid", id));
        mail.returnContent().ifPresent(ret -> line("ret", ret));
        for (int i = 0; i < mail.parts().size(); i++) {
            QueuedMail part = mail.parts().get(i);
            out.println();
            line(state(part), "by " + part.route() + ", attempts " + part.attempts());
            for (ShownRecipient recipient : mail.recipients().get(i)) {
                print(part, recipient);
            }
        }
        out.println();
        if (mail.headers().isEmpty()) {
            out.println("A worker has it in hand: its headers cannot be shown just now.");
        }
        mail.headers().ifPresent(headers -> headers.lines().forEach(header -> out.println(printable(header))));
        if (mail.headersCut()) {
            out.println("... and more headers");
        }
    }

    private void print(QueuedMail part, ShownRecipient recipient) {
        line("to", "<" + recipient.address() + ">");
        Optional<String> waits = reasons.of(
                part,
                part.recipients().stream()
                        .filter(listed -> listed.address().equals(recipient.address()))
                        .findFirst()
                        .flatMap(QueuedMail.QueuedRecipient::delayReason));
        waits.ifPresent(reason -> line("", reason));
        recipient
                .lastReply()
                .filter(reply -> waits.filter(text -> text.contains(reply)).isEmpty())
                .ifPresent(reply -> line("", "last: " + reply));
        recipient.originalRecipient().ifPresent(original -> line("", "orcpt " + original));
        recipient.notifyOn().ifPresent(on -> line("", "notify " + on));
    }

    private static String state(QueuedMail part) {
        return switch (part.queueName()) {
            case QueuedMail.ACTIVE -> "active";
            case QueuedMail.HOLD -> "failed";
            default -> "waiting";
        };
    }

    private void line(String label, String text) {
        out.printf("%-10s %s%n", label, Printable.of(text));
    }

    private static String printable(String header) {
        return Printable.of(header.replace('\t', ' '));
    }
}
