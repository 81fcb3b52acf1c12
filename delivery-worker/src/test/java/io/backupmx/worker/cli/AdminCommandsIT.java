package io.backupmx.worker.cli;

import static io.backupmx.worker.admin.SampleMail.ON_RETRY;
import static io.backupmx.worker.admin.SampleMail.ON_ROUTE;
import static io.backupmx.worker.admin.SampleMail.envelope;
import static io.backupmx.worker.admin.SampleMail.id;
import static io.backupmx.worker.admin.SampleMail.on;
import static io.backupmx.worker.admin.SampleMail.recipient;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.HostPort;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.admin.AdminAddress;
import io.backupmx.worker.admin.AdminApi;
import io.backupmx.worker.admin.AdminServer;
import io.backupmx.worker.admin.AdminToken;
import io.backupmx.worker.admin.SampleMail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The commands as an operator types them, against the admin API on a real port. */
class AdminCommandsIT {

    private static final SpoolQueue FAILED = new SpoolQueue.Failed();
    private static final ByteArrayOutputStream CONTENT = new ByteArrayOutputStream();
    private static final Map<String, Supplier<Object>> COMMANDS = Map.of(
            "mailq",
            MailqCommand::new,
            "flush",
            FlushCommand::new,
            "release",
            ReleaseCommand::new,
            "bounce",
            BounceCommand::new,
            "route",
            RouteCommand::new,
            "delete",
            DeleteCommand::new,
            "show",
            () -> new ShowCommand(CONTENT));

    @TempDir
    Path data;

    private record Ran(int exitCode, String out, String err) {}

    @Test
    void mailqShowsMailAndTheReasonWhyItWaits() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.worker.add(SampleMail.down("connect to mx1.example.org:25: Connection refused"));
            server.spool.put(ON_ROUTE, on(ON_ROUTE, 1));

            Ran ran = run("mailq", "--data", data.toString());

            assertThat(ran.exitCode()).isZero();
            assertThat(ran.err()).isEmpty();
            assertThat(ran.out())
                    .startsWith("----Queue ID----- --Size-- ")
                    .contains("\n01J0000000000001      1234 ")
                    .contains("(route DOWN since Mar ")
                    .contains(": connect to mx1.example.org:25: Connection refused)\n")
                    .contains(" alice@example.org\n")
                    .endsWith("\n-- 1 Kbytes in 1 Request.\n");
        }
    }

    @Command
    private static final class Asking {
        @Mixin
        private AdminOptions admin = new AdminOptions();
    }

    @Test
    void aServiceThatCannotSayIsNoServiceThatDoesNotRun() throws Exception {
        Asking asking = new Asking();
        new CommandLine(asking).parseArgs("--data", data.toString());
        RecipientQuestion question = new RecipientQuestion(asking.admin);
        assertThat(question.ask("alice@example.org")).isEmpty();

        try (AdminServer _ = new AdminServer(
                data,
                router -> router.post(AdminApi.PREFIX + "recipients/ask")
                        .handler(ctx ->
                                ctx.response().setStatusCode(503).end("{\"error\": \"no answer within 20 s\"}")))) {
            assertThat(question.ask("alice@example.org"))
                    .contains(new RecipientQuestion.Answer(
                            "not known, for the service says: no answer within 20 s", Optional.empty()));
        }
    }

    @Test
    void mailqOfAnEmptyQueueSaysSo() throws Exception {
        try (AdminServer _ = new AdminServer(data)) {
            assertThat(run("mailq", "--data", data.toString()).out()).isEqualTo("Mail queue is empty\n");
        }
    }

    @Test
    void jsonIsAnObjectALine() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.worker.add(SampleMail.up());
            server.spool.put(
                    ON_RETRY,
                    on(ON_RETRY, envelope(1, recipient("grüße@example.org").withLastReply("450 4.2.0 später"))),
                    on(ON_RETRY, 2));

            Ran ran = run("mailq", "--json", "--data", data.toString());

            assertThat(ran.out().lines())
                    .hasSize(2)
                    .allMatch(line -> line.startsWith("{\"queue_name\":\"deferred\",\"queue_id\":\"01J"))
                    .first()
                    .asString()
                    .contains("\"address\":\"grüße@example.org\",\"delay_reason\":\"450 4.2.0 später\"");
        }
    }

    @Test
    void tokenFileOfTheConfigurationComesBeforeTheDataDirectory(@TempDir Path elsewhere) throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            Path token = elsewhere.resolve("token");
            Files.move(data.resolve(AdminToken.FILE), token);

            Ran ran = run("flush", "--data", data.toString(), "--set", "ops.token_file=" + token);

            assertThat(ran.err()).isEmpty();
            assertThat(ran.exitCode()).isZero();
            assertThat(server.worker.flushes()).isEqualTo(1);
        }
    }

    @Test
    void adminAndTokenFileNameAnInstanceElsewhere() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            Ran ran = run(
                    "flush",
                    "--admin",
                    "http://" + server.address(),
                    "--token-file",
                    data.resolve(AdminToken.FILE).toString());

            assertThat(ran.exitCode()).isZero();
            assertThat(server.worker.flushes()).isEqualTo(1);
        }
    }

    @Test
    void releaseOfOneAndOfAll() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.spool.releasable(1);
            assertThat(run("release", id(7) + "!", "--data", data.toString()).out())
                    .isEqualTo("released 1 mail\n");
            assertThat(server.spool.released()).contains(Optional.of(id(7)));

            server.spool.releasable(3);
            assertThat(run("release", "--all", "--data", data.toString()).out()).isEqualTo("released 3 mails\n");
            assertThat(server.spool.released()).contains(Optional.empty());
        }
    }

    @Test
    void bounceOfOneAndOfAll() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.spool.bounceable(1);
            assertThat(run("bounce", id(7) + "!", "--data", data.toString()).out())
                    .isEqualTo("to be reported: 1 mail\n");
            assertThat(server.spool.bounced()).contains(Optional.of(id(7)));

            server.spool.bounceable(0);
            assertThat(run("bounce", "--all", "--data", data.toString()).out()).isEqualTo("to be reported: 0 mails\n");
            assertThat(run("bounce", id(7).value(), "--data", data.toString()).exitCode())
                    .isOne();
        }
    }

    @Test
    void releaseOfNothingIsAProblem() throws Exception {
        try (AdminServer _ = new AdminServer(data)) {
            Ran ran = run("release", id(7).value(), "--data", data.toString());

            assertThat(ran).isEqualTo(new Ran(1, "", "backupmx: no failed mail has the id " + id(7) + "\n"));
        }
    }

    @Test
    void releaseWantsAnIdOrAll() {
        assertThat(run("release", "--data", data.toString()).exitCode()).isEqualTo(2);
        assertThat(run("release", "--all", id(7).value()).exitCode()).isEqualTo(2);
        assertThat(run("release", "nonsense").err()).startsWith("backupmx: 'nonsense' is not a queue id\n");
    }

    @Test
    void oneMailIsShownWithItsHeaders() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.spool.put(
                    FAILED,
                    on(FAILED, envelope(7, recipient("alice@example.org").withLastReply("550 5.1.1 unknown"))),
                    on(FAILED, 8));
            byte[] content = ("Subject: hello\r\n\tand more \u001b[31m\r\n\r\n" + "body\r\n".repeat(50_000))
                    .getBytes(StandardCharsets.UTF_8);
            server.spool.content(content);

            Ran ran = run("show", id(7) + "!", "--data", data.toString());

            assertThat(ran.err()).isEmpty();
            assertThat(ran.out())
                    .startsWith("id         " + id(7) + "\nfrom       <sender@example.net>\narrived    ")
                    .contains("\nclient     192.0.2.1 (client.example.net) with ESMTP\nsize       1234 bytes\n")
                    .contains("\nfailed     by smtp:[mx1.example.org]:25, attempts 0\n")
                    .contains("\nto         <alice@example.org>\n           550 5.1.1 unknown\n")
                    .endsWith("\nSubject: hello\n and more ?[31m\n");
        }
    }

    @Test
    void contentComesToTheOctet() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.spool.put(FAILED, on(FAILED, 7));
            byte[] content = new byte[1234];
            new SplittableRandom(7).nextBytes(content);
            server.spool.content(content);

            CONTENT.reset();
            Ran ran = run("show", "--content", id(7).value(), "--data", data.toString());

            assertThat(ran).isEqualTo(new Ran(0, "", ""));
            assertThat(CONTENT.toByteArray()).isEqualTo(content);
            assertThat(run("show", id(9).value(), "--data", data.toString()))
                    .isEqualTo(new Ran(
                            1, "", "backupmx: no mail has the id " + id(9) + ", or it has just been delivered\n"));
        }
    }

    @Test
    void failedMailIsDeletedByThoseWhoSayYes() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.spool.put(FAILED, on(FAILED, 7), on(FAILED, 8), on(FAILED, 9));
            server.spool.put(ON_ROUTE, on(ON_ROUTE, 10));

            assertThat(run("delete", id(7).value(), "--data", data.toString()))
                    .isEqualTo(new Ran(
                            1,
                            "would delete " + id(7)
                                    + " from <sender@example.net>, 1234 bytes; nothing is deleted without --yes\n",
                            ""));
            assertThat(server.spool.mailsOn(FAILED)).hasSize(3);
            assertThat(run("delete", id(7).value(), "--yes", "--data", data.toString()))
                    .isEqualTo(new Ran(0, "deleted 1 part of " + id(7) + "\n", ""));
            assertThat(server.spool.mailsOn(FAILED)).hasSize(2);

            assertThat(run("delete", "--all-failed", "--data", data.toString()).out())
                    .isEqualTo("would delete 2 mails; nothing is deleted without --yes\n");
            assertThat(run("delete", "--all-failed", "--yes", "--data", data.toString()))
                    .isEqualTo(new Ran(0, "deleted 2 mails\n", ""));
            assertThat(server.spool.mailsOn(FAILED)).isEmpty();
        }
    }

    @Test
    void mailToBeReportedIsFailedMailAndWhatIsOnlyToBeSaidOfMailIsNone() throws Exception {
        SpoolQueue failures = new SpoolQueue.Reports(ReportKind.FAILED);
        SpoolQueue demanded = new SpoolQueue.Reports(ReportKind.DEMANDED);
        SpoolQueue delays = new SpoolQueue.Reports(ReportKind.DELAYED);
        try (AdminServer server = new AdminServer(data)) {
            server.spool.put(failures, on(failures, 7));
            server.spool.put(demanded, on(demanded, 8));
            server.spool.put(delays, on(delays, 9), on(delays, 10));
            server.spool.put(ON_ROUTE, on(ON_ROUTE, 10));

            assertThat(run("delete", id(7).value(), "--yes", "--data", data.toString()))
                    .isEqualTo(new Ran(0, "deleted 1 part of " + id(7) + "\n", ""));
            assertThat(run("delete", id(8).value(), "--yes", "--data", data.toString()))
                    .isEqualTo(new Ran(0, "deleted 1 part of " + id(8) + "\n", ""));
            assertThat(run("show", id(9).value(), "--data", data.toString()).exitCode())
                    .as("it was delivered, or waits elsewhere")
                    .isOne();
            assertThat(run("show", id(10).value(), "--data", data.toString()).out())
                    .containsOnlyOnce("alice@example.org");
            assertThat(run("delete", id(10).value(), "--force", "--yes", "--data", data.toString()))
                    .isEqualTo(new Ran(0, "deleted 1 part of " + id(10) + "\n", ""));
            assertThat(server.spool.mailsOn(delays)).hasSize(2);
        }
    }

    @Test
    void waitingMailIsDeletedByForceOnly() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.spool.put(ON_ROUTE, on(ON_ROUTE, 10));
            server.worker.add(SampleMail.inFlight(11));

            assertThat(run("delete", id(10).value(), "--yes", "--data", data.toString()))
                    .isEqualTo(new Ran(
                            1,
                            "",
                            "backupmx: no failed mail has the id " + id(10)
                                    + "; mail that still waits is deleted by force only\n"));
            assertThat(run("delete", id(10).value(), "--yes", "--force", "--data", data.toString())
                            .exitCode())
                    .isZero();
            assertThat(server.spool.mailsOn(ON_ROUTE)).isEmpty();
            assertThat(run("delete", id(11).value(), "--yes", "--force", "--data", data.toString())
                            .err())
                    .startsWith("backupmx: a worker has " + id(11) + " in hand");
            assertThat(run("delete", "--all-failed", "--force").exitCode()).isEqualTo(2);
        }
    }

    @Test
    void routesAreListed() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.worker.add(SampleMail.down("Connection refused"));

            Ran table = run("route", "--data", data.toString());
            Ran json = run("route", "--json", "--data", data.toString());

            assertThat(table.out())
                    .startsWith("Route  ")
                    .contains("\nsmtp:[mx1.example.org]:25            DOWN       Mar ")
                    .contains("\n    Connection refused\n")
                    .endsWith("\n-- 1 route: 1 DOWN.\n");
            assertThat(json.out())
                    .isEqualTo("{\"route\":\"smtp:[mx1.example.org]:25\",\"state\":\"DOWN\",\"since\":1772600767,"
                            + "\"reason\":\"Connection refused\",\"limit\":0,\"connections\":0,"
                            + "\"probation\":false}\n");
        }
    }

    @Test
    void routeIsHeldByAPartOfItsNameAndReleased() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.worker.add(SampleMail.up());

            assertThat(run("route", "hold", "mx1.example", "--reason", "new disks", "--data", data.toString()))
                    .isEqualTo(new Ran(0, "smtp:[mx1.example.org]:25 is HELD: new disks\n", ""));
            assertThat(run("route", "--data", data.toString(), "release", "MX1"))
                    .as("options before the subcommand")
                    .isEqualTo(new Ran(0, "smtp:[mx1.example.org]:25 is UP\n", ""));
        }
    }

    @Test
    void releaseSaysWhatHasItTriedThatWasRefusedBefore() {
        CommandLine release = Objects.requireNonNull(
                new CommandLine(new RouteCommand()).getSubcommands().get("release"));
        assertThat(release.getUsageMessage().replaceAll("\\s+", " "))
                .contains("waits for its next attempt", "'backupmx flush'")
                .doesNotContain("failed");
    }

    @Test
    void holdOfNothingIsAProblem() throws Exception {
        try (AdminServer server = new AdminServer(data)) {
            server.worker.add(SampleMail.up());

            assertThat(run("route", "hold", "mx9", "--data", data.toString()))
                    .isEqualTo(new Ran(1, "", "backupmx: no route is 'mx9': 'backupmx route' lists them\n"));
            assertThat(run("route", "hold", "--data", data.toString()).exitCode())
                    .isEqualTo(2);
        }
    }

    @Test
    void nothingEverRanThere() {
        assertThat(run("mailq", "--data", data.toString()))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "backupmx: no Backup MX answers for the data directory " + data
                                + ": is it running? (--data DIR or --admin URL name another)\n"));
    }

    @Test
    void whatRanThereWasKilled() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Files.writeString(
                data.resolve(AdminAddress.FILE), "{\"url\":\"http://127.0.0.1:1\",\"pid\":" + gone.pid() + "}");

        assertThat(run("mailq", "--data", data.toString()).err()).startsWith("backupmx: no Backup MX answers for");
    }

    @Test
    void nobodyListens() throws Exception {
        AdminToken.ensure(data);
        String url = "http://127.0.0.1:" + freePort();

        assertThat(run("mailq", "--data", data.toString(), "--admin", url))
                .isEqualTo(new Ran(1, "", "backupmx: no Backup MX answers at " + url + ": is it running?\n"));
    }

    @Test
    void wrongToken() throws Exception {
        try (AdminServer _ = new AdminServer(data)) {
            Path other = Files.writeString(data.resolve("other"), "0123456789abcdef0123456789abcdef\n");

            Ran ran = run("mailq", "--data", data.toString(), "--token-file", other.toString());

            assertThat(ran.exitCode()).isEqualTo(1);
            assertThat(ran.err()).startsWith("backupmx: the token is missing or wrong");
        }
    }

    @Test
    void somebodyElseAnswers() throws Exception {
        AdminToken.ensure(data);
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(other, "220 smtp.example ESMTP\r\n"));
            new AdminAddress(
                            URI.create("http://" + new HostPort("127.0.0.1", other.getLocalPort())),
                            ProcessHandle.current().pid())
                    .write(data);

            assertThat(run("flush", "--data", data.toString()).err())
                    .isEqualTo("backupmx: what answers at http://127.0.0.1:" + other.getLocalPort()
                            + " is not Backup MX\n");
        }
    }

    @Test
    void adminThatIsNoUrl() {
        assertThat(run("mailq", "--admin", "localhost:8025", "--data", data.toString()))
                .isEqualTo(new Ran(
                        1, "", "backupmx: --admin wants a URL like http://127.0.0.1:8025, not 'localhost:8025'\n"));
    }

    private static void answer(ServerSocket listening, String text) {
        try (Socket client = listening.accept()) {
            client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The test sees that nobody answered.
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Ran run(String command, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Supplier<Object> made = Optional.ofNullable(COMMANDS.get(command)).orElseThrow();
        int exitCode = PlainErrors.in(new CommandLine(made.get()))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
        return new Ran(exitCode, out.toString(), err.toString());
    }
}
