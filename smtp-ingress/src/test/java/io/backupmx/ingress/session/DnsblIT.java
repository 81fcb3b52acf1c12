package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.DnsConfig;
import io.backupmx.config.DnsblConfig;
import io.backupmx.ingress.dnsbl.ScoredBlocklists;
import io.backupmx.testing.FakeDns;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that are in lists in the DNS; a proxy says which client it is. */
class DnsblIT {

    private static FakeDns dns;
    private static SimpleMeterRegistry metrics;
    private static TestIngress ingress;

    @BeforeAll
    static void start() {
        dns = FakeDns.started();
        metrics = new SimpleMeterRegistry();
        ingress = new TestIngress(tuning -> {
            tuning.proxies = List.of("127.0.0.1");
            tuning.trustedNetworks = List.of("192.0.2.77");
            tuning.blocklists = ScoredBlocklists.of(
                    new DnsblConfig(
                            List.of(
                                    "bad.test*2",
                                    "worse.test=127.0.0.[10..11]*3",
                                    "soso.test",
                                    "good.test*-5",
                                    "dark.test*9",
                                    "silent.test*9"),
                            2),
                    new DnsConfig(List.of(dns.address()), Duration.ofMillis(200)),
                    metrics);
        });
        zones();
    }

    private static void zones() {
        dns.address("1.2.0.192.bad.test", "127.0.0.2");
        dns.address("2.2.0.192.worse.test", "127.0.0.11").address("2.2.0.192.bad.test", "127.0.0.2");
        dns.address("3.2.0.192.worse.test", "127.0.0.12").address("3.2.0.192.soso.test", "127.0.0.2");
        dns.address("4.2.0.192.bad.test", "127.0.0.2").address("4.2.0.192.good.test", "127.0.0.2");
        dns.address("5.2.0.192.bad.test", "127.255.255.254"); // "you ask too much"
        dns.address("6.2.0.192.bad.test", "192.0.2.1"); // a domain that was sold
        dns.fails("7.2.0.192.dark.test").fails("7.2.0.192.bad.test");
        dns.isSilentOn("8.2.0.192.silent.test").address("8.2.0.192.bad.test", "127.0.0.2");
        dns.isSilentOn("9.2.0.192.silent.test");
        dns.address("10.2.0.192.bad.test", "127.0.0.2").fails("10.2.0.192.good.test");
        dns.address("77.2.0.192.bad.test", "127.0.0.2");
        dns.address("b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bad.test", "127.0.0.2");
    }

    @AfterAll
    static void stop() {
        ingress.awaitNothingHeld();
        ingress.close();
        dns.close();
    }

    @Test
    void whoIsListedIsRefusedWithTheListsName() {
        assertRefused("192.0.2.1", "bad.test");
    }

    @Test
    void theListThatCountsMostIsNamed() {
        assertRefused("192.0.2.2", "worse.test");
    }

    @Test
    void ipv6IsAskedByItsNibbles() {
        assertRefused("2001:db8::567:89ab", "bad.test");
    }

    @Test
    void otherAnswersAndLowScoresDoNotCount() {
        assertTaken("192.0.2.3");
    }

    @Test
    void aGoodListOutweighsABadOne() {
        assertTaken("192.0.2.4");
    }

    @Test
    void aListThatRefusesToSayLetsIn() {
        assertTaken("192.0.2.5");
        assertTaken("192.0.2.6");
    }

    @Test
    void listsThatFailLetIn() {
        assertTaken("192.0.2.7");
        assertThat(metrics.get("backupmx.ingress.dnsbl.lookups")
                        .tag("result", "unavailable")
                        .counter()
                        .count())
                .isPositive();
    }

    @Test
    void aListThatIsSilentKeepsNoOtherFromCounting() {
        assertRefused("192.0.2.8", "bad.test");
        assertTaken("192.0.2.9");
    }

    @Test
    void aGoodListThatFailsCountsForTheClient() {
        assertTaken("192.0.2.10");
    }

    @Test
    void whoIsTrustedIsNotAskedAbout() {
        assertTaken("192.0.2.77");
        assertThat(dns.questions()).noneMatch(question -> question.startsWith("77.2.0.192."));
    }

    @Test
    void aClientIsAskedAboutOnce() {
        assertTaken("192.0.2.30");
        assertTaken("192.0.2.30");
        assertThat(dns.questions())
                .filteredOn(question -> question.startsWith("30.2.0.192.soso.test "))
                .hasSize(1);
    }

    @Test
    void nobodyIsAskedAboutForARecipientWhoGetsNoMail() {
        ingress.play(from("192.0.2.31") + "C: RCPT TO:<nobody@example.test>\nS: 550 5.1.1 *\n");
        assertThat(dns.questions()).noneMatch(question -> question.startsWith("31.2.0.192."));
    }

    private static void assertRefused(String client, String zone) {
        ingress.play(from(client) + "C: RCPT TO:<alice@example.test>\n"
                + "S: 554 5.7.1 <alice@example.test>: Client host rejected: your address is listed by " + zone + "\n"
                + "C: RCPT TO:<Postmaster@example.test>\nS: 250 *\nC: RCPT TO:<abuse@example.test>\nS: 250 *\n"
                + "C: RCPT TO:<postmaster>\nS: 250 *\n");
    }

    private static void assertTaken(String client) {
        ingress.play(from(client) + "C: RCPT TO:<alice@example.test>\nS: 250 2.1.5 Ok\n");
    }

    private static String from(String client) {
        String family = client.contains(":") ? "TCP6" : "TCP4";
        String us = client.contains(":") ? "2001:db8::9" : "192.0.2.99";
        return "C!: PROXY " + family + " " + client + " " + us + " 1024 25\\r\\n\n"
                + "S: 220 *\nC: EHLO client.example\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\n";
    }
}
