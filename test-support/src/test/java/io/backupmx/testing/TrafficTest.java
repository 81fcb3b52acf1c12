package io.backupmx.testing;

import static io.backupmx.testing.Behaviour.afterOctets;
import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrafficTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final byte[] CONTENT = "Subject: x\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ScriptedPrimary primary = ScriptedPrimary.started();

    @AfterEach
    void stop() {
        primary.close();
    }

    @Test
    void tellsWhoTriedWhatHowOften() {
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, Moment.sender("b@client.example").and(Moment.first(1)), say("450 4.2.0 Later"))
                .on(Phase.CONTENT, Moment.sender("c@client.example").and(Moment.first(1)), afterOctets(5, close())));

        for (String sender : List.of("a", "b", "c")) {
            sendOnce(sender);
            primary.awaitIdle(SOON);
            sendOnce(sender);
            primary.awaitIdle(SOON);
        }

        Traffic traffic = primary.traffic();
        assertThat(traffic.attempts())
                .isEqualTo(Map.of("a@client.example", 2, "b@client.example", 2, "c@client.example", 2));
        assertThat(traffic.deliveries())
                .isEqualTo(Map.of("a@client.example", 2, "b@client.example", 1, "c@client.example", 1));
        assertThat(traffic.connections()).hasSize(6).allSatisfy(connection -> {
            assertThat(connection.greeted()).isTrue();
            assertThat(connection.transactions()).isEqualTo(1);
            assertThat(connection.ended()).isPresent();
        });
        assertThat(traffic.transactions())
                .allSatisfy(mail -> assertThat(mail.ended()).isPresent());
        assertThat(traffic.maxConnections()).isEqualTo(1);
        assertThat(traffic.maxTransactions()).isEqualTo(1);
        assertThat(traffic.since(traffic.connections().get(4).begun()).connections())
                .hasSize(2);
        assertThat(traffic.until(traffic.connections().get(4).begun()).transactions())
                .hasSize(4);
    }

    private SendOutcome sendOnce(String sender) {
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(primary.port())) {
            return client.sendMail(sender + "@client.example", List.of("alice@example.test"), CONTENT);
        }
    }

    @Test
    void sendsAwayWhoeverIsOneTooMany() {
        primary.play(Script.acceptAll().on(Phase.CONNECT, Moment.beyond(2), sayAndClose("421 4.7.0 Too many")));
        try (Conversation one = Conversation.open(primary.port());
                Conversation two = Conversation.open(primary.port());
                Conversation three = Conversation.open(primary.port())) {
            one.play("S: 220 *");
            two.play("S: 220 *");
            three.play("S: 421 *\nS: <closed>");
            assertThat(primary.traffic().maxConnections()).isEqualTo(2);
        }
        primary.awaitIdle(SOON);
        Dialogue.of("S: 220 *").against(primary.port());
        assertThat(primary.traffic().refusedConnections()).isEqualTo(1);
    }

    @Test
    void greylistsEachPairOfItsOwn() {
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, Moment.greylisted(Duration.ofMillis(200)), say("450 4.2.0 Greylisted")));
        assertThat(sendOnce("a")).isInstanceOf(SendOutcome.Refused.class);
        assertThat(sendOnce("a")).isInstanceOf(SendOutcome.Refused.class);
        Awaitility.await().atMost(SOON).until(() -> sendOnce("a") instanceof SendOutcome.Accepted);
        assertThat(sendOnce("b")).isInstanceOf(SendOutcome.Refused.class);
        assertThat(sendOnce("a")).isInstanceOf(SendOutcome.Accepted.class);
    }

    @Test
    void answersSlowly() {
        primary.play(Script.acceptAll().slowly(Duration.ofMillis(40)));
        Instant begun = Instant.now();
        assertThat(sendOnce("a")).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(Duration.between(begun, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(6 * 40));
    }

    @Test
    void keepsNothingButLooksAtEverything() {
        primary.keepingNothing(mail -> !mail.sender().startsWith("bad"));
        assertThat(sendOnce("good")).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(sendOnce("bad")).isInstanceOf(SendOutcome.Accepted.class);
        primary.awaitMailCount(2, SOON);
        assertThat(primary.mails()).isEmpty();
        assertThat(primary.violations())
                .singleElement()
                .asString()
                .contains("not what was sent")
                .contains("bad@client.example");
    }

    @Test
    void flapsAndIsUpInTheEnd() {
        int port = primary.port();
        try (Flapping flapping = Flapping.of(primary, Duration.ofMillis(50), Duration.ofMillis(50))) {
            Awaitility.await().atMost(SOON).until(() -> flapping.outages() >= 3);
            Awaitility.await().atMost(SOON).until(() -> !Ports.accepts(port));
        }
        assertThat(Ports.accepts(port)).isTrue();
    }

    @Test
    void countsWhatOverlapsAndWhatComesWithinATime() {
        Instant zero = Instant.EPOCH;
        List<Traffic.Connection> spans = List.of(
                span(1, zero, Optional.of(zero.plusSeconds(1))),
                span(2, zero.plusSeconds(1), Optional.of(zero.plusSeconds(4))),
                span(3, zero.plusMillis(1999), Optional.empty()),
                span(4, zero.plusMillis(2000), Optional.of(zero.plusMillis(2001))));
        Traffic traffic = new Traffic(spans, List.of());
        assertThat(traffic.maxConnections()).isEqualTo(3);
        assertThat(traffic.maxConnectsPerSecond()).isEqualTo(2);
        assertThat(traffic.maxConnectsWithin(Duration.ofMillis(1001))).isEqualTo(3);
        assertThat(new Traffic(List.of(), List.of()).maxConnectsPerSecond()).isZero();
    }

    private static Traffic.Connection span(int number, Instant begun, Optional<Instant> ended) {
        return new Traffic.Connection(number, begun, ended, true, 0);
    }
}
