package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.FakeDns;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Ports;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.ScriptedPrimary;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Domains whose primary is {@code mx}: the product asks a DNS server, and delivers to whoever that names. */
class MxRouteIT {

    private static final Duration AT_ONCE = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final Duration BACK_OFF_MAX = Duration.ofSeconds(4);

    @TempDir
    private Path directory;

    private final int port = Ports.free();
    private final FakeDns dns = FakeDns.started();
    private final ScriptedPrimary well = ScriptedPrimary.on("127.0.0.2", port);
    private final ScriptedPrimary down = ScriptedPrimary.on("127.0.0.3", port);

    @AfterEach
    void stop() {
        well.close();
        down.close();
        dns.close();
    }

    private Instance instance() {
        return new Instance(directory.resolve("data"))
                .set(
                        "hostname=backup.example",
                        "dns.servers=[" + dns.address() + "]",
                        "mx.port=" + port,
                        "mx.back_off_max=" + BACK_OFF_MAX.toSeconds() + "s",
                        "domains.well.test.primary=mx",
                        "domains.down.test.primary=mx")
                .started();
    }

    private static String send(Instance instance, String... recipients) {
        return Sender.send(instance.smtpPort(), MailCorpus.ordinary().octets(), recipients);
    }

    @Test
    void oneDestinationIsDownAndTheOtherDoesNotNotice() {
        dns.mx("well.test", 10, "mx.well.test").address("mx.well.test", "127.0.0.2");
        dns.mx("down.test", 10, "mx.down.test").address("mx.down.test", "127.0.0.3");
        dns.mx("down.test", 20, "backup.example");
        well.start();
        try (Instance instance = instance()) {
            assertThat(instance.output()).contains("well.test -> mx");

            String id = send(instance, "alice@down.test", "bob@well.test");

            ReceivedMail mail = well.awaitMails(1, AT_ONCE).getFirst();
            assertThat(mail.recipients()).containsExactly("bob@well.test");
            assertThat(mail.contentBelowTrace()).isEqualTo(MailCorpus.ordinary().octets());
            for (int i = 0; i < 20; i++) {
                send(instance, "carol" + i + "@down.test");
            }
            Instance.await(
                    SOON,
                    () -> assertThat(instance.mailq())
                            .contains(id)
                            .containsPattern("\\(retry at \\S+: destination in back-off until \\S+:"
                                    + " connect to mx[.]down[.]test\\[127[.]0[.]0[.]3]:" + port
                                    + ": Connection refused\\)")
                            .doesNotContain("bob@well.test"));
            assertThat(instance.cli("route").succeeded().out()).containsPattern("(?m)^mx +UP ");
            send(instance, "dave@well.test");
            well.awaitMails(2, AT_ONCE);

            long back = System.nanoTime();
            down.start();
            down.awaitMails(1, BACK_OFF_MAX.plus(AT_ONCE));
            down.awaitMails(21, SOON);
            System.Logger log = System.getLogger(MxRouteIT.class.getName());
            log.log(
                    System.Logger.Level.INFO,
                    "from the destination''s return to its last mail (ms): {0}",
                    Duration.ofNanos(System.nanoTime() - back).toMillis());

            instance.awaitEmptyQueue(SOON);
            assertThat(down.mailCount()).isEqualTo(21);
            assertThat(well.violations()).isEmpty();
            assertThat(down.violations()).isEmpty();
            assertThat(instance.output()).contains("backed_off", "recovered").doesNotContain("ERROR", "Exception");
        }
    }

    @Test
    void aDomainThatTakesNoMailFailsAndOthersThatCannotBeFoundWait() {
        dns.mx("down.test", 0, ".").fails("well.test");
        try (Instance instance = instance()) {
            String ended = send(instance, "alice@down.test");
            String waits = send(instance, "bob@well.test");

            Instance.await(
                    SOON,
                    () -> assertThat(instance.mailq())
                            .contains(ended + "!", "556 5.1.10 domain down.test takes no mail (null MX)")
                            .containsPattern("(?s)" + waits + " .*no MX answer for well[.]test"));

            dns.forget("well.test").mx("well.test", 10, "mx.well.test").address("mx.well.test", "127.0.0.2");
            well.start();
            well.awaitMails(1, SOON);
        }
    }

    /** 127.0.0.1 is an address of this machine, whoever listens there. */
    @Test
    void mailIsNeverSentToOurselves() {
        dns.mx("well.test", 10, "mx.well.test").address("mx.well.test", "127.0.0.1");
        dns.mx("well.test", 20, "mx2.well.test").address("mx2.well.test", "127.0.0.2");
        well.start();
        try (Instance instance = instance();
                ScriptedPrimary ourselves = ScriptedPrimary.on(port)) {
            ourselves.start();
            send(instance, "alice@well.test");

            Instance.await(
                    SOON,
                    () -> assertThat(instance.mailq())
                            .contains("mail would come back to us: the best of mx.well.test,mx2.well.test"));
            assertThat(instance.output()).contains("WARN", "mail loops back");
            assertThat(ourselves.connections()).isZero();
            assertThat(well.connections()).isZero();
        }
    }
}
