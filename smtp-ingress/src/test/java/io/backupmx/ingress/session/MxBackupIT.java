package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.recipient.BackupStandings;
import io.backupmx.ingress.recipient.MxBackupDirectory;
import io.backupmx.ingress.recipient.TableRecipientDirectory;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.Route;
import io.backupmx.routing.BackupMx;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.testing.FakeDns;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What senders hear of domains that nobody has configured, with {@code permit_mx_backup} and a DNS server. */
class MxBackupIT {

    private static final String US = "mx2.example.net";
    private static FakeDns dns;
    private static TestIngress ingress;

    @BeforeAll
    static void start() {
        dns = FakeDns.started();
        zone();
        ingress = new TestIngress(tuning -> tuning.maxErrors = 100, directory());
    }

    private static MxBackupDirectory directory() {
        CheckedConfig checked = CheckedConfig.load(
                Optional.empty(),
                Map.of(),
                Map.of(
                        "domains.example.test",
                        "mx1.example.test",
                        "dns.servers",
                        "['" + dns.address() + "']",
                        "dns.timeout",
                        "200ms",
                        "mx.self",
                        "[203.0.113.9]",
                        "permit_mx_backup.networks",
                        "[192.0.2.0/24, '2001:db8::/32']",
                        "permit_mx_backup.unlisted_recipients",
                        "accept"));
        return new MxBackupDirectory(
                new TableRecipientDirectory(checked.tables()),
                new BackupStandings(BackupMx.of(Domain.of(US), checked.config())::standing, new SimpleMeterRegistry()));
    }

    private static void zone() {
        dns.address("in.test", "192.0.2.1").address("in.test", "2001:db8::1").address("out.test", "198.51.100.1");
        dns.address("half.test", "192.0.2.1")
                .address("half.test", "198.51.100.1")
                .address("we.test", "203.0.113.9");
        dns.fails("dark.test");
        dns.mx("ours.test", 10, "in.test").mx("ours.test", 20, US);
        dns.mx("alias.test", 10, "in.test").mx("alias.test", 20, "we.test");
        dns.mx("spammer.test", 10, "out.test").mx("spammer.test", 20, US);
        dns.mx("mixed.test", 10, "half.test").mx("mixed.test", 20, US);
        dns.mx("mixed2.test", 10, "in.test").mx("mixed2.test", 10, "out.test").mx("mixed2.test", 20, US);
        dns.mx("first.test", 10, US).mx("first.test", 20, "in.test");
        dns.mx("only.test", 10, US);
        dns.mx("equal.test", 10, US).mx("equal.test", 10, "in.test");
        dns.mx("others.test", 10, "in.test").mx("others.test", 20, "out.test");
        dns.address("bare.test", "192.0.2.1").mx("null.test", 0, ".");
        dns.mx("lost.test", 10, "dark.test").mx("lost.test", 20, US);
        dns.mx("gone.test", 10, "nowhere.test").mx("gone.test", 20, US);
        dns.fails("broken.test").isSilentOn("silent.test");
    }

    @AfterAll
    static void close() {
        ingress.close();
        dns.close();
    }

    @Test
    void theMxRecordsDecide() {
        ingress.play("""
                S: 220 *
                C: EHLO client.example
                S: 250 *
                C: MAIL FROM:<bob@client.example>
                S: 250 2.1.0 Ok
                C: RCPT TO:<alice@ours.test>
                S: 250 2.1.5 Ok
                C: RCPT TO:<postmaster@alias.test>
                S: 250 2.1.5 Ok
                C: RCPT TO:<alice@example.test>
                S: 250 2.1.5 Ok
                C: RCPT TO:<alice@spammer.test>
                S: 554 5.7.1 <alice@spammer.test>: Relay access denied
                C: RCPT TO:<alice@mixed.test>
                S: 554 5.7.1 *
                C: RCPT TO:<alice@mixed2.test>
                S: 554 5.7.1 *
                C: RCPT TO:<alice@first.test>
                S: 554 5.7.1 *
                C: RCPT TO:<alice@only.test>
                S: 554 5.7.1 *
                C: RCPT TO:<alice@equal.test>
                S: 554 5.7.1 *
                C: RCPT TO:<alice@others.test>
                S: 554 5.7.1 *
                C: RCPT TO:<alice@bare.test>
                S: 554 5.7.1 *
                C: RCPT TO:<alice@null.test>
                S: 554 5.7.1 *
                C: RCPT TO:<postmaster@missing.test>
                S: 554 5.7.1 *
                C: RCPT TO:<alice%far.test@ours.test>
                S: 554 5.7.1 *
                C: RCPT TO:<@far.test:alice@spammer.test>
                S: 554 5.7.1 *
                C: RCPT TO:<alice@[192.0.2.1]>
                S: 554 5.7.1 *
                C: RCPT TO:<alice@lost.test>
                S: 451 4.3.0 *
                C: RCPT TO:<alice@gone.test>
                S: 451 4.3.0 *
                C: RCPT TO:<alice@broken.test>
                S: 451 4.3.0 *
                C: RCPT TO:<alice@silent.test>
                S: 451 4.3.0 *
                C: DATA
                S: 354 *
                C!: Subject:x\\r\\n\\r\\n.\\r\\n
                S: 250 2.0.0 *
                C: QUIT
                S: 221 *
                """);

        assertThat(ingress.spool.only().entries())
                .extracting(SpoolEntry::route)
                .containsExactlyInAnyOrder(Route.of("mx"), Route.of("smtp:[mx1.example.test]:25"));
    }
}
