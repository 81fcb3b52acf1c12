package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8461 §3.1, §3.2 and §4.1. */
final class StsPolicyTest {

    private static final String GOOD =
            "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n";

    @Test
    void thePolicyOfTheStandardIsOne() {
        assertThat(StsPolicy.parse(GOOD))
                .contains(new StsPolicy(true, List.of("mail.example.com", "*.example.net"), Duration.ofDays(7)));
        assertThat(StsPolicy.parse(GOOD.replace("\r\n", "\n").replace(": ", ":")))
                .isPresent();
        assertThat(StsPolicy.parse("version: STSv1\nmode: none\nmax_age: 86400\n"))
                .contains(new StsPolicy(false, List.of(), Duration.ofDays(1)));
        assertThat(StsPolicy.parse(GOOD + "later: something\n")).isPresent();
        assertThat(StsPolicy.parse(GOOD.replace("enforce", "testing"))
                        .orElseThrow()
                        .enforced())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "STSv1, STSv2",
        "enforce, demand",
        "max_age: 604800, ''",
        "604800, -1",
        "604800, 99999999999",
        "mx: mail.example.com, mx",
        "version, Version",
    })
    void whatIsNoPolicyIsNone(String part, String by) {
        assertThat(StsPolicy.parse(GOOD.replace(part, by))).isEmpty();
    }

    @Test
    void aPolicyWithoutExchangersIsNone() {
        assertThat(StsPolicy.parse("version: STSv1\nmode: enforce\nmax_age: 86400\n"))
                .isEmpty();
        assertThat(StsPolicy.parse("<html>\n")).isEmpty();
        assertThat(StsPolicy.parse("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "mail.example.com,  true",
        "MAIL.example.com,  true",
        "a.example.net,     true",
        "a.b.example.net,   false",
        "example.net,       false",
        "example.com,       false",
        "x.mail.example.com, false",
    })
    void aHostIsNamedOrNot(String host, boolean named) {
        assertThat(StsPolicy.parse(GOOD).orElseThrow().names(host)).isEqualTo(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"v=STSv1; id=20160831085700Z;", "v=STSv1;id=20160831085700Z", "v=STSv1 ; id = 20160831085700Z "})
    void aRecordHasAnId(String record) {
        assertThat(StsPolicies.id(List.of("v=spf1 -all", record))).contains("20160831085700Z");
        assertThat(StsPolicies.id(List.of(record, record))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v=STSv1",
                "v=STSv2; id=1",
                "id=1; v=STSv1",
                "v=STSv1; id=",
                "v=STSv1; id=a-b",
                "v=STSv12; id=1"
            })
    void aRecordThatIsNone(String record) {
        assertThat(StsPolicies.id(List.of(record))).isEmpty();
    }
}
