package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.ScriptedPrimary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The primary is dead, and a domain gets another one: what waited goes there, by a reload and over a restart. */
class MovedDomainIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] MAIL = MailCorpus.ordinary().octets();
    private static final byte[] LARGE = MailCorpus.ofSize("large", 300_000).octets();

    @TempDir
    private Path directory;

    @Test
    void whatWaitedForADeadPrimaryGoesToTheNewOne() throws IOException {
        try (ScriptedPrimary dead = ScriptedPrimary.stopped();
                ScriptedPrimary fresh = ScriptedPrimary.started()) {
            write(config(dead, dead));
            Path data = directory.resolve("data");
            try (ServiceProcess run = run(data)) {
                run.ready();
                Sender.send(run.smtpPort(), MAIL, "first@moved.test");
                ServiceProcess.await(
                        PATIENCE, () -> assertThat(state(run, dead)).isEqualTo("DOWN"));
                Sender.send(run.smtpPort(), MAIL, "a@moved.test", "b@stays.test");
                Sender.send(run.smtpPort(), LARGE, "large@moved.test");
                Sender.send(run.smtpPort(), MAIL, "c@stays.test");

                write(config(fresh, dead));

                assertThat(fresh.awaitMails(3, PATIENCE))
                        .extracting(ReceivedMail::recipients)
                        .containsExactlyInAnyOrder(
                                List.of("first@moved.test"), List.of("a@moved.test"), List.of("large@moved.test"));
                assertThat(fresh.mails())
                        .allSatisfy(mail -> assertThat(mail.contentBelowTrace())
                                .isEqualTo(mail.recipients().contains("large@moved.test") ? LARGE : MAIL));
                ServiceProcess.await(
                        PATIENCE,
                        () -> assertThat(run.queue())
                                .hasSize(2)
                                .allSatisfy(mail ->
                                        assertThat(mail.path("route").asText()).endsWith(":" + dead.port())));
                assertThat(run.output()).contains(" moved").doesNotContain("ERROR", "Exception");
            }

            write(config(fresh, fresh));
            try (ServiceProcess run = run(data)) {
                run.ready();
                assertThat(fresh.awaitMails(5, PATIENCE))
                        .extracting(ReceivedMail::recipients)
                        .contains(List.of("b@stays.test"), List.of("c@stays.test"));
                ServiceProcess.await(PATIENCE, () -> assertThat(run.queue()).isEmpty());
                ServiceProcess.await(PATIENCE, () -> assertThat(run.routes()).hasSize(1));
            }
            assertThat(dead.mails()).isEmpty();
        }
    }

    private ServiceProcess run(Path data) {
        return ServiceProcess.run(data)
                .config(directory.resolve("backupmx.yaml"))
                .set("reload.interval=200ms");
    }

    private static String state(ServiceProcess run, ScriptedPrimary primary) {
        return run.routes().stream()
                .filter(route -> route.path("route").asText().endsWith(":" + primary.port()))
                .map(route -> route.path("state").asText())
                .findFirst()
                .orElse("");
    }

    private static String config(ScriptedPrimary moved, ScriptedPrimary stays) {
        return """
                domains:
                  moved.test: "127.0.0.1:%d"
                  stays.test: "127.0.0.1:%d"
                """.formatted(moved.port(), stays.port());
    }

    private void write(String yaml) throws IOException {
        Path fresh = Files.writeString(directory.resolve("backupmx.yaml.new"), yaml);
        Files.move(fresh, directory.resolve("backupmx.yaml"), StandardCopyOption.ATOMIC_MOVE);
    }
}
