package io.backupmx.worker.delivery;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.smtp.MailProtocol;
import io.backupmx.worker.admin.ListedQueue;
import io.backupmx.worker.cli.MailqText;
import io.backupmx.worker.delivery.OutcomeRow.Section;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * A row, the primary that plays it, and the mail that is meant: to two recipients, of whom the second is the one that a reply to RCPT,
 * and of LMTP one to the content, is for.
 */
final class PlayedRow implements AutoCloseable {

    /** More than both sides' sockets hold, so that the content is under way for as long as nobody reads it. */
    private static final Content LARGE = Content.of(
            ("Subject: x\r\n\r\n" + "All work and no play.\r\n".repeat(750_000)).getBytes(StandardCharsets.US_ASCII));

    private static final Content SMALL = WorkerRig.text("Subject: x\r\n\r\nx\r\n");

    private final OutcomeRow row;
    private final RowPrimary primary;
    private final Route route;
    private final Envelope mail;

    /** @param mxPort at which all mail exchangers listen */
    PlayedRow(OutcomeRow row, int mxPort, RowPrimary.Certificates certificates) {
        this.row = row;
        this.primary = row.at().equals("TLS")
                ? RowPrimary.byTls(row, certificates)
                : RowPrimary.scripted(row, tested(row), mxPort);
        this.route = route(row, primary.port());
        this.mail = mail(other(row), tested(row));
    }

    private static Route route(OutcomeRow row, int port) {
        return switch (row.section()) {
            case BY_MX -> new Route.ByMx();
            case BY_LMTP -> Route.to(new NextHop("127.0.0.1", port, false, MailProtocol.LMTP));
            case TLS_REQUIRED, TLS_VERIFIED -> Route.to(new NextHop("localhost", port));
            case BY_SMTP, KEPT_CONNECTION, PASSWORD, SMTPUTF8, REQUIRETLS, OLD -> WorkerRig.route(port);
        };
    }

    /** Of a domain of its own. */
    static String domain(OutcomeRow row) {
        return "row" + row.number() + ".test";
    }

    private static String tested(OutcomeRow row) {
        return "tested@" + domain(row);
    }

    private static String other(OutcomeRow row) {
        return "other@" + domain(row);
    }

    String tested() {
        return tested(row);
    }

    String other() {
        return other(row);
    }

    OutcomeRow row() {
        return row;
    }

    Route route() {
        return route;
    }

    RowPrimary primary() {
        return primary;
    }

    /** One more like the one that is meant. */
    Envelope mail(String... recipients) {
        Envelope usual = Mails.envelope(recipients);
        return switch (row.section()) {
            case SMTPUTF8 -> Mails.withSmtpUtf8(usual);
            case REQUIRETLS -> usual.withRequireTls();
            case OLD -> Mails.envelope(Instant.now().minus(Duration.ofDays(31)), recipients);
            case BY_SMTP, KEPT_CONNECTION, TLS_REQUIRED, TLS_VERIFIED, PASSWORD, BY_LMTP, BY_MX -> usual;
        };
    }

    void store(InMemorySpool spool) {
        store(spool, mail);
    }

    void store(InMemorySpool spool, Envelope envelope) {
        spool.store(route, envelope, row.at().equals("content") ? LARGE : SMALL);
    }

    /** Where a connection is to be there already: the mail that is refused on it. */
    void storeFirst(InMemorySpool spool) {
        if (row.section() == Section.KEPT_CONNECTION) {
            store(spool, mail(RowPrimary.NOBODY));
        }
    }

    boolean isReady(InMemorySpool spool) {
        return row.section() != Section.KEPT_CONNECTION
                || spool.failed().stream().anyMatch(stored -> stored.route().equals(route));
    }

    SpoolContents contents(InMemorySpool spool) {
        return new SpoolContents(spool, route, mail.queueId());
    }

    /** What has become of {@code recipient}; while that is in hand, nothing yet. */
    String fate(InMemorySpool spool, String recipient) {
        SpoolContents contents = contents(spool);
        if (has(contents.deferred(), recipient)) {
            return "deferred";
        } else if (has(contents.failed(), recipient)) {
            return "failed";
        } else if (has(contents.waiting(), recipient)) {
            return "waits";
        }
        return primary.took(recipient) ? "delivered" : "";
    }

    private static boolean has(List<StoredMail> mails, String recipient) {
        Predicate<StoredMail> isFor = stored -> stored.envelope().recipients().stream()
                .anyMatch(one -> one.path().address().equals(recipient));
        return mails.stream().anyMatch(isFor);
    }

    int attempts(InMemorySpool spool) {
        return contents(spool).all().stream()
                .mapToInt(stored -> stored.envelope().attempts())
                .sum();
    }

    /** What mailq shows of the mail, were it all there is. */
    String mailq(WorkerRig rig) {
        return MailqText.of(ListedQueue.of(contents(rig.spool()), rig.worker()).stream()
                .filter(listed -> listed.queueId().equals(mail.queueId().value()))
                .toList());
    }

    @Override
    public void close() {
        primary.close();
    }

    @Override
    public String toString() {
        return row.toString();
    }
}
