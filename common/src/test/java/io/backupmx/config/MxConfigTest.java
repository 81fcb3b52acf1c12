package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MxConfigTest {

    @Test
    void dnsServersHaveAPortOrTheUsualOne() {
        DnsConfig dns =
                new DnsConfig(List.of("192.0.2.1", "192.0.2.1:5353", "::1", "[::1]:5353"), Duration.ofSeconds(1));

        assertThat(dns.serverAddresses())
                .containsExactly(
                        new InetSocketAddress("192.0.2.1", 53),
                        new InetSocketAddress("192.0.2.1", 5353),
                        new InetSocketAddress("::1", 53),
                        new InetSocketAddress("::1", 5353));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            dns.servers=[dns.example.org]        | dns.servers: 'dns.example.org' is no address
            dns.servers=['192.0.2.1:x']          | dns.servers: '192.0.2.1:x' is no address
            dns.timeout=1ms                      | dns.timeout: 1ms is not within
            mx.self=['not a name']               | mx.self: 'not a name' is no host name and no address
            mx.port=0                            | mx.port: 0 is not within
            mx.back_off=1500ms                   | mx.back_off: 1s500ms is not whole seconds
            mx.back_off=5m                       | mx.back_off_max: is shorter than back_off
            """)
    void whatMakesNoSenseIsSaid(String setting, String problem) {
        String[] parts = setting.split("=", 2);

        assertThatThrownBy(() -> ConfigLoader.load(Optional.empty(), Map.of(), Map.of(parts[0], parts[1])))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.problems()).anyMatch(one -> one.startsWith(problem)));
    }

    @Test
    void namesAndAddressesOfOursAreTold() {
        MxConfig usual = MxConfig.DEFAULT;
        assertThat(new MxConfig(
                                List.of("mx2.example.org", "192.0.2.1", "2001:db8::1"),
                                usual.port(),
                                usual.connectionsPerDestination(),
                                usual.backOff(),
                                usual.backOffMax())
                        .self())
                .hasSize(3);
    }
}
