package io.backupmx.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReceivedHeaderTest {

    private static final Instant AT = Instant.parse("2026-03-01T07:08:09.5Z");

    @Test
    void saysAllThatRfc5321Wants() {
        assertThat(header("client.example", "192.0.2.1", false, "alice@example.test"))
                .isEqualTo("""
                        Received: from client.example ([192.0.2.1])\r
                        \tby backup.example with ESMTP id 0123456789ABCDEF\r
                        \tfor <alice@example.test>;\r
                        \tSun, 1 Mar 2026 07:08:09 +0000\r
                        """);
    }

    @Test
    void tlsIsToldInPostfixsWords() {
        Envelope plain = envelope("client.example", "192.0.2.1", false, "alice@example.test");
        Arrival arrival = new Arrival(
                AT,
                "192.0.2.1",
                "client.example",
                "ESMTPS",
                Optional.of(new TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384")),
                Domain.of("backup.example"));
        Envelope envelope = new Envelope(
                plain.queueId(),
                arrival,
                plain.from(),
                plain.recipients(),
                plain.body(),
                false,
                Optional.empty(),
                Optional.empty(),
                0);
        assertThat(ReceivedHeader.of(envelope, ZoneOffset.UTC)).isEqualTo("""
                        Received: from client.example ([192.0.2.1])\r
                        \t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r
                        \tby backup.example with ESMTPS id 0123456789ABCDEF\r
                        \tfor <alice@example.test>;\r
                        \tSun, 1 Mar 2026 07:08:09 +0000\r
                        """);
        assertThat(new TlsFacts("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256").bits())
                .isEqualTo(128);
    }

    @Test
    void severalRecipientsAreNotNamed() {
        assertThat(header("c", "192.0.2.1", false, "alice@example.test", "bob@example.test"))
                .doesNotContain("alice", "bob")
                .contains("id 0123456789ABCDEF;\r\n\tSun");
    }

    @Test
    void anIpv6AddressIsTagged() {
        assertThat(header("c", "2001:db8::1", false, "a@b.test")).contains("([IPv6:2001:db8::1])");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[192.0.2.7]         | [192.0.2.7]",
                "[IPv6:2001:db8::7]  | [IPv6:2001:db8::7]",
                "a (b) <c> \"d\"     | a??b???c???d?",
                "x\\y;z@w            | x?y?z?w",
                "ümlaut.example      | ?mlaut.example",
                "''                  | unknown",
            })
    void aHeloIsMadeSafe(String said, String shown) {
        assertThat(header(said, "192.0.2.1", false, "a@b.test")).startsWith("Received: from " + shown + " (");
    }

    @Test
    void aHeloCannotAddALine() {
        assertThat(header("a\r\nSubject: x\r\n", "192.0.2.1", false, "a@b.test"))
                .startsWith("Received: from a??Subject:?x?? ([");
    }

    @Test
    void anEndlessHeloIsCut() {
        assertThat(header("x".repeat(5000), "192.0.2.1", false, "a@b.test")).hasSizeLessThan(500);
    }

    @Test
    void aRecipientBeyondAsciiIsNamed() {
        assertThat(header("c", "192.0.2.1", false, "jürgen@example.test")).contains("for <jürgen@example.test>");
    }

    @Test
    void theDateIsTheZones() {
        Envelope envelope = envelope("c", "192.0.2.1", false, "a@b.test");
        assertThat(ReceivedHeader.of(envelope, ZoneId.of("Asia/Kolkata")))
                .endsWith("\tSun, 1 Mar 2026 12:38:09 +0530\r\n");
    }

    @ParameterizedTest
    @CsvSource({"2026-03-01T07:08:09.5Z, 0", "2026-11-30T23:59:59Z, 1"})
    void itsLeastSizeIsThatOfADayOfOneDigit(Instant at, int longer) {
        Envelope envelope = envelope("client.example", "192.0.2.1", false, "jürgen@example.test");
        Envelope arrived = new Envelope(
                envelope.queueId(),
                new Arrival(at, "192.0.2.1", "client.example", "ESMTP", Domain.of("backup.example")),
                envelope.from(),
                envelope.recipients(),
                envelope.body(),
                true,
                Optional.empty(),
                Optional.empty(),
                0);
        byte[] octets = ReceivedHeader.of(arrived, ZoneOffset.UTC).getBytes(StandardCharsets.UTF_8);
        assertThat(ReceivedHeader.leastOctets(arrived)).isEqualTo(octets.length - longer);
    }

    private static String header(String helo, String address, boolean utf8, String... recipients) {
        return ReceivedHeader.of(envelope(helo, address, utf8, recipients), ZoneOffset.UTC);
    }

    private static Envelope envelope(String helo, String address, boolean utf8, String... recipients) {
        List<Recipient> paths = Stream.of(recipients)
                .map(r -> Recipient.of(ForwardPath.parse("<" + r + ">").orElseThrow()))
                .toList();
        return new Envelope(
                new QueueId("0123456789ABCDEF"),
                new Arrival(AT, address, helo, "ESMTP", Domain.of("backup.example")),
                new ReversePath.Null(),
                paths,
                BodyType.SEVEN_BIT,
                utf8,
                Optional.empty(),
                Optional.empty(),
                0);
    }
}
