package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.IngressConfig.GatewayLimits;
import io.backupmx.ops.DefaultGateways;
import io.backupmx.spool.SpoolWriter.Room;
import io.backupmx.testing.Conversation;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody gets more than their share: of sessions, of errors, of time, of memory. */
class LimitsIT {

    private TestIngress ingress = new TestIngress(tuning -> {
        tuning.maxConnections = 4;
        tuning.maxConnectionsPerAddress = 3;
        tuning.maxErrors = 3;
        tuning.maxRecipients = 100;
        tuning.commandTimeout = Duration.ofSeconds(1);
        tuning.dataTimeout = Duration.ofSeconds(1);
    });

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void sessionsOfOneAddressAreLimited() {
        List<Conversation> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(greeted());
        }
        ingress.play(
                "S: 421 4.7.0 mx2.example.net Too many connections from your address, try again later\nS: <closed>\n");
        assertThat(ingress.count("backupmx.ingress.connections", "outcome", "too_many_from_address"))
                .isOne();
        open.removeFirst().close();
        await().until(() -> ingress.gauge("backupmx.ingress.sessions") == 2);
        open.add(greeted());
        open.forEach(Conversation::close);
    }

    /** As from a container's user-land proxy: the loopback stands for the gateway of its network. */
    @Test
    void sessionsOfManyClientsBehindOurGatewayAreLimitedInAllOnly() {
        ingress.close();
        ingress = behindGateway(GatewayLimits.LIFT);
        try (Conversation first = greeted();
                Conversation second = greeted()) {
            ingress.play("S: 421 4.3.2 mx2.example.net Too many connections, try again later\nS: <closed>\n");
            assertThat(ingress.count("backupmx.ingress.gateway.sessions")).isEqualTo(2);
            first.play("C: NOOP\nS: 250 *\n");
            second.play("C: NOOP\nS: 250 *\n");
        }
    }

    @Test
    void sessionsOfOurGatewayAreLimitedLikeAnyOthersIfAnOperatorSaysSo() {
        ingress.close();
        ingress = behindGateway(GatewayLimits.KEEP);
        try (Conversation first = greeted()) {
            ingress.play("S: 421 4.7.0 mx2.example.net Too many connections from your address, try again later\n"
                    + "S: <closed>\n");
            first.play("C: NOOP\nS: 250 *\n");
        }
        assertThat(ingress.count("backupmx.ingress.gateway.sessions")).isZero();
    }

    private static TestIngress behindGateway(GatewayLimits limits) {
        return new TestIngress(tuning -> {
            tuning.maxConnections = 2;
            tuning.maxConnectionsPerAddress = 1;
            tuning.gatewayLimits = limits;
            tuning.gateways = new DefaultGateways(Set.of(InetAddress.getLoopbackAddress()));
        });
    }

    @Test
    void sessionsAreLimitedInAll() {
        ingress.close();
        ingress = new TestIngress(tuning -> tuning.maxConnections = 1);
        try (Conversation first = greeted()) {
            ingress.play("S: 421 4.3.2 mx2.example.net Too many connections, try again later\nS: <closed>\n");
            first.play("C: NOOP\nS: 250 *\n");
        }
        assertThat(ingress.count("backupmx.ingress.connections", "outcome", "too_many"))
                .isOne();
    }

    @Test
    void recipientsAreLimited() {
        ingress.play("S: 220 *\nC: EHLO client.example\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\n" + recipients(100)
                + "C: RCPT TO:<one.more@example.test>\nS: 452 4.5.3 Too many recipients\n"
                + "C: RCPT TO:<user1@example.test>\nS: 250 2.1.5 Ok\nC: DATA\nS: 354 *\nC: .\nS: 250 *\n");
        assertThat(ingress.spool.only().only().envelope().recipients()).hasSize(100);
    }

    @Test
    void errorsAreLimited() {
        ingress.play("""
                S: 220 *
                C: XYZZY
                S: 500 5.5.2 *
                C: EHLO
                S: 501 5.5.4 *
                C: MAIL FROM:<>
                S: 503 5.5.1 *
                S: 421 4.7.0 mx2.example.net Too many errors, closing connection
                S: <closed>
                """);
    }

    @Test
    void mailsToldToComeAgainAreLimited() {
        ingress.spool.setRoom(Room.FULL);
        ingress.play("S: 220 *\nC: EHLO client.example\nS: 250 *\n" + "C: MAIL FROM:<>\nS: 452 4.3.1 *\n".repeat(3)
                + "S: 421 4.7.0 *\nS: <closed>\n");
    }

    @Test
    void recipientsToldToComeAgainAreLimited() {
        ingress.play("S: 220 *\nC: EHLO client.example\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\n" + recipients(100)
                + "C: RCPT TO:<one.more@example.test>\nS: 452 4.5.3 *\n".repeat(101)
                + "S: 421 4.7.0 *\nS: <closed>\n");
    }

    @Test
    void commandsWithoutAMailAreLimited() {
        ingress.play("S: 220 *\nC!: " + "NOOP\\r\\n".repeat(1300) + "\n" + "S: 250 *\n".repeat(1201)
                + "S: 421 4.7.0 mx2.example.net Too many commands without a mail, closing connection\nS: <closed>\n");
        await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "too_many_commands") == 1);
    }

    @Test
    void aPipelineOfErrorsStillGetsItsReply() {
        ingress.play("S: 220 *\nC!: " + "XYZZY\\r\\n".repeat(20_000)
                + "\nS: 500 *\nS: 500 *\nS: 500 *\nS: 421 4.7.0 *\nS: <closed>\n");
    }

    @Test
    void silenceBetweenCommandsEndsTheSession() {
        ingress.play(
                "S: 220 *\nC: EHLO client.example\nS: 250 *\nS: 421 4.4.2 mx2.example.net Timeout, closing connection\nS: <closed>\n");
        await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "timed_out") == 1);
    }

    @Test
    void aCommandInPiecesMustComeInTime() {
        try (Conversation client = greeted()) {
            client.play("C!: N\nS: <silence 400>\nC!: O\nS: <silence 400>\nC!: O\nS: 421 4.4.2 *\nS: <closed>\n");
        }
    }

    @Test
    void silenceWithinAContentEndsTheSession() {
        ingress.play(TestIngress.UP_TO_DATA + "C!: half a mail\\r\\n\nS: 421 4.4.2 *\nS: <closed>\n");
        assertThat(ingress.spool.mails()).isEmpty();
        assertThat(ingress.count("backupmx.ingress.messages", "outcome", "tempfailed", "reason", "timed_out"))
                .isOne();
    }

    @Test
    void aSlowContentIsTakenAsLongAsItComes() {
        try (Conversation client = ingress.open()) {
            client.play(
                    TestIngress.UP_TO_DATA + "C!: a\nS: <silence 700>\n".repeat(3) + "C!: \\r\\n.\\r\\n\nS: 250 *\n");
        }
        assertThat(ingress.spool.only().text()).isEqualTo("aaa\r\n");
    }

    @Test
    void aRecipientNobodyAnswersForIsDeferred() {
        ingress.play("""
                S: 220 *
                C: EHLO client.example
                S: 250 *
                C: MAIL FROM:<>
                S: 250 *
                C: RCPT TO:<slow@example.test>
                S: 451 4.3.0 <slow@example.test>: Temporary lookup failure
                """);
        ingress.directory.answer(); // too late, and so for nobody
    }

    @Test
    @Timeout(30)
    void aClientThatDoesNotReadIsGivenUp() throws IOException {
        ingress.close();
        ingress = new TestIngress(tuning -> {
            tuning.commandTimeout = Duration.ofSeconds(1);
            tuning.maxRecipients = 100_000; // and so many commands
        });
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), ingress.port())) {
            byte[] help = "HELP\r\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
            OutputStream out = client.getOutputStream();
            assertThat(writesUntilBroken(out, help)).isLessThan(2000); // and it never got to hold all replies
        }
        await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "timed_out") == 1);
    }

    private static int writesUntilBroken(OutputStream out, byte[] octets) {
        for (int i = 0; i < 2000; i++) {
            try {
                out.write(octets);
            } catch (IOException _) {
                return i;
            }
        }
        return 2000;
    }

    private Conversation greeted() {
        Conversation client = ingress.open();
        client.play("S: 220 *\n");
        return client;
    }

    private static String recipients(int count) {
        StringBuilder dialogue = new StringBuilder();
        for (int i = 0; i < count; i++) {
            dialogue.append("C: RCPT TO:<user").append(i).append("@example.test>\nS: 250 2.1.5 Ok\n");
        }
        return dialogue.toString();
    }
}
