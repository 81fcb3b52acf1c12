package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostPortTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:2525, 127.0.0.1, 2525",
        "0.0.0.0:25, 0.0.0.0, 25",
        "[::1]:25, ::1, 25",
        "[::]:0, ::, 0",
        "localhost:65535, localhost, 65535"
    })
    void addressesAreReadAndWritten(String text, String host, int port) {
        assertThat(HostPort.parse(text)).contains(new HostPort(host, port));
        assertThat(HostPort.of(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "25",
                ":25",
                "*:25",
                "127.0.0.1",
                "127.0.0.1:",
                "127.0.0.1:65536",
                "127.0.0.1:-1",
                "256.0.0.1:25",
                "127.1:25",
                "::1:25",
                "[::1]",
                "[127.0.0.1]:25",
                "[::g]:25",
                "a b:25",
                "smtp://localhost:25"
            })
    void otherTextIsRefused(String text) {
        assertThat(HostPort.parse(text)).isEmpty();
    }
}
