package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DnsblSiteTest {

    @ParameterizedTest
    @CsvSource({
        "zen.example, 127.0.0.2, true",
        "zen.example, 127.0.1.255, true",
        "zen.example, 127.255.255.252, false",
        "zen.example, 192.0.2.1, false",
        "zen.example, ::1, false",
        "zen.example=127.0.0.2, 127.0.0.2, true",
        "zen.example=127.0.0.2, 127.0.0.3, false",
        "zen.example=127.0.[0..2].[1;4..6], 127.0.2.5, true",
        "zen.example=127.0.[0..2].[1;4..6], 127.0.2.3, false",
        "zen.example=127.0.[0..2].[1;4..6], 127.0.3.5, false",
        "zen.example=127.255.255.254*2, 127.255.255.254, true"
    })
    void anAnswerCountsOrNot(String site, String answer, boolean counts) {
        assertThat(DnsblSite.parse(site).orElseThrow().isListing(InetAddress.ofLiteral(answer)))
                .isEqualTo(counts);
    }

    @Test
    void aScoreIsOneUnlessWritten() {
        assertThat(DnsblSite.parse("zen.example").orElseThrow().score()).isEqualTo(1);
        assertThat(DnsblSite.parse("zen.example*3").orElseThrow().score()).isEqualTo(3);
        assertThat(DnsblSite.parse("zen.example=127.0.0.2*-4").orElseThrow().score())
                .isEqualTo(-4);
        assertThat(DnsblSite.parse("zen.example=127.0.0.2*-4").orElseThrow().zone())
                .isEqualTo("zen.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*2",
                "zen.example*",
                "zen.example*x",
                "zen.example=",
                "zen.example=127.0.0",
                "zen.example=127.0.0.256",
                "zen.example=127.0.0.[5..2]",
                "zen.example=127.0.0.[]",
                "zen.example=127.0.0.2.3",
                "-.example",
                "a b"
            })
    void whatIsNoListIsNone(String text) {
        assertThat(DnsblSite.parse(text)).isEmpty();
    }
}
