package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Moment.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.FakeDns;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Ports;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Domains that nobody has configured: their MX records make them ours, and where their mail goes. */
class MxBackupIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String UNMENTIONED = "domains: {known.test: 127.0.0.1:9}\n";
    private static final String PERMITTED =
            UNMENTIONED + "permit_mx_backup: {networks: [127.0.0.0/29], recipient_sources: [primary]}\n";

    private static final Script ALICE = Script.acceptAll()
            .on(Phase.RCPT, say("550 5.1.1 No such user here"))
            .on(Phase.RCPT, address("postmaster@ours.test"), accept())
            .on(Phase.RCPT, address("alice@ours.test"), accept());

    @TempDir
    private Path directory;

    @Test
    void mailOfADomainThatNamesUsBehindItsOwnHostsWaitsForThemWhateverBecomesOfTheSection() throws IOException {
        int port = Ports.free();
        try (FakeDns dns = FakeDns.started();
                ScriptedPrimary primary = ScriptedPrimary.on("127.0.0.2", port).play(ALICE);
                ServiceProcess run = ServiceProcess.run(directory.resolve("data"))
                        .config(file())
                        .set("hostname=backup.example", "dns.servers=[" + dns.address() + "]", "mx.port=" + port)
                        .set("mx.back_off_max=2s")) {
            dns.mx("ours.test", 10, "mx1.ours.test").address("mx1.ours.test", "127.0.0.2");
            dns.mx("ours.test", 20, "backup.example");
            dns.mx("spammer.test", 10, "mx1.spammer.test").address("mx1.spammer.test", "127.0.0.99");
            dns.mx("spammer.test", 20, "backup.example");
            dns.mx("stranger.test", 10, "unused.stranger.test").address("unused.stranger.test", "127.0.0.5");
            dns.mx("stranger.test", 20, "backup.example");
            Files.writeString(file(), PERMITTED);
            primary.start();
            run.ready();
            assertThat(run.output()).contains("whose MX records name this backup behind hosts within 127.0.0.0/29");
            assertThat(rcpt(run.smtpPort(), "alice@ours.test")).startsWith("250 2.1.5");
            assertThat(rcpt(run.smtpPort(), "bob@ours.test")).startsWith("550 5.1.1");
            assertThat(rcpt(run.smtpPort(), "alice@spammer.test")).startsWith("554 5.7.1");
            for (String user : List.of("alice", "postmaster")) { // within our networks, but nobody is there
                assertThat(rcpt(run.smtpPort(), user + "@stranger.test")).startsWith("451 4.3.0");
            }
            assertThat(run.cli("lookup", "-c", file().toString(), "alice@ours.test", "bob@spammer.test")
                            .succeeded()
                            .out())
                    .isEqualTo("""
                            alice@ours.test
                              reply      250 2.1.5 Ok
                              domain     by permit_mx_backup: this backup is among its MX hosts, and the best,\
                             mx1.ours.test, within permit_mx_backup.networks
                              recipient  not listed: whom permit_mx_backup.recipient_sources names is asked
                              route      mx, by its MX records
                            bob@spammer.test
                              reply      554 5.7.1 <bob@spammer.test>: Relay access denied
                              domain     by permit_mx_backup: its best MX host mx1.spammer.test[127.0.0.99] is not within\
                             permit_mx_backup.networks
                              recipient  not listed: whom permit_mx_backup.recipient_sources names is asked
                              route      mx, by its MX records
                            """);

            ServiceProcess.await(
                    PATIENCE,
                    () -> assertThat(run.metric("backupmx_recipients_known")).isPositive());
            primary.stop();
            String id = Sender.send(run.smtpPort(), MailCorpus.ordinary().octets(), "alice@ours.test");
            Files.writeString(file(), UNMENTIONED);
            run.awaitOutput("shrinks=\"permit_mx_backup: from 127.0.0.0/29 to no networks\"", PATIENCE);
            run.cli("reload", "--confirm", "-c", file().toString()).succeeded();
            assertThat(rcpt(run.smtpPort(), "alice@ours.test")).startsWith("554 5.7.1");
            ServiceProcess.await( // what is tried or put off that very moment may be between two queues
                    PATIENCE,
                    () -> assertThat(run.cli("mailq").succeeded().out()).contains(id));
            primary.start();

            assertThat(primary.awaitMails(1, PATIENCE).getFirst().recipients()).containsExactly("alice@ours.test");
        }
    }

    private static String rcpt(int port, String address) throws IOException {
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(port)) {
            client.connect();
            client.hello("client.example");
            client.command("MAIL FROM:<x@client.example>");
            return client.command("RCPT TO:<" + address + ">").text();
        }
    }

    private Path file() {
        return directory.resolve("backupmx.yaml");
    }
}
