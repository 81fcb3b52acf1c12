package io.backupmx.worker.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.DnsConfig;
import io.backupmx.mail.Content;
import io.backupmx.routing.RecordLookup;
import io.backupmx.testing.FakeDns;
import io.backupmx.worker.dsn.Samples;
import io.backupmx.worker.report.Authenticity.Verdict;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.apache.james.jdkim.DKIMSigner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client is 192.0.2.1, as the samples have it. */
class SenderAuthenticityTest {

    private static final String MAIL =
            "From: Alice <alice@client.example>\r\nTo: b@example.test\r\nSubject: Hello\r\n\r\nThe text.\r\n";
    private static final KeyPair KEYS = keys();

    private final FakeDns dns = FakeDns.started();
    private final Authenticity authenticity =
            new SenderAuthenticity(new RecordLookup(new DnsConfig(List.of(dns.address()), Duration.ofMillis(300))));

    @AfterEach
    void close() {
        dns.close();
    }

    private Verdict judge(String sender, String mail) throws Exception {
        Content content = Content.of(mail.getBytes(StandardCharsets.US_ASCII));
        return authenticity.judge(Samples.from(sender, Samples.recipient("b@example.test")), content);
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(1024);
            return generator.generateKeyPair();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String signed(String domain, String tags) throws Exception {
        String template =
                "v=1; a=rsa-sha256; c=relaxed/simple; d=" + domain + "; s=sel; h=from:to:subject; " + tags + "bh=; b=;";
        String field = new DKIMSigner(template, KEYS.getPrivate())
                .sign(new ByteArrayInputStream(MAIL.getBytes(StandardCharsets.US_ASCII)));
        return field + "\r\n" + MAIL;
    }

    private void publish(String domain) {
        dns.text("sel._domainkey." + domain, key(KEYS, ""));
    }

    private static String key(KeyPair keys, String tags) {
        return "v=DKIM1; k=rsa; " + tags + "p="
                + Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
    }

    @Test
    void spfPassIsEnough() throws Exception {
        dns.text("client.example", "unrelated").text("client.example", "v=spf1 a:out.client.example -all");
        dns.address("out.client.example", "192.0.2.1");
        assertThat(judge("alice@client.example", MAIL)).isEqualTo(new Verdict.Authentic("SPF pass for 192.0.2.1"));
    }

    @Test
    void itsExchangersMaySendForIt() throws Exception {
        dns.text("client.example", "").text("client.example", "v=spf1 mx -all");
        dns.mx("client.example", 10, "other.client.example").mx("client.example", 20, "mx.client.example");
        dns.address("other.client.example", "192.0.2.9").address("mx.client.example", "192.0.2.1");
        assertThat(judge("alice@client.example", MAIL)).isEqualTo(new Verdict.Authentic("SPF pass for 192.0.2.1"));
        dns.text("outer.example", "v=spf1 include:client.example -all");
        assertThat(judge("alice@outer.example", MAIL)).isEqualTo(new Verdict.Authentic("SPF pass for 192.0.2.1"));
    }

    @Test
    void noRecordAndEveryOtherResultIsNot() throws Exception {
        assertThat(judge("alice@unknown.example", MAIL)).isInstanceOf(Verdict.NotAuthentic.class);
        for (String record :
                List.of("v=spf1 -all", "v=spf1 ~all", "v=spf1 ?all", "v=spf1 nonsense", "v=spf1 mx -all")) {
            dns.forget("client.example").text("client.example", record);
            assertThat(judge("alice@client.example", MAIL)).as(record).isInstanceOf(Verdict.NotAuthentic.class);
        }
    }

    @Test
    void aSignatureOfTheSendersDomainIsEnough() throws Exception {
        dns.text("client.example", "v=spf1 -all");
        publish("client.example");
        assertThat(judge("alice@client.example", signed("client.example", "")))
                .isEqualTo(new Verdict.Authentic("DKIM of client.example"));
    }

    /** Nobody has signed the reverse-path: anybody can send what somebody else had signed. */
    @Test
    void aSignatureForSomebodyElseSaysNothing() throws Exception {
        publish("client.example");
        for (String sender : List.of("bob@client.example", "x+1@bounces.client.example")) {
            assertThat(judge(sender, signed("client.example", ""))).as(sender).isInstanceOf(Verdict.NotAuthentic.class);
        }
        assertThat(judge("bob@client.example", "From: bob@client.example\r\n" + signed("client.example", "")))
                .isInstanceOf(Verdict.NotAuthentic.class);
    }

    @Test
    void aDomainThatOnlyTriesSaysNothing() throws Exception {
        dns.text("sel._domainkey.client.example", key(KEYS, "t=y; "));
        assertThat(judge("alice@client.example", signed("client.example", "")))
                .isInstanceOf(Verdict.NotAuthentic.class);
    }

    @Test
    void aBrokenOneIsNot() throws Exception {
        publish("client.example");
        String signed = signed("client.example", "");
        assertThat(judge("alice@client.example", signed.replace("The text", "Another text")))
                .isInstanceOf(Verdict.NotAuthentic.class);
        assertThat(judge("alice@client.example", signed.replace("Hello", "Goodbye")))
                .isInstanceOf(Verdict.NotAuthentic.class);
    }

    /** Nor are their keys asked for. */
    @Test
    void othersSignaturesSayNothing() throws Exception {
        publish("other.example");
        publish("sub.client.example");
        assertThat(judge("alice@client.example", signed("other.example", ""))).isInstanceOf(Verdict.NotAuthentic.class);
        assertThat(judge("alice@client.example", signed("sub.client.example", "")))
                .isInstanceOf(Verdict.NotAuthentic.class);
        assertThat(dns.questions()).noneMatch(question -> question.contains("_domainkey"));
    }

    /** Somebody else may have written the rest. */
    @Test
    void aSignatureOfABeginningSaysNothing() throws Exception {
        publish("client.example");
        assertThat(judge("alice@client.example", signed("client.example", "l=3; ")))
                .isInstanceOf(Verdict.NotAuthentic.class);
    }

    @Test
    void aDnsThatDoesNotAnswerDecidesNothing() throws Exception {
        dns.fails("client.example");
        assertThat(judge("alice@client.example", MAIL)).isInstanceOf(Verdict.Undecided.class);
        dns.forget("client.example").text("client.example", "v=spf1 -all").fails("sel._domainkey.client.example");
        assertThat(judge("alice@client.example", signed("client.example", ""))).isInstanceOf(Verdict.Undecided.class);
    }

    /** RFC 7208 §4.6.4. */
    @Test
    void aRecordThatAsksForEverIsGivenUp() throws Exception {
        dns.text("client.example", "v=spf1 include:client.example -all");
        assertThat(judge("alice@client.example", MAIL)).isInstanceOf(Verdict.NotAuthentic.class);
        assertThat(dns.questions().size()).isLessThan(50);
    }
}
