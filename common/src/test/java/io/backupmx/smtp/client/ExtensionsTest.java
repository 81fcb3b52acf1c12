package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.SmtpReply;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ExtensionsTest {

    private static final Extensions NOTHING =
            new Extensions(false, false, false, false, false, false, OptionalLong.empty());

    @Test
    void keywordsAreReadInAnyCase() {
        assertThat(of("mx.example", "pipelining", "8BitMime", "SMTPUTF8", "dsn", "StartTLS", "Size 1000"))
                .isEqualTo(new Extensions(true, true, true, true, true, true, OptionalLong.of(1000)));
    }

    @Test
    void requireTlsIsWorthNothingFromSomebodyUnknown() {
        Extensions offered = of("mx", "RequireTLS", "PIPELINING", "SIZE 1000");
        assertThat(offered.requireTls()).isTrue();
        assertThat(offered.ofStranger()).isEqualTo(of("mx", "PIPELINING", "SIZE 1000"));
    }

    @Test
    void theFirstLineIsAGreeting() {
        assertThat(of("PIPELINING")).isEqualTo(NOTHING);
        assertThat(NOTHING.extended()).isTrue();
        assertThat(Extensions.NONE.extended()).isFalse();
    }

    @Test
    void sizeMayStateNoLimit() {
        assertThat(of("mx", "SIZE"))
                .isEqualTo(new Extensions(false, false, false, false, false, true, OptionalLong.empty()));
        assertThat(of("mx", "SIZE 0").maxSizeBytes()).isEmpty();
        assertThat(of("mx", "SIZE lots").maxSizeBytes()).isEmpty();
        assertThat(of("mx", "SIZE 99999999999999999999").maxSizeBytes()).isEmpty();
    }

    @Test
    void argumentsOfAuthAndXforwardAreRead() {
        Extensions offered = of("mx", "AUTH plain LOGIN", "xforward NAME addr");
        assertThat(offered.auth()).containsExactlyInAnyOrder("PLAIN", "LOGIN");
        assertThat(offered.xforward()).containsExactlyInAnyOrder("NAME", "ADDR");
    }

    @Test
    void unknownKeywordsAndEmptyLinesAreIgnored() {
        assertThat(of("mx", "", "XFOO bar", "ETRN")).isEqualTo(NOTHING);
    }

    private static Extensions of(String... lines) {
        return Extensions.of(new SmtpReply(250, Optional.empty(), List.of(lines)));
    }
}
