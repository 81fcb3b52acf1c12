package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

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

    @Test
    void mailMadeHereHasNoClient() {
        assertThat(new OriginalClient("", "", "SMTP", "4Xq2").command(ALL))
                .contains("XFORWARD IDENT=4Xq2 SOURCE=LOCAL\r\n");
    }
}
