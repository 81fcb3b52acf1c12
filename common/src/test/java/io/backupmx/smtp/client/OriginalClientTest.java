package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginalClientTest {

    private static final Set<String> ALL = Set.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE");

    @Test
    void whatIsKnownIsSaidAndNothingElse() {
        assertThat(new OriginalClient("192.0.2.7", "client.example", "ESMTPS", "4Xq2").command(ALL))
                .contains("XFORWARD ADDR=192.0.2.7 PROTO=ESMTP HELO=client.example IDENT=4Xq2 SOURCE=REMOTE\r\n");
        assertThat(new OriginalClient("192.0.2.7", "", "SMTP", "4Xq2").command(ALL))
                .contains("XFORWARD ADDR=192.0.2.7 PROTO=SMTP IDENT=4Xq2 SOURCE=REMOTE\r\n");
    }

    @Test
    void onlyWhatIsOffered() {
        OriginalClient client = new OriginalClient("192.0.2.7", "client.example", "ESMTP", "4Xq2");
        assertThat(client.command(Set.of("ADDR", "HELO"))).contains("XFORWARD ADDR=192.0.2.7 HELO=client.example\r\n");
        assertThat(client.command(Set.of("NAME", "PORT"))).isEmpty();
        assertThat(client.command(Set.of())).isEmpty();
    }

    @Test
    void addressesOfIpv6AreMarked() {
        assertThat(new OriginalClient("2001:db8::7", "h", "ESMTP", "1").command(Set.of("ADDR")))
                .contains("XFORWARD ADDR=IPv6:2001:db8::7\r\n");
    }

    /** What a client says of itself must not become a command of ours, nor another attribute. */
    @Test
    void valuesAreInXtext() {
        assertThat(new OriginalClient("192.0.2.7", "a b=c+d\r\nü", "ESMTP", "1").command(Set.of("HELO")))
                .contains("XFORWARD HELO=a+20b+3Dc+2Bd+0D+0A+C3+BC\r\n");
    }

    @Test
    void theCommandIsNeverTooLong() {
        assertThat(new OriginalClient("192.0.2.7", "h".repeat(301), "ESMTP", "1").command(ALL))
                .contains("XFORWARD ADDR=192.0.2.7 PROTO=ESMTP IDENT=1 SOURCE=REMOTE\r\n");
        assertThat(new OriginalClient("2001:db8:1:2:3:4:5:6", "h".repeat(300), "ESMTP", "1".repeat(80)).command(ALL))
                .hasValueSatisfying(command -> assertThat(command).hasSizeLessThan(513));
    }

    /** At the primary it would be another's, and one that is trusted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.0.0.1",
                "::1",
                "::ffff:127.0.0.1",
                "0.0.0.0",
                "::",
                "10.0.0.1",
                "172.17.0.1",
                "192.168.1.1",
                "169.254.1.1",
                "fe80::1",
                "fe80::1%eth0",
                "2001:db8::7%eth0",
                "fd00::1",
                "fc00::1",
                "fec0::1",
                "client.example"
            })
    void ofNoPublicAddressNothingIsSaid(String address) {
        assertThat(new OriginalClient(address, "client.example", "ESMTP", "4Xq2").command(ALL))
                .isEmpty();
    }

    @Test
    void mailMadeHereHasNoClient() {
        assertThat(new OriginalClient("192.0.2.7", "backup.example", "local", "4Xq2").command(ALL))
                .isEmpty();
    }
}
