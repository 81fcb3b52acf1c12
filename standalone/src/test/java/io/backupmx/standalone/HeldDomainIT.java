package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Moment.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Phase;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A domain is held by a reload while a mail of it is deferred, gets more, and goes on by another reload. */
class HeldDomainIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] MAIL = MailCorpus.ordinary().octets();
    private static final String HELD = "hold:held.test";

    @TempDir
    private Path directory;

    @Test
    void mailOfAHeldDomainIsTakenAndKeptUntilTheConfigurationSaysOtherwise() throws IOException {
        try (ScriptedPrimary primary = ScriptedPrimary.started();
                ServiceProcess run = ServiceProcess.run(directory.resolve("data"))
                        .config(file())
                        .set("retry.delays=[2s]", "reload.interval=200ms")) {
            primary.play(Script.acceptAll().on(Phase.RCPT, address("later@held.test"), say("450 4.2.1 Mailbox busy")));
            write(config(primary, ""));
            run.ready();
            Sender.send(run.smtpPort(), MAIL, "later@held.test");
            ServiceProcess.await(
                    PATIENCE,
                    () -> assertThat(run.queue())
                            .singleElement()
                            .satisfies(mail -> assertThat(mail.has("due_time")).isTrue()));

            write(config(primary, ", hold: moving to new disks"));
            ServiceProcess.await(
                    PATIENCE,
                    () -> assertThat(run.routes())
                            .filteredOn(route -> route.path("route").asText().equals(HELD))
                            .singleElement()
                            .satisfies(route -> {
                                assertThat(route.path("state").asText()).isEqualTo("HELD");
                                assertThat(route.path("reason").asText())
                                        .isEqualTo("held.test is held by the configuration: moving to new disks");
                            }));
            assertThat(rcpt(run, "nobody@held.test")).isEqualTo(550);
            Sender.send(run.smtpPort(), MAIL, "a@held.test", "b@free.test");

            assertThat(primary.awaitMails(1, PATIENCE))
                    .extracting(ReceivedMail::recipients)
                    .containsExactly(List.of("b@free.test"));
            ServiceProcess.await(
                    PATIENCE,
                    () -> assertThat(run.queue())
                            .hasSize(2)
                            .allSatisfy(mail ->
                                    assertThat(mail.path("route").asText()).isEqualTo(HELD)));
            assertThat(run.cli("mailq").succeeded().out())
                    .contains("(route HELD since ", ": held.test is held by the configuration: moving to new disks)");
            assertThat(run.cli("route", "release", HELD).err())
                    .contains("take domains.held.test.hold out of it, and its mail goes on");
            assertThat(run.cli("lookup", "-c", file().toString(), "a@held.test")
                            .succeeded()
                            .out())
                    .contains(
                            "  route      smtp:[127.0.0.1]:" + primary.port(),
                            "  held       held.test is held by the configuration: moving to new disks\n");
            assertThat(run.metric("backupmx_route_state", "state=\"HELD\"", "next_hop=\"" + HELD + "\""))
                    .isEqualTo(1);
            assertThat(primary.mails()).hasSize(1);

            primary.play(Script.acceptAll());
            write(config(primary, ""));

            List<ReceivedMail> all = primary.awaitMails(3, PATIENCE);
            assertThat(all)
                    .extracting(ReceivedMail::recipients)
                    .contains(List.of("a@held.test"), List.of("later@held.test"));
            assertThat(all)
                    .allSatisfy(mail -> assertThat(mail.contentBelowTrace()).isEqualTo(MAIL));
            ServiceProcess.await(PATIENCE, () -> assertThat(run.queue()).isEmpty());
            assertThat(run.routes())
                    .extracting(route -> route.path("route").asText())
                    .doesNotContain(HELD);
            assertThat(run.output()).doesNotContain("ERROR", "Exception");
        }
    }

    private static int rcpt(ServiceProcess run, String address) throws IOException {
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(run.smtpPort())) {
            client.connect();
            client.hello("client.example");
            client.command("MAIL FROM:<x@client.example>");
            return client.command("RCPT TO:<" + address + ">").code();
        }
    }

    private static String config(ScriptedPrimary primary, String hold) {
        return """
                domains:
                  held.test: {primary: "127.0.0.1:%1$d", recipients: [a, later]%2$s}
                  free.test: "127.0.0.1:%1$d"
                """.formatted(primary.port(), hold);
    }

    private Path file() {
        return directory.resolve("backupmx.yaml");
    }

    private void write(String yaml) throws IOException {
        Path fresh = Files.writeString(directory.resolve("backupmx.yaml.new"), yaml);
        Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
    }
}
