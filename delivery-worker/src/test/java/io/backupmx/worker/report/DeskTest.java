package io.backupmx.worker.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.Failures;
import io.backupmx.config.ReportsConfig;
import io.backupmx.config.RetryConfig;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.Settlement.Copy;
import io.backupmx.worker.dsn.Samples;
import io.backupmx.worker.schedule.RetrySchedules;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeskTest {

    private static final Route OUR_ROUTE = Route.of("smtp:[mx.backed.test]:25");

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Tables tables = new Tables();
    private Authenticity.Verdict verdict = new Authenticity.Verdict.Authentic("a test says so");
    private int judged;

    private Desk desk(Failures failures, int perAddress) {
        ReportsConfig config = new ReportsConfig(failures, Optional.empty(), 100, perAddress);
        Authenticity authenticity = (_, _) -> {
            judged++;
            return verdict;
        };
        return new Desk(
                Samples.HOSTNAME,
                new ReportRules(config, tables),
                tables,
                authenticity,
                new ReportLimits(config.perMinute(), config.perAddressPerHour(), System::nanoTime),
                new ReportRecord(metrics),
                new RetrySchedules(RetryConfig.DEFAULT, tables, new Random(1)),
                InstantSource.system(),
                new Random(1));
    }

    private Settlement settle(Failures failures, ReportKind kind, Envelope envelope) throws Exception {
        return desk(failures, 20).settle(kind, envelope, Samples.content("Subject: x\r\n\r\nx\r\n"));
    }

    private static Copy.Fresh onlyReport(Settlement settlement) {
        assertThat(settlement).isInstanceOf(Settlement.Replace.class);
        List<Copy> copies = ((Settlement.Replace) settlement).copies();
        assertThat(copies).hasSize(1);
        assertThat(copies.getFirst()).isInstanceOf(Copy.Fresh.class);
        return (Copy.Fresh) copies.getFirst();
    }

    private static Settlement kept(Envelope envelope) {
        return new Settlement.Replace(List.of(new Copy.Failed(envelope)));
    }

    private double counted(String outcome) {
        return metrics.get("backupmx.reports").tag("outcome", outcome).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    private final Envelope failed = Samples.from("alice@client.example", Samples.recipient("bob@example.test"));

    @Test
    void anAuthenticSenderIsToldAndTheMailIsGone() throws Exception {
        Copy.Fresh report = onlyReport(settle(Failures.AUTO, ReportKind.FAILED, failed));
        assertThat(report.route()).isEqualTo(new Route.ByMx());
        assertThat(report.envelope().from()).isEqualTo(new ReversePath.Null());
        assertThat(report.envelope().recipients())
                .extracting(r -> r.path().address())
                .containsExactly("alice@client.example");
        assertThat(report.envelope().queueId()).isNotEqualTo(failed.queueId());
        assertThat(new String(report.content().octets(), StandardCharsets.US_ASCII))
                .contains("Status: 5.1.1");
        assertThat(counted("sent")).isOne();
    }

    @Test
    void oneThatMayBeForgedIsNotAndTheMailStays() throws Exception {
        verdict = new Authenticity.Verdict.NotAuthentic("SPF fail");
        assertThat(settle(Failures.AUTO, ReportKind.FAILED, failed)).isEqualTo(kept(failed));
        verdict = new Authenticity.Verdict.Undecided("the DNS is away");
        assertThat(settle(Failures.AUTO, ReportKind.FAILED, failed)).isEqualTo(kept(failed));
        assertThat(counted("not_authentic")).isOne();
        assertThat(counted("undecided")).isOne();
    }

    @Test
    void nobodyIsNeverTold() throws Exception {
        Envelope fromNobody = Samples.from("", Samples.recipient("bob@example.test"));
        for (ReportKind kind : List.of(ReportKind.FAILED, ReportKind.DEMANDED)) {
            assertThat(settle(Failures.BOUNCE, kind, fromNobody)).isEqualTo(kept(fromNobody));
        }
        assertThat(counted("null_sender")).isEqualTo(2);
        assertThat(judged).isZero();
    }

    @Test
    void bounceAsksNobodyAndQuarantineTellsNobody() throws Exception {
        assertThat(onlyReport(settle(Failures.BOUNCE, ReportKind.FAILED, failed)))
                .isNotNull();
        assertThat(settle(Failures.QUARANTINE, ReportKind.FAILED, failed)).isEqualTo(kept(failed));
        assertThat(judged).isZero();
    }

    @Test
    void whoDoesNotWantToKnowIsNotTold() throws Exception {
        Recipient never = Samples.notifiedOf("NEVER", "never@example.test");
        Envelope both = Samples.from("alice@client.example", never, Samples.notifiedOf("FAILURE", "told@example.test"));
        Settlement settlement = settle(Failures.AUTO, ReportKind.FAILED, both);
        assertThat(settlement).isInstanceOfSatisfying(Settlement.Replace.class, replace -> {
            assertThat(replace.copies()).hasSize(2);
            assertThat(replace.copies().get(1)).isEqualTo(new Copy.Failed(both.withRecipients(List.of(never))));
        });
    }

    @Test
    void whatAnOperatorGivesUpEndsAsIfRefusedAndSaysByWhom() throws Exception {
        Recipient deferred = Samples.recipient("bob@example.test", "host mx[192.0.2.9]:25 said: 450 4.2.0 Later");
        Recipient untried = Recipient.of(new ForwardPath.To(Mailbox.of("new@example.test")));
        Envelope waiting = Samples.from("alice@client.example", deferred, untried);
        String before = "given up by an operator: host mx[192.0.2.9]:25 said: 450 4.2.0 Later";
        Envelope givenUp = waiting.withRecipients(
                List.of(deferred.withLastReply(before), untried.withLastReply("given up by an operator")));

        assertThat(settle(Failures.QUARANTINE, ReportKind.GIVEN_UP, waiting)).isEqualTo(kept(givenUp));
        assertThat(settle(Failures.QUARANTINE, ReportKind.GIVEN_UP, givenUp))
                .as("released, and given up again")
                .isEqualTo(kept(givenUp));
        assertThat(new String(
                        onlyReport(settle(Failures.AUTO, ReportKind.GIVEN_UP, waiting))
                                .content()
                                .octets(),
                        StandardCharsets.US_ASCII))
                .contains("Action: failed", "Status: 4.2.0", "Status: 5.0.0", "given up by an operator");
        judged = 0;
        assertThat(onlyReport(settle(Failures.QUARANTINE, ReportKind.RETURNED, waiting)))
                .isNotNull();
        assertThat(judged).isZero();
    }

    /** What is on these queues is a copy: the mail itself is delivered, or waits elsewhere. */
    @Test
    void whatCannotBeToldOfAHandoverOrADelayIsForgotten() throws Exception {
        verdict = new Authenticity.Verdict.NotAuthentic("SPF fail");
        Envelope about = Samples.from("alice@client.example", Samples.notifiedOf("SUCCESS,DELAY", "bob@example.test"));
        assertThat(settle(Failures.AUTO, ReportKind.RELAYED, about)).isEqualTo(Settlement.done());
        assertThat(settle(Failures.AUTO, ReportKind.DELAYED, about)).isEqualTo(Settlement.done());
        verdict = new Authenticity.Verdict.Authentic("SPF pass");
        assertThat(onlyReport(settle(Failures.AUTO, ReportKind.RELAYED, about))).isNotNull();
        Copy.Fresh delayed = onlyReport(settle(Failures.AUTO, ReportKind.DELAYED, about));
        assertThat(new String(delayed.content().octets(), StandardCharsets.US_ASCII))
                .contains("Action: delayed", "Will-Retry-Until: ");
    }

    /** RFC 3464 §2.3.7. */
    @Test
    void whenItWasTriedLastIsSaidOnlyWhereThatIsKnown() throws Exception {
        String field = "\r\nLast-Attempt-Date: ";
        Envelope untried = Samples.from(
                        "alice@client.example",
                        Samples.recipient("bob@example.test", "given up after 30d: connect to mx: Connection refused"))
                .withAttempts(0);
        assertThat(reported(ReportKind.FAILED, failed)).contains(field);
        assertThat(reported(ReportKind.FAILED, untried.withAttempts(1))) // long ago
                .contains("Action: failed")
                .doesNotContain(field);
        assertThat(reported(ReportKind.FAILED, untried))
                .contains("Action: failed")
                .doesNotContain(field);
        for (ReportKind kind : List.of(ReportKind.DEMANDED, ReportKind.GIVEN_UP, ReportKind.RETURNED)) {
            assertThat(reported(kind, failed))
                    .as("%s, by an operator, some time later", kind)
                    .contains("Action: failed")
                    .doesNotContain(field);
        }
        Envelope firstTime =
                failed.withAttempts(0).withRecipients(List.of(Samples.notifiedOf("SUCCESS,DELAY", "bob@example.test")));
        for (ReportKind kind : List.of(ReportKind.RELAYED, ReportKind.DELAYED)) {
            assertThat(reported(kind, firstTime)).as("%s, just now", kind).contains(field);
        }
    }

    private String reported(ReportKind kind, Envelope envelope) throws Exception {
        byte[] report =
                onlyReport(settle(Failures.BOUNCE, kind, envelope)).content().octets();
        return new String(report, StandardCharsets.US_ASCII);
    }

    @Test
    void anOperatorTellsWhomeverHeWants() throws Exception {
        verdict = new Authenticity.Verdict.NotAuthentic("SPF fail");
        Envelope never = Samples.from("alice@client.example", Samples.notifiedOf("NEVER", "bob@example.test"));
        assertThat(onlyReport(settle(Failures.QUARANTINE, ReportKind.DEMANDED, never)))
                .isNotNull();
        assertThat(judged).isZero();
    }

    @Test
    void tooManyToOneAddressStay() throws Exception {
        Desk desk = desk(Failures.AUTO, 2);
        for (int i = 0; i < 2; i++) {
            onlyReport(desk.settle(ReportKind.FAILED, failed, Samples.content("")));
        }
        assertThat(desk.settle(ReportKind.FAILED, failed, Samples.content(""))).isEqualTo(kept(failed));
        assertThat(counted("rate_limited")).isOne();
    }

    @Test
    void aSenderOfADomainThatWeBackUpIsToldByThatDomainsRoute() throws Exception {
        Envelope ours = Samples.from("alice@backed.test", Samples.recipient("bob@example.test"));
        assertThat(onlyReport(settle(Failures.AUTO, ReportKind.FAILED, ours)).route())
                .isEqualTo(OUR_ROUTE);
        Envelope nobody = Samples.from("unknown@backed.test", Samples.recipient("bob@example.test"));
        assertThat(settle(Failures.AUTO, ReportKind.FAILED, nobody)).isEqualTo(kept(nobody));
        assertThat(counted("no_such_sender")).isOne();
    }

    /** RFC 8689 §5: nothing but the header of what had to stay in TLS, and the report says so, too, where it can. */
    @Test
    void ofMailThatDemandedTlsTheHeaderIsTold() throws Exception {
        Envelope demanding = Samples.from(
                        "alice@client.example",
                        Optional.empty(),
                        Optional.of("FULL"),
                        Samples.recipient("bob@example.test"))
                .withRequireTls();
        Copy.Fresh report = onlyReport(settle(Failures.BOUNCE, ReportKind.FAILED, demanding));
        assertThat(new String(report.content().octets(), StandardCharsets.US_ASCII))
                .contains("text/rfc822-headers")
                .doesNotContain("message/rfc822");
        assertThat(report.envelope().requireTls()).isTrue();
        assertThat(onlyReport(settle(Failures.BOUNCE, ReportKind.FAILED, failed))
                        .envelope()
                        .requireTls())
                .isFalse();

        Envelope ours = Samples.from("alice@backed.test", Samples.recipient("bob@example.test"))
                .withRequireTls();
        assertThat(onlyReport(settle(Failures.BOUNCE, ReportKind.FAILED, ours))
                        .envelope()
                        .requireTls())
                .isTrue();
    }

    @Test
    void aDomainMaySayOtherwise() throws Exception {
        tables.said = Optional.of(Failures.QUARANTINE);
        assertThat(settle(Failures.BOUNCE, ReportKind.FAILED, failed)).isEqualTo(kept(failed));
    }

    /** Backs up backed.test, whose one user is alice. */
    private static final class Tables implements RelayTables {
        private Optional<Failures> said = Optional.empty();
        private final TlsLevel level = TlsLevel.OPPORTUNISTIC;

        @Override
        public RecipientVerdict verdict(ForwardPath path) {
            if (!path.address().endsWith("@backed.test")) {
                return new RecipientVerdict.RelayDenied();
            }
            return path.address().startsWith("alice@")
                    ? new RecipientVerdict.Accepted(OUR_ROUTE)
                    : new RecipientVerdict.UnknownUser();
        }

        @Override
        public boolean isKnown(ForwardPath path) {
            return false;
        }

        @Override
        public boolean defersWhileUp(ForwardPath path) {
            return false;
        }

        @Override
        public Optional<Failures> failures(ForwardPath path) {
            return said;
        }

        @Override
        public Set<Domain> domains() {
            return Set.of(Domain.of("backed.test"));
        }

        @Override
        public Set<Route> routes() {
            return Set.of(OUR_ROUTE);
        }

        @Override
        public TlsLevels tls() {
            return TlsLevels.everywhere(level);
        }
    }
}
