package io.backupmx.worker.cli;

import static io.backupmx.worker.admin.SampleMail.ARRIVAL;
import static io.backupmx.worker.admin.SampleMail.ON_RETRY;
import static io.backupmx.worker.admin.SampleMail.ON_ROUTE;
import static io.backupmx.worker.admin.SampleMail.ROUTE;
import static io.backupmx.worker.admin.SampleMail.envelope;
import static io.backupmx.worker.admin.SampleMail.id;
import static io.backupmx.worker.admin.SampleMail.on;
import static io.backupmx.worker.admin.SampleMail.recipient;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ops.MailLog;
import io.backupmx.route.Route;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.MailParts;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.admin.AdminServer;
import io.backupmx.worker.admin.BulkRequests;
import io.backupmx.worker.admin.SampleMail;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Commands about many mails that wait, as an operator types them, against the admin API on a real port. */
class BulkCommandsIT {

    private static final SpoolQueue FAILED = new SpoolQueue.Failed();
    private static final SpoolQueue GIVEN_UP = new SpoolQueue.Reports(ReportKind.GIVEN_UP);
    private static final SpoolQueue RETURNED = new SpoolQueue.Reports(ReportKind.RETURNED);
    private static final String TWO_LEFT =
            "; 2 were not there any more, or in a worker's hands: look, and say it again\n";
    private static final Route OTHER = Route.of("smtp:[mx2.example.net]:25");

    @TempDir
    Path data;

    private AdminServer server;

    private record Ran(int exitCode, String out, String err) {}

    @BeforeEach
    void start() throws Exception {
        server = new AdminServer(data);
        server.worker.add(SampleMail.up());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void allThatWaitsForARouteIsDeletedByThoseWhoSayYes() {
        server.spool.put(ON_ROUTE, on(ON_ROUTE, 1), on(ON_ROUTE, 2));
        server.spool.put(ON_RETRY, on(ON_RETRY, 3), elsewhere(4));
        server.spool.put(FAILED, on(FAILED, 5));

        assertThat(delete("", "--route", "mx1.example"))
                .isEqualTo(new Ran(1, "would delete 3 mails of " + ROUTE + "; nothing is done without --yes\n", ""));
        assertThat(server.spool.mailsOn(ON_ROUTE)).hasSize(2);
        assertThat(delete("", "--route", "mx1.example", "--yes").err())
                .startsWith("backupmx: with --yes the route has to be named in full: --route '" + ROUTE + "'");
        assertThat(server.spool.mailsOn(ON_ROUTE)).hasSize(2);
        assertThat(delete("", "--route", ROUTE.toString(), "--yes"))
                .isEqualTo(new Ran(0, "deleted 3 mails of " + ROUTE + "\n", ""));

        assertThat(server.spool.mailsOn(ON_ROUTE)).isEmpty();
        assertThat(server.spool.mailsOn(ON_RETRY)).containsExactly(elsewhere(4));
        assertThat(server.spool.mailsOn(FAILED)).hasSize(1);
    }

    @Test
    void ofAMailForTwoRoutesOnlyThePartGoesThatIsMeant() {
        server.spool.put(ON_RETRY, on(ON_RETRY, 3), elsewhere(3));

        assertThat(delete("", "--route", ROUTE.toString(), "--yes").out())
                .isEqualTo("deleted 1 mail of " + ROUTE + "\n");
        assertThat(server.spool.mailsOn(ON_RETRY)).containsExactly(elsewhere(3));
    }

    @Test
    void domainAndSenderBothHaveToFit() {
        ReversePath nobody = new ReversePath.Null();
        server.spool.put(
                ON_ROUTE,
                on(ON_ROUTE, envelope(1, recipient("alice@example.org"))),
                on(ON_ROUTE, envelope(2, recipient("alice@example.org"), recipient("bob@example.com"))),
                on(ON_ROUTE, envelope(3, recipient("bob@example.com"))),
                on(ON_ROUTE, envelope(4, nobody, recipient("alice@example.org"))));

        assertThat(fail("", "--domain", "Example.ORG").out()).startsWith("would fail 2 mails;");
        assertThat(fail("", "--sender", "@example.net").out()).startsWith("would fail 3 mails;");
        assertThat(fail("", "--sender", "Sender@example.net").out()).startsWith("would fail 3 mails;");
        assertThat(fail("", "--sender", "<>", "--domain", "example.org").out()).startsWith("would fail 1 mail;");
        assertThat(fail("", "--sender", "<>", "--domain", "example.com", "--yes"))
                .isEqualTo(new Ran(0, "failed 0 mails\n", ""));
        assertThat(fail("", "--domain", "example.org", "--yes")).isEqualTo(new Ran(0, "failed 2 mails\n", ""));

        assertThat(server.spool.mailsOn(ON_ROUTE))
                .extracting(mail -> mail.envelope().queueId())
                .containsExactly(id(2), id(3));
        assertThat(server.spool.mailsOn(GIVEN_UP)).hasSize(2);
        assertThat(server.worker.toReport()).containsExactly(ReportKind.GIVEN_UP);
    }

    /** The broker tells parts apart by id and route only. */
    @Test
    void aMailOfWhichAPartBesideItHasToStayStays() {
        server.spool.put(
                ON_ROUTE,
                on(ON_ROUTE, envelope(1, recipient("alice@example.org"))),
                on(ON_ROUTE, envelope(1, recipient("bob@example.com"))));

        assertThat(delete("", "--domain", "example.org", "--yes"))
                .isEqualTo(new Ran(
                        1,
                        "deleted 0 mails; 1 was not there any more, or in a worker's hands: look, and say it again\n",
                        ""));
        assertThat(server.spool.mailsOn(ON_ROUTE)).hasSize(2);
    }

    /** It may come to the queue that is dealt with at any moment. */
    @Test
    void aMailOfWhichAPartElsewhereHasToStayStays() {
        server.spool.put(ON_ROUTE, on(ON_ROUTE, envelope(1, recipient("alice@example.org"))));
        server.spool.put(ON_RETRY, on(ON_RETRY, envelope(1, recipient("bob@example.com"))));

        assertThat(delete("", "--domain", "example.org", "--yes").exitCode()).isEqualTo(1);
        assertThat(server.spool.mailsOn(ON_ROUTE)).hasSize(1);
        assertThat(server.spool.mailsOn(ON_RETRY)).hasSize(1);
    }

    @Test
    void waitingMailIsReturnedToItsSender() {
        server.spool.put(ON_ROUTE, on(ON_ROUTE, 1));

        assertThat(bounce("--route", "mx1").out()).startsWith("would return 1 mail of " + ROUTE + ";");
        assertThat(bounce("--route", ROUTE.toString(), "--yes"))
                .isEqualTo(new Ran(0, "to be reported: 1 mail of " + ROUTE + "\n", ""));
        assertThat(server.spool.mailsOn(RETURNED)).hasSize(1);
        assertThat(server.worker.toReport()).containsExactly(ReportKind.RETURNED);
    }

    @Test
    void whatAWorkerHasInHandIsLeftAndSaid() {
        server.worker.add(SampleMail.inFlight(9));
        server.spool.put(ON_ROUTE, on(ON_ROUTE, 1));

        assertThat(delete("", "--route", "mx1").out())
                .startsWith("would delete 1 mail of " + ROUTE + ", and has to leave 1 in a worker's hands;");
        assertThat(delete("", "--route", ROUTE.toString(), "--yes"))
                .isEqualTo(new Ran(
                        1,
                        "deleted 1 mail of " + ROUTE
                                + "; 1 was not there any more, or in a worker's hands: look, and say it again\n",
                        ""));
    }

    /** Of three one is being delivered, and one has been: the broker removes the third. */
    @Test
    void whatAWorkerTookBeforeTheBrokerCameToItIsNotCounted() {
        server.spool.put(ON_ROUTE, on(ON_ROUTE, 1), on(ON_ROUTE, 2), on(ON_ROUTE, 3));
        server.spool.meanwhile(() -> {
            server.worker.add(SampleMail.inFlight(2));
            server.spool.put(ON_ROUTE, on(ON_ROUTE, 3));
        });

        try (LogLines log = new LogLines(MailLog.LOG)) {
            assertThat(delete("", "--route", ROUTE.toString(), "--yes"))
                    .isEqualTo(new Ran(1, "deleted 1 mail of " + ROUTE + TWO_LEFT, ""));
            assertThat(log.values("deleted", "queue_id")).containsExactly(id(3).value());
        }
    }

    @Test
    void whatAnotherWorkerTookBeforeTheBrokerCameToItIsNotCounted() {
        server.spool.put(ON_ROUTE, on(ON_ROUTE, 1), on(ON_ROUTE, 2), on(ON_ROUTE, 3));
        server.spool.meanwhile(() -> {
            server.worker.elsewhere(
                    CompletableFuture.completedFuture(List.of(SampleMail.inFlight(3), SampleMail.inFlight(2))));
            server.spool.put(ON_ROUTE, on(ON_ROUTE, 1));
        });

        assertThat(fail("", "--route", ROUTE.toString(), "--yes"))
                .isEqualTo(new Ran(1, "failed 1 mail of " + ROUTE + TWO_LEFT, ""));
        assertThat(server.spool.mailsOn(GIVEN_UP)).hasSize(1);
    }

    @Test
    void aMailOfWhichAPartInSomebodysHandsHasToStayStays() {
        InFlightMail delivered = new InFlightMail(ROUTE, envelope(1, recipient("bob@example.com")), 1234, ARRIVAL);
        server.worker.elsewhere(CompletableFuture.completedFuture(List.of(delivered)));
        server.worker.held(List.of(on(ON_RETRY, envelope(2, recipient("bob@example.com")))));
        server.worker.heldElsewhere(List.of(on(ON_RETRY, envelope(3, recipient("bob@example.com")))));
        server.spool.put(ON_ROUTE, on(ON_ROUTE, 1), on(ON_ROUTE, 2), on(ON_ROUTE, 3), on(ON_ROUTE, 4));

        assertThat(delete("", "--domain", "example.org", "--yes").out()).startsWith("deleted 1 mail; 3 were not there");
        assertThat(server.spool.mailsOn(ON_ROUTE)).hasSize(3);
    }

    /** A part came to the queue after the look. */
    @Test
    void thatMoreWasRemovedThanWasSeenIsInTheLog() {
        server.spool.put(ON_ROUTE, on(ON_ROUTE, 1));
        server.spool.meanwhile(() -> server.spool.put(ON_ROUTE, on(ON_ROUTE, 1), on(ON_ROUTE, 1)));

        try (LogLines log = new LogLines(LoggerFactory.getLogger(BulkRequests.class))) {
            assertThat(delete("", "--route", ROUTE.toString(), "--yes").exitCode())
                    .isZero();
            assertThat(log.values("more mail was dealt with than had been seen, for it came in that moment", "done"))
                    .containsExactly("2");
        }
    }

    @Test
    void idsComeOnStandardInput() {
        server.spool.put(ON_ROUTE, on(ON_ROUTE, 1), on(ON_ROUTE, 2));
        server.spool.put(FAILED, on(FAILED, 3));
        String ids = id(1) + "\n" + id(3) + "!\n";

        assertThat(delete(ids, "--stdin").out()).startsWith("would delete 2 mails;");
        assertThat(delete(ids, "--stdin", "--yes").out()).startsWith("deleted 1 mail; 1 was not there any more");
        assertThat(server.spool.mailsOn(FAILED)).isEmpty();
        assertThat(delete(ids, "--stdin", "--yes", "--force").out()).startsWith("deleted 1 mail; ");
        assertThat(fail(id(2).value(), "--stdin", "--yes").out()).isEqualTo("failed 1 mail\n");
        assertThat(server.spool.mailsOn(ON_ROUTE)).isEmpty();
        assertThat(delete("nonsense", "--stdin", "--yes").err()).startsWith("backupmx: 'nonsense' is not a queue id\n");
    }

    @Test
    void moreThanOneRequestTakes() {
        int mails = MailParts.MAX_IDS + 5;
        server.spool.put(
                ON_ROUTE,
                IntStream.range(0, mails).mapToObj(i -> on(ON_ROUTE, i)).toArray(ListedMail[]::new));

        assertThat(delete("", "--route", ROUTE.toString(), "--yes"))
                .isEqualTo(new Ran(0, "deleted 2005 mails of " + ROUTE + "\n", ""));
        assertThat(server.spool.mailsOn(ON_ROUTE)).isEmpty();
    }

    @Test
    void whatIsMeantHasToBeSaid() {
        assertThat(delete("").exitCode()).isEqualTo(2);
        assertThat(delete("", "--route", "mx1", "--stdin").exitCode()).isEqualTo(2);
        assertThat(delete("", "--route", "mx1", "--force").exitCode()).isEqualTo(2);
        assertThat(delete("", "--route", "mx9").err()).startsWith("backupmx: no route is 'mx9'");
        assertThat(fail("", "--sender", "nonsense").err()).startsWith("backupmx: 'nonsense' is not a sender");
        assertThat(delete("", "--sender", "", "--yes").err()).startsWith("backupmx: '' is not a sender");
    }

    private static ListedMail elsewhere(int number) {
        ListedMail mail = on(ON_RETRY, envelope(number, recipient("carol@example.net")));
        return new ListedMail(ON_RETRY, OTHER, mail.envelope(), mail.sizeBytes(), Optional.empty());
    }

    private Ran delete(String in, String... args) {
        return run(new DeleteCommand(() -> new Scanner(in)), args);
    }

    private Ran fail(String in, String... args) {
        return run(new FailCommand(() -> new Scanner(in)), args);
    }

    private Ran bounce(String... args) {
        return run(new BounceCommand(), args);
    }

    private Ran run(Object command, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = PlainErrors.in(new CommandLine(command))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(IntStream.range(0, args.length + 2)
                        .mapToObj(i -> i < args.length ? args[i] : i == args.length ? "--data" : data.toString())
                        .toArray(String[]::new));
        return new Ran(exitCode, out.toString(), err.toString());
    }
}
