package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.testing.Conversation;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients by way of a proxy that says whom it passes on; the loopback stands for it. */
class ProxyProtocolIT {

    private static final String V1 = "PROXY TCP4 192.0.2.1 203.0.113.9 51000 25\\r\\n";
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String MAIL = """
            S: 220 *
            C: EHLO client.example
            S: 250 *
            C: MAIL FROM:<>
            S: 250 *
            C: RCPT TO:<alice@example.test>
            S: 250 *
            C: DATA
            S: 354 *
            C: .
            S: 250 *
            C: QUIT
            S: 221 *
            S: <closed>
            """;

    private TestIngress ingress = new TestIngress(tuning -> {
        tuning.proxies = List.of("127.0.0.0/8");
        tuning.maxConnectionsPerAddress = 1;
    });

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void version1TellsTheClient() {
        ingress.play("C!: " + V1 + "\n" + MAIL);
        assertThat(client()).isEqualTo("192.0.2.1");
    }

    @Test
    void version1OfIpv6TellsTheClient() {
        ingress.play("C!: PROXY TCP6 2001:db8::1 2001:db8::9 51000 25\\r\\n\n" + MAIL);
        assertThat(InetAddress.ofLiteral(client())).isEqualTo(InetAddress.ofLiteral("2001:db8::1"));
    }

    @Test
    void version2TellsTheClient() {
        ingress.play("C!: " + version2(0x21, 0x11, "192.0.2.7", "203.0.113.9") + "\n" + MAIL);
        assertThat(client()).isEqualTo("192.0.2.7");
    }

    @Test
    void version2OfIpv6TellsTheClient() {
        ingress.play("C!: " + version2(0x21, 0x21, "2001:db8::7", "2001:db8::9") + "\n" + MAIL);
        assertThat(InetAddress.ofLiteral(client())).isEqualTo(InetAddress.ofLiteral("2001:db8::7"));
    }

    @Test
    void aProxyThatSpeaksForItselfIsAClient() {
        ingress.play("C!: PROXY UNKNOWN\\r\\n\n" + MAIL);
        assertThat(client()).isEqualTo("127.0.0.1");
    }

    @Test
    void aProxyThatSpeaksForItselfInVersion2IsAClient() {
        ingress.play("C!: " + version2(0x20, 0x00) + "\n" + MAIL);
        assertThat(client()).isEqualTo("127.0.0.1");
    }

    @Test
    void whatComesWithTheHeaderIsHeard() {
        ingress.play("C!: " + V1 + "EHLO client.example\\r\\nMAIL FROM:<>\\r\\n\nS: 220 *\nS: 250 *\nS: 250 2.1.0 *\n");
    }

    @Test
    void aHeaderMayComeInPieces() {
        ingress.play("C!: PROXY TCP4 192.0\nS: <silence 50>\nC!: .2.1 203.0.113.9 51000 25\\r\\n\n" + MAIL);
        assertThat(client()).isEqualTo("192.0.2.1");
    }

    @Test
    void limitsAreTheClients() {
        try (Conversation first = ingress.open()) {
            first.play("C!: " + V1 + "\nS: 220 *\n");
            ingress.play("C!: " + V1 + "\nS: 421 4.7.0 *\nS: <closed>\n");
            ingress.play("C!: " + V1.replace("192.0.2.1", "192.0.2.2") + "\n" + MAIL);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EHLO client.example\\r\\n",
                "PROXY TCP4 192.0.2.1\\r\\n",
                "PROXY TCP4 192.0.2.256 203.0.113.9 51000 25\\r\\n",
                "PROXY TCP4 192.0.2.1 203.0.113.9 51000 25 and so on and so on and so on and so on and so on and so on"
                        + " and so on and so on\\r\\n"
            })
    void aConnectionWithoutAHeaderIsClosed(String begin) {
        ingress.play("C!: " + begin + "\nS: <closed>\n");
        await().until(() -> ingress.count("backupmx.ingress.connections", "outcome", "no_proxy_header") == 1);
    }

    @Test
    void nobodyElsesHeaderCounts() {
        ingress.close();
        ingress = new TestIngress(tuning -> tuning.proxies = List.of("192.0.2.0/24"));
        ingress.play("S: 220 *\nC!: " + V1 + "\nS: 500 5.5.2 *\n");
    }

    @Test
    void aProxyThatGoesWithoutAWordIsGone() {
        ingress.play("S: <silence 50>\nC: <close>\n");
    }

    private String client() {
        return ingress.spool.only().only().envelope().arrival().clientAddress();
    }

    /** As octets of a dialogue. */
    private static String version2(int versionAndCommand, int family, String... addresses) {
        int length = addresses.length == 0
                ? 0
                : 2 * InetAddress.ofLiteral(addresses[0]).getAddress().length + 4;
        ByteBuffer header = ByteBuffer.allocate(16 + length)
                .put(HexFormat.of().parseHex(SIGNATURE))
                .put((byte) versionAndCommand)
                .put((byte) family)
                .putShort((short) length);
        for (String address : addresses) {
            header.put(InetAddress.ofLiteral(address).getAddress());
        }
        StringBuilder text = new StringBuilder();
        for (byte octet : header.array()) {
            text.append("\\x").append(HexFormat.of().toHexDigits(octet));
        }
        return text.toString();
    }
}
