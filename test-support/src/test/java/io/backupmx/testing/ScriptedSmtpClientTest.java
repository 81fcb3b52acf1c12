package io.backupmx.testing;

import static io.backupmx.testing.Behaviour.afterOctets;
import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.testing.Behaviour.stall;
import static io.backupmx.testing.Moment.first;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScriptedSmtpClientTest {

    private static final byte[] CONTENT = "Subject: x\r\n\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final ScriptedPrimary primary = ScriptedPrimary.started();
    private final ScriptedSmtpClient client = ScriptedSmtpClient.to("127.0.0.1", primary.port(), SHORT);

    @AfterEach
    void stop() {
        client.close();
        primary.close();
    }

    private SendOutcome send(String... recipients) {
        return client.sendMail("a@client.example", List.of(recipients), CONTENT);
    }

    @Test
    void sendsManyMailsOverOneConnection() {
        for (int i = 0; i < 3; i++) {
            assertThat(send("b@example.test")).isInstanceOfSatisfying(SendOutcome.Accepted.class, accepted -> {
                assertThat(accepted.reply().text()).startsWith("250 2.0.0 Ok");
                assertThat(accepted.refusedRecipients()).isEmpty();
            });
        }
        client.quit();
        assertThat(primary.connections()).isEqualTo(1);
        assertThat(primary.mails())
                .hasSize(3)
                .allSatisfy(mail -> assertThat(mail.content()).isEqualTo(CONTENT));
    }

    @Test
    void aRefusedRecipientDoesNotStopTheOthers() {
        primary.play(Script.acceptAll().on(Phase.RCPT, Moment.address("x@example.test"), say("550 5.1.1 No")));
        assertThat(send("x@example.test", "b@example.test"))
                .isInstanceOfSatisfying(
                        SendOutcome.Accepted.class,
                        accepted -> assertThat(accepted.refusedRecipients()).containsExactly("x@example.test"));
        assertThat(send("x@example.test")).isEqualTo(new SendOutcome.Refused(new Reply(550, List.of("5.1.1 No"))));
        assertThat(send("b@example.test")).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(primary.connections()).isEqualTo(1);
    }

    @Test
    void aRefusalIsOneAtEveryCommand() {
        for (Phase phase : List.of(Phase.CONNECT, Phase.EHLO, Phase.MAIL, Phase.DATA, Phase.DOT)) {
            primary.play(Script.acceptAll().on(phase, first(1), say("451 4.3.0 Not now")));
            client.close();
            assertThat(send("b@example.test")).isInstanceOf(SendOutcome.Refused.class);
            assertThat(send("b@example.test")).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

    @Test
    void afterA421ItConnectsAnew() {
        primary.play(Script.acceptAll().on(Phase.MAIL, first(1), sayAndClose("421 4.3.2 Bye")));
        assertThat(send("b@example.test")).isInstanceOf(SendOutcome.Refused.class);
        assertThat(client.isConnected()).isFalse();
        assertThat(send("b@example.test")).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(primary.connections()).isEqualTo(2);
    }

    @Test
    void aConnectionLostBeforeTheDotLeavesNoDoubt() {
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, Moment.address("closes@example.test"), close())
                .on(Phase.RCPT, Moment.address("hangs@example.test"), hang()));
        assertLost(SendOutcome.When.BEFORE_DOT, send("closes@example.test"));
        assertLost(SendOutcome.When.BEFORE_DOT, send("hangs@example.test"));
        primary.stop();
        assertLost(SendOutcome.When.BEFORE_DOT, send("b@example.test"));
    }

    @Test
    void aConnectionLostAfterTheDotMayHaveStoredTheMail() {
        primary.play(Script.acceptAll().on(Phase.DOT, close()));
        assertLost(SendOutcome.When.AFTER_DOT, send("b@example.test"));
        primary.play(Script.acceptAll().on(Phase.DOT, hang()));
        assertLost(SendOutcome.When.AFTER_DOT, send("b@example.test"));
    }

    @Test
    void aServerThatDoesNotReadIsGivenUp() {
        primary.play(Script.acceptAll().on(Phase.CONTENT, afterOctets(1000, stall())));
        byte[] big = MailCorpus.ofSize("big", 32 << 20).octets();
        SendOutcome outcome = client.sendMail("", List.of("b@example.test"), big);
        assertThat(outcome)
                .isEqualTo(new SendOutcome.Unknown(
                        SendOutcome.When.BEFORE_DOT, "java.net.SocketTimeoutException: the peer does not read"));
    }

    @Test
    void thousandsOfThemRunOnVirtualThreads() throws InterruptedException, ExecutionException {
        int clients = 1000;
        List<Future<SendOutcome>> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                outcomes.add(threads.submit(() -> {
                    try (ScriptedSmtpClient one = ScriptedSmtpClient.to(primary.port())) {
                        return one.sendMail("", List.of("b@example.test"), CONTENT);
                    }
                }));
            }
        }
        for (Future<SendOutcome> outcome : outcomes) {
            assertThat(outcome.get()).isInstanceOf(SendOutcome.Accepted.class);
        }
        assertThat(primary.mailCount()).isEqualTo(clients);
    }

    @Test
    void eachStepCanBeTakenByHand() throws IOException {
        client.connect();
        assertThat(client.hello("client.example").lines()).contains("PIPELINING");
        client.send("MAIL FROM:<>\r\nRCPT TO:<b@example.test>\r\nDATA\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(List.of(client.readReply(), client.readReply(), client.readReply()))
                .extracting(Reply::code)
                .containsExactly(250, 250, 354);
        client.sendContent(CONTENT);
        client.sendFinalDot();
        assertThat(client.readReply().isPositive()).isTrue();
        assertThat(client.command("NOOP").text()).isEqualTo("250 2.0.0 Ok");
    }

    private static void assertLost(SendOutcome.When when, SendOutcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        SendOutcome.Unknown.class,
                        unknown -> assertThat(unknown.when()).isEqualTo(when));
    }
}
