package io.backupmx.standalone;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Moment.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.BrokerProcess;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Reply;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.ScriptedSmtpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody has written a list; what the primary says while it is there is what is known when it is not. */
class LearnedRecipientsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Script THREE_USERS = Script.acceptAll()
            .on(Phase.RCPT, say("550 5.1.1 No such user here"))
            .on(Phase.RCPT, address("postmaster@example.test"), accept())
            .on(Phase.RCPT, address("alice@example.test"), accept())
            .on(Phase.RCPT, address("bob@example.test"), accept())
            .on(Phase.RCPT, address("carol@example.test"), accept());

    @TempDir
    private Path directory;

    private static Reply rcpt(int port, String user) {
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(port)) {
            client.connect();
            client.hello("client.example");
            client.command("MAIL FROM:<x@client.example>");
            return client.command("RCPT TO:<" + user + "@example.test>");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void knownUsersAreTakenThroughAnOutageAndARestartAndOthersComeAgain() {
        try (ScriptedPrimary primary = ScriptedPrimary.started().play(THREE_USERS);
                Instance instance = new Instance(directory.resolve("data"))
                        .backingUp("example.test", primary.port())
                        .set("domains.example.test.recipient_sources=[primary]")
                        .started()) {
            byte[] mail = MailCorpus.ordinary().octets();
            Sender.send(instance.smtpPort(), mail, "alice@example.test", "bob@example.test");
            assertThat(rcpt(instance.smtpPort(), "mallory").text()).startsWith("550 5.1.1");
            primary.awaitMails(1, PATIENCE);
            Instance.await(
                    PATIENCE,
                    () -> assertThat(instance.metric("backupmx_recipients_known"))
                            .isEqualTo(2));

            primary.stop();
            instance.terminate();
            instance.start();

            assertThat(rcpt(instance.smtpPort(), "alice").text()).startsWith("250 2.1.5");
            assertThat(rcpt(instance.smtpPort(), "bob").text()).startsWith("250 2.1.5");
            assertThat(rcpt(instance.smtpPort(), "postmaster").text()).startsWith("250 2.1.5");
            for (String unknown : List.of("carol", "mallory")) {
                assertThat(rcpt(instance.smtpPort(), unknown).text()).startsWith("451 4.3.0");
            }
            Sender.send(instance.smtpPort(), mail, "alice@example.test");

            primary.start();

            primary.awaitMails(2, PATIENCE);
            instance.awaitEmptyQueue(PATIENCE);
            Instance.await(
                    PATIENCE,
                    () -> assertThat(rcpt(instance.smtpPort(), "carol").text()).startsWith("250 2.1.5"));
            assertThat(rcpt(instance.smtpPort(), "mallory").text()).startsWith("550 5.1.1");
            assertThat(rcpt(instance.smtpPort(), "alice").text()).startsWith("250 2.1.5");
            assertThat(primary.mails())
                    .allSatisfy(
                            received -> assertThat(received.contentBelowTrace()).isEqualTo(mail));
            assertThat(primary.violations()).isEmpty();
        }
    }

    @Test
    void whatOneIngressHasLearnedAnotherKnows() {
        try (ScriptedPrimary primary = ScriptedPrimary.started().play(THREE_USERS);
                BrokerProcess broker = BrokerProcess.start(directory.resolve("broker"));
                ServiceProcess one = ingress("one", broker, primary);
                ServiceProcess other = ingress("other", broker, primary)) {
            assertThat(rcpt(one.smtpPort(), "alice").text()).startsWith("250 2.1.5");
            ServiceProcess.await(
                    PATIENCE,
                    () -> assertThat(other.metric("backupmx_recipients_known")).isEqualTo(1));
            primary.stop();

            assertThat(rcpt(other.smtpPort(), "alice").text()).startsWith("250 2.1.5");
            assertThat(rcpt(other.smtpPort(), "bob").text()).startsWith("451 4.3.0");

            broker.kill();

            assertThat(other.metric("backupmx_recipients_known")).isEqualTo(1);
        }
    }

    private ServiceProcess ingress(String name, BrokerProcess broker, ScriptedPrimary primary) {
        return ServiceProcess.ingress(directory.resolve(name), broker.url())
                .backingUp("example.test", primary.port())
                .set("domains.example.test.recipient_sources=[primary]")
                .ready();
    }
}
