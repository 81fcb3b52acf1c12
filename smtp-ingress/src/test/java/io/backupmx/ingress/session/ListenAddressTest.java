package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {

    @Test
    void anAddressAndAPortAreTaken() {
        assertThat(ListenAddress.parse("0.0.0.0:25")).isEqualTo(new ListenAddress("0.0.0.0", 25));
        assertThat(ListenAddress.parse("localhost:0")).isEqualTo(new ListenAddress("localhost", 0));
        assertThat(ListenAddress.parse("[::1]:2525")).isEqualTo(new ListenAddress("::1", 2525));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "25",
                ":25",
                "127.0.0.1",
                "127.0.0.1:",
                "127.0.0.1:smtp",
                "127.0.0.1:65536",
                "::1:25",
                "[]:25"
            })
    void anythingElseIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenAddress.parse(text))
                .withMessageContaining("listen");
    }
}
