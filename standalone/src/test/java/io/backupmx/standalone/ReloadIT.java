package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.BrokerProcess;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Reply;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Domains, routes and recipients change while the services run. */
class ReloadIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void anIngressTakesWhatHasChangedWhileSessionsAreOpen() throws IOException {
        config("""
                relay_recipients: recipients
                domains: {example.test: 127.0.0.1:9}
                """);
        Files.writeString(directory.resolve("recipients"), "alice@example.test x\nbob@example.test x\n");
        try (ServiceProcess ingress = ServiceProcess.ingress(directory.resolve("ingress"), "tcp://127.0.0.1:9")
                .config(file())
                .started()) {
            // Without the broker MAIL is answered 451, so the tables are asked for by way of the command line and
            // metrics.
            assertThat(ingress.metric("backupmx_recipients")).isEqualTo(2);

            replace("recipients", "alice@example.test x\nbob@example.test x\ncarol@example.test x\n");

            ServiceProcess.await(
                    PATIENCE,
                    () -> assertThat(ingress.metric("backupmx_recipients")).isEqualTo(3));
            assertThat(ingress.cli("reload", "-c", file().toString())
                            .succeeded()
                            .out())
                    .isEqualTo("nothing has changed: 1 domain, 3 recipients listed\n");
            assertThat(ingress.cli("mailq").err()).contains("ask a worker");
        }
    }

    @Test
    void sessionsThatAreOpenHearOfNewRecipientsAndKeepTheirs() throws IOException {
        try (ScriptedPrimary primary = ScriptedPrimary.started();
                ServiceProcess run =
                        ServiceProcess.run(directory.resolve("data")).config(file())) {
            String domain =
                    "{domains: {example.test: {primary: '127.0.0.1:" + primary.port() + "', recipients: [%s]}}}\n";
            config(domain.formatted("alice, bob"));
            run.ready();
            try (ScriptedSmtpClient open = ScriptedSmtpClient.to(run.smtpPort())) {
                open.connect();
                open.hello("client.example");
                open.command("MAIL FROM:<x@client.example>");
                assertThat(rcpt(open, "alice")).isEqualTo(250);
                assertThat(rcpt(open, "carol")).isEqualTo(550);

                replace("backupmx.yaml", domain.formatted("bob, carol, erin"));
                ServiceProcess.await(
                        PATIENCE,
                        () -> assertThat(run.metric("backupmx_recipients")).isEqualTo(3));

                assertThat(rcpt(open, "carol")).isEqualTo(250);
                assertThat(rcpt(open, "dave")).isEqualTo(550);
                assertThat(open.command("DATA").code()).isEqualTo(354);
                open.sendContent(MailCorpus.ordinary().octets());
                open.sendFinalDot();
                assertThat(open.readReply().code()).isEqualTo(250);
            }
            assertThat(primary.awaitMails(1, PATIENCE).getFirst().recipients())
                    .containsExactlyInAnyOrder("alice@example.test", "carol@example.test");
        }
    }

    @Test
    void whatIsBrokenOrShrunkLeavesTheOldTables() throws IOException {
        String ten =
                "{domains: {example.test: {primary: '127.0.0.1:9', recipients: [a, b, c, d, e, f, g, h, i, j]}}}\n";
        String four = "{domains: {example.test: {primary: '127.0.0.1:9', recipients: [a, b, c, d]}}}\n";
        config(ten);
        try (ServiceProcess run =
                ServiceProcess.run(directory.resolve("data")).config(file()).ready()) {
            replace("backupmx.yaml", "{domains: {example.test: [}\n");
            ServiceProcess.await(
                    PATIENCE,
                    () -> assertThat(run.metric("backupmx_tables_reload_failed"))
                            .isEqualTo(1));
            assertThat(run.output()).containsPattern("ERROR.*tables not loaded, the old ones stay in use");
            assertThat(run.metric("backupmx_recipients")).isEqualTo(10);

            replace("backupmx.yaml", four);
            run.awaitOutput("shrinks=\"example.test: from 10 recipients to 4 recipients, 6 gone\"", PATIENCE);
            assertThat(run.metric("backupmx_recipients")).isEqualTo(10);

            Product.Ran diff = run.cli("lookup", "--diff", "-c", file().toString());
            assertThat(diff.exitCode()).isEqualTo(1);
            assertThat(diff.out()).contains("recipients that are gone: 6\n", "  j@example.test");
            Product.Ran refused = run.cli("reload", "-c", file().toString());
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err())
                    .contains(
                            "  example.test: from 10 recipients to 4 recipients, 6 gone",
                            "not loaded: the tables of before stay in use, 1 domain, 10 recipients listed",
                            "backupmx reload --confirm");

            Product.Ran confirmed = run.cli("reload", "--confirm", "-c", file().toString());
            assertThat(confirmed.succeeded().out()).endsWith("loaded: 1 domain, 4 recipients listed\n");
            assertThat(run.metric("backupmx_recipients")).isEqualTo(4);
            assertThat(run.metric("backupmx_tables_reload_failed")).isZero();
        }
    }

    @Test
    void sighupLoadsWhereNobodyWatches() throws IOException {
        config("{reload: {trigger: command}, domains: {one.test: '127.0.0.1:9'}}\n");
        try (ServiceProcess run =
                ServiceProcess.run(directory.resolve("data")).config(file()).ready()) {
            config("{reload: {trigger: command}, ingress: {max_errors: 7},"
                    + " domains: {one.test: '127.0.0.1:9', two.test: '127.0.0.1:9'}}\n");

            run.signal("HUP");

            run.awaitOutput("domains_added=two.test", PATIENCE);
            run.awaitOutput("keys=ingress.max_errors.*need a restart", PATIENCE);
            assertThat(run.metric("backupmx_domains")).isEqualTo(2);
            assertThat(run.isAlive()).isTrue();
        }
    }

    /** The keeper of the route says so, by way of the broker. */
    @Test
    void aDomainLeavesMailToItsPrimaryFromThenOnForAsLongAsThatIsUp() throws IOException {
        try (ScriptedPrimary primary = ScriptedPrimary.started();
                ServiceProcess run =
                        ServiceProcess.run(directory.resolve("data")).config(file())) {
            String domain = "{domains: {example.test: {primary: '127.0.0.1:" + primary.port() + "'%s}}}\n";
            config(domain.formatted(""));
            run.ready();
            assertThat(rcptAlone(run, "alice")).isEqualTo(250);

            replace("backupmx.yaml", domain.formatted(", defer_while_up: all"));
            ServiceProcess.await(
                    PATIENCE, () -> assertThat(rcptAlone(run, "alice")).isEqualTo(451));
            assertThat(rcptAlone(run, "postmaster")).isEqualTo(250);

            primary.stop();
            Sender.send(run.smtpPort(), MailCorpus.ordinary().octets(), "postmaster@example.test");

            ServiceProcess.await(
                    PATIENCE, () -> assertThat(rcptAlone(run, "alice")).isEqualTo(250));
            assertThat(run.metric("backupmx_ingress_while_up_total", "result=\"deferred\""))
                    .isPositive();
        }
    }

    private static int rcptAlone(ServiceProcess run, String user) throws IOException {
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(run.smtpPort())) {
            client.connect();
            client.hello("client.example");
            client.command("MAIL FROM:<x@client.example>");
            return rcpt(client, user);
        }
    }

    @Test
    void aWorkerDeliversByARouteItDidNotKnow() throws IOException {
        try (ScriptedPrimary known = ScriptedPrimary.started();
                ScriptedPrimary fresh = ScriptedPrimary.started();
                BrokerProcess broker = BrokerProcess.start(directory.resolve("broker"))) {
            String one = "known.test: '127.0.0.1:" + known.port() + "'";
            config("{domains: {" + one + "}}\n");
            try (ServiceProcess worker = ServiceProcess.worker(directory.resolve("worker"), broker.url())
                            .config(file())
                            .ready();
                    ServiceProcess ingress = ServiceProcess.ingress(directory.resolve("ingress"), broker.url())
                            .config(file())
                            .ready()) {
                config("{domains: {" + one + ", fresh.test: '127.0.0.1:" + fresh.port() + "'}}\n");
                for (ServiceProcess service : new ServiceProcess[] {worker, ingress}) {
                    ServiceProcess.await(
                            PATIENCE,
                            () -> assertThat(service.metric("backupmx_domains")).isEqualTo(2));
                }

                Sender.send(ingress.smtpPort(), MailCorpus.ordinary().octets(), "alice@fresh.test");

                fresh.awaitMails(1, PATIENCE);
                assertThat(worker.routes()).hasSize(2);
            }
        }
    }

    @Test
    void lookupSaysWhatASenderWouldHearAndWhy() throws IOException {
        config("""
                relay_domains: relay_domains
                transport: transport
                relay_recipients: recipients
                domains: {inline.test: {primary: mx, recipients: [alice], defer_while_up: all}}
                """);
        Files.writeString(directory.resolve("relay_domains"), "example.test\n");
        Files.writeString(
                directory.resolve("transport"), "# routes\nexample.test smtp:[mx1]\n.example.test smtp:[mx2]\n");
        Files.writeString(directory.resolve("recipients"), "bob@example.test x\n@sub.example.test x\n");

        Product.Ran ran = Product.run(
                directory,
                "lookup",
                "-c",
                file().toString(),
                "alice@inline.test",
                "BOB@example.test",
                "eve@example.test",
                "any@sub.example.test",
                "x@elsewhere.test",
                "not an address");

        assertThat(ran.succeeded().out().replace(directory.toString(), "DIR")).isEqualTo("""
                alice@inline.test
                  reply      250 2.1.5 Ok
                  domain     backed up by domains.inline.test
                  recipient  listed in domains.inline.test.recipients
                  route      mx, by domains.inline.test.primary
                  while up   451 until the sender comes back, for its domain has defer_while_up: all
                BOB@example.test
                  reply      250 2.1.5 Ok
                  domain     backed up by DIR/relay_domains
                  recipient  listed in DIR/recipients line 1
                  route      smtp:[mx1]:25, by DIR/transport line 2
                eve@example.test
                  reply      550 5.1.1 <eve@example.test>: Recipient address rejected: User unknown
                  domain     backed up by DIR/relay_domains
                  recipient  not listed in DIR/recipients
                  route      smtp:[mx1]:25, by DIR/transport line 2
                any@sub.example.test
                  reply      250 2.1.5 Ok
                  domain     backed up as a subdomain of one in DIR/relay_domains
                  recipient  assumed, for every address is accepted: DIR/recipients line 2
                  route      smtp:[mx2]:25, by DIR/transport line 3
                x@elsewhere.test
                  reply      554 5.7.1 <x@elsewhere.test>: Relay access denied
                  domain     not backed up
                not an address
                  reply      501 5.1.3 Bad recipient address syntax
                """);
    }

    private static int rcpt(ScriptedSmtpClient client, String user) throws IOException {
        Reply reply = client.command("RCPT TO:<" + user + "@example.test>");
        return reply.code();
    }

    private Path file() {
        return directory.resolve("backupmx.yaml");
    }

    /** In place, as an editor may. */
    private void config(String yaml) throws IOException {
        Files.writeString(file(), yaml);
    }

    /** By another file that takes its place, as a deployment should. */
    private void replace(String name, String text) throws IOException {
        Path fresh = Files.writeString(directory.resolve(name + ".new"), text);
        Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
