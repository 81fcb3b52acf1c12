package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.NextHopLimits;
import io.backupmx.testing.Conversation;
import io.backupmx.testing.Dialogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one client may have of late, whatever session it has it in; and what is left when all is gone. */
class SharesIT {

    private static final String CONNECTIONS = "backupmx.ingress.connections";
    private static final String RECIPIENTS = "backupmx.ingress.recipients";
    private static final String HELLO = "S: 220 *\nC: EHLO client.example\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\n";
    private static final String MAIL = "C: RCPT TO:<alice@example.test>\nS: 250 *\nC: DATA\nS: 354 *\nC: .\nS: 250 *\n";

    private TestIngress ingress = new TestIngress();

    private void with(Consumer<Tuning> tune) {
        ingress.close();
        ingress = new TestIngress(tune);
    }

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void newSessionsOfOneClientAreLimitedOfAMinute() {
        with(tuning -> {
            tuning.connectionsPerMinute = 2;
            tuning.proxies = List.of("127.0.0.1");
        });
        String one = "C!: PROXY TCP4 192.0.2.1 192.0.2.9 1024 25\\r\\n\n";
        String quick = one + "S: 220 *\nC: QUIT\nS: 221 *\nS: <closed>\n";
        ingress.play(quick);
        ingress.play(quick);
        ingress.play(
                one + "S: 421 4.7.0 mx2.example.net Too many connections from your address of late, try again later\n"
                        + "S: <closed>\n");
        ingress.play(quick.replace("192.0.2.1 ", "192.0.2.2 "));
        assertThat(ingress.count(CONNECTIONS, "outcome", "too_fast_from_address"))
                .isOne();
    }

    @Test
    void whoIsTrustedHasNoLimits() {
        with(tuning -> {
            tuning.connectionsPerMinute = 1;
            tuning.messagesPerMinute = 1;
            tuning.recipientsPerMinute = 1;
            tuning.unknownRecipients = 0;
            tuning.unknownDelay = Duration.ofMinutes(1);
            tuning.unknownDelayMax = Duration.ofMinutes(1);
            tuning.greetingDelay = Duration.ofMinutes(1);
            tuning.trustedNetworks = List.of("127.0.0.1");
        });
        for (int i = 0; i < 2; i++) {
            ingress.play(HELLO + "C: RCPT TO:<nobody@example.test>\nS: 550 *\n" + MAIL);
        }
    }

    @Test
    void mailsOfOneClientAreLimitedOfAMinute() {
        with(tuning -> tuning.messagesPerMinute = 2);
        ingress.play(HELLO + MAIL + "C: MAIL FROM:<>\nS: 250 *\n" + MAIL);
        String tooMany = " 4.7.1 <%s@example.test>: Too many messages from your address, try again later\n";
        ingress.play(HELLO
                + "C: RCPT TO:<nobody@example.test>\nS: 550 *\n"
                + "C: RCPT TO:<alice@example.test>\nS: 450" + tooMany.formatted("alice")
                + "C: RCPT TO:<bob@example.test>\nS: 450" + tooMany.formatted("bob")
                + "C: DATA\nS: 554 5.5.1 No valid recipients\n");
        assertThat(ingress.spool.mails()).hasSize(2);
        assertThat(ingress.count(RECIPIENTS, "verdict", "message_rate")).isEqualTo(2);
    }

    @Test
    void aMailCountsOnceHoweverManyOfItsRecipientsAreRefused() {
        with(tuning -> {
            tuning.messagesPerMinute = 3;
            tuning.recipientsPerMinute = 1;
        });
        String refused = "C: RCPT TO:<bob@example.test>\nS: 450 *\n";
        ingress.play(HELLO + MAIL);
        ingress.play(HELLO + refused.repeat(5) + "C: RSET\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\n" + refused.repeat(5));
        assertThat(ingress.count(RECIPIENTS, "verdict", "recipient_rate")).isEqualTo(10);
        assertThat(ingress.count(RECIPIENTS, "verdict", "message_rate")).isZero();
        ingress.play(HELLO + refused);
        assertThat(ingress.count(RECIPIENTS, "verdict", "message_rate")).isOne();
    }

    /** It is no use to the client, and so it costs nothing of what it may have. */
    @Test
    void whomAPrimaryIsKnownNotToTakeCountsForNothing() {
        with(tuning -> {
            tuning.messagesPerMinute = 1;
            tuning.recipientsPerMinute = 1;
            tuning.limits = _ -> Optional.of(new NextHopLimits(OptionalLong.of(1000), false));
        });
        String alice = "C: RCPT TO:<alice@example.test>\nS: ";
        String bob = "C: RCPT TO:<bob@example.test>\nS: ";
        ingress.play("S: 220 *\nC: EHLO client.example\nS: 250 *\nC: MAIL FROM:<> SIZE=1001\nS: 250 *\n"
                + (alice + "552 5.3.4 *\n").repeat(2)
                + "C: RSET\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\n"
                + alice + "250 2.1.5 *\n" + bob + "450 4.7.1 *\nC: DATA\nS: 354 *\nC: .\nS: 250 *\n");
        assertThat(ingress.spool.only().only().envelope().recipients()).hasSize(1);
        assertThat(ingress.count(RECIPIENTS, "verdict", "accepted")).isOne();
        assertThat(ingress.count(RECIPIENTS, "verdict", "too_large_for_primary"))
                .isEqualTo(2);
        assertThat(ingress.count(RECIPIENTS, "verdict", "recipient_rate")).isOne();
    }

    @Test
    void recipientsOfOneClientAreLimitedOfAMinute() {
        with(tuning -> tuning.recipientsPerMinute = 2);
        ingress.play(
                HELLO + "C: RCPT TO:<alice@example.test>\nS: 250 *\nC: RCPT TO:<bob@example.test>\nS: 250 *\n" + """
                C: RCPT TO:<carol@example.test>
                S: 450 4.7.1 <carol@example.test>: Too many recipients from your address, try again later
                C: DATA
                S: 354 *
                C: .
                S: 250 *
                """);
        assertThat(ingress.spool.only().only().envelope().recipients()).hasSize(2);
        assertThat(ingress.count(RECIPIENTS, "verdict", "recipient_rate")).isOne();
    }

    @Test
    void whoTriesNamesWaitsAlsoInANewSession() {
        with(tuning -> {
            tuning.unknownRecipients = 1;
            tuning.unknownDelay = Duration.ofMinutes(1);
            tuning.unknownDelayMax = Duration.ofMinutes(1);
        });
        String nobody = "C: RCPT TO:<nobody@example.test>\n";
        Dialogue.of(HELLO + nobody + "S: 550 5.1.1 *\n" + nobody + "S: <silence 300>\nC: <close>\n")
                .against(ingress.port());
        Dialogue.of(HELLO + nobody + "S: <silence 300>\nC: <close>\n").against(ingress.port());
        assertThat(ingress.count("backupmx.ingress.unknown.recipients.delayed")).isEqualTo(2);

        Dialogue.of(HELLO + MAIL).patience(Duration.ofSeconds(5)).against(ingress.port()); // nobody else's mail waits
    }

    @Test
    void aWaitComesToItsEnd() {
        with(tuning -> {
            tuning.unknownRecipients = 0;
            tuning.unknownDelay = Duration.ofMillis(400);
            tuning.unknownDelayMax = Duration.ofMillis(400);
        });
        ingress.play(HELLO + "C+: RCPT TO:<nobody@example.test>\nC: RCPT TO:<alice@example.test>\n"
                + "S: <silence 200>\nS: 550 5.1.1 *\nS: 250 2.1.5 *\n");
    }

    @Test
    void aFullHouseLetsNobodyWait() {
        with(tuning -> {
            tuning.maxConnections = 1;
            tuning.unknownRecipients = 0;
            tuning.unknownDelay = Duration.ofMinutes(1);
            tuning.unknownDelayMax = Duration.ofMinutes(1);
        });
        ingress.play(HELLO + "C: RCPT TO:<nobody@example.test>\nS: 550 5.1.1 *\n");
    }

    @Test
    void whoTalksBeforeTheGreetingIsRefused() {
        with(tuning -> tuning.greetingDelay = Duration.ofMillis(400));
        ingress.play("C: EHLO client.example\n"
                + "S: 554 5.5.1 mx2.example.net You talked before my greeting, closing connection\nS: <closed>\n");
        ingress.play("S: <silence 200>\n" + HELLO + MAIL);
        await().until(() -> ingress.count(CONNECTIONS, "outcome", "early_talker") == 1);
    }

    @Test
    void whoGoesBeforeTheGreetingIsGone() {
        with(tuning -> tuning.greetingDelay = Duration.ofMinutes(1));
        ingress.play("S: <silence 100>\nC: <close>\n");
    }

    @Test
    void aSessionLastsNoLongerThanASession() {
        with(tuning -> tuning.sessionTimeout = Duration.ofSeconds(1));
        try (Conversation client = ingress.open()) {
            client.play(TestIngress.UP_TO_DATA + "C!: a\nS: <silence 300>\n".repeat(2));
            client.play("C!: a\nS: 421 4.4.2 mx2.example.net Timeout, closing connection\nS: <closed>\n");
        }
        assertThat(ingress.spool.mails()).isEmpty();
    }

    /** Half of a content each, until there is room for no other: new clients are kept out, those who are here are served. */
    @Test
    void withoutRoomForContentsNewClientsAreKeptOut() {
        with(tuning -> {
            tuning.contentHeapBytes = 1 << 20;
            tuning.contentSpillLimitBytes = 64 << 10;
            tuning.maxMessageBytes = 64 << 10;
        });
        List<Conversation> clients = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            clients.add(ingress.open());
            clients.getLast().play(TestIngress.UP_TO_DATA);
        }
        clients.forEach(client -> client.play("C!: " + "a".repeat(20_000) + "\n"));
        await().until(() -> heap() > (1 << 20) - (32 << 10) && disk() > 32 << 10);
        ingress.play("S: 421 4.3.2 mx2.example.net System busy, try again later\nS: <closed>\n");
        assertThat(ingress.count(CONNECTIONS, "outcome", "overloaded")).isOne();

        clients.getFirst().play("C!: \\r\\n.\\r\\n\nS: 250 2.0.0 *\n");
        clients.forEach(Conversation::close);
        ingress.awaitNothingHeld();
        ingress.play(HELLO + MAIL);
    }

    private double heap() {
        return ingress.gauge("backupmx.ingress.content.heap.bytes");
    }

    private double disk() {
        return ingress.gauge("backupmx.ingress.content.spilled.bytes");
    }
}
