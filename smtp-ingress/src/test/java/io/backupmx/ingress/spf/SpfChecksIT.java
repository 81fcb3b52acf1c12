package io.backupmx.ingress.spf;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.DnsConfig;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spf.SpfResult;
import io.backupmx.testing.FakeDns;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpfChecksIT {

    private final FakeDns dns = FakeDns.started();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final AtomicLong now = new AtomicLong();
    private SenderPolicy policy = policy(Duration.ofSeconds(5));

    private SenderPolicy policy(Duration timeout) {
        return new SpfChecks(new DnsConfig(List.of(dns.address()), timeout), metrics, now::get);
    }

    @AfterEach
    void close() {
        dns.close();
    }

    private Optional<SpfResult> check(String client, String helo, String from) throws Exception {
        return policy.check(
                        InetAddress.ofLiteral(client),
                        helo,
                        ReversePath.parse(from).orElseThrow())
                .await(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    v=spf1 ip4:192.0.2.0/24 -all            | PASS
                    v=spf1 ip4:198.51.100.1 -all            | FAIL
                    v=spf1 ~all                             | SOFTFAIL
                    v=spf1 ?all                             | NEUTRAL
                    v=spf1 mx -all                          | PASS
                    v=spf1 include:other.test -all          | PASS
                    v=spf1 nonsense:x -all                  | PERMERROR
                    v=spf1 include:sender.test -all         | PERMERROR
                    v=spf1 include:failing.test -all        | TEMPERROR
                    some other text                         | NONE
                    """)
    void theDomainSays(String record, SpfResult result) throws Exception {
        dns.text("sender.test", record)
                .text("other.test", "v=spf1 ip4:192.0.2.1 -all")
                .mx("sender.test", 10, "mx.sender.test")
                .address("mx.sender.test", "192.0.2.1")
                .fails("failing.test");
        assertThat(check("192.0.2.1", "client.example", "<bob@sender.test>")).contains(result);
        assertThat(metrics.get("backupmx.ingress.spf.checks")
                        .tag("result", result.label())
                        .counter()
                        .count())
                .isOne();
    }

    @Test
    void whereThereIsNoSenderTheHeloIsAsked() throws Exception {
        dns.text("mail.sender.test", "v=spf1 ip6:2001:db8::/32 -all");
        assertThat(check("2001:db8::1", "mail.sender.test", "<>")).contains(SpfResult.PASS);
        assertThat(check("192.0.2.1", "mail.sender.test", "<>")).contains(SpfResult.FAIL);
        assertThat(check("192.0.2.1", "localhost", "<>")).contains(SpfResult.NONE);
    }

    @Test
    void anAnswerIsRememberedAndTroubleForLessLong() throws Exception {
        dns.text("sender.test", "v=spf1 -all").fails("away.test");
        check("192.0.2.1", "client.example", "<bob@sender.test>");
        check("192.0.2.1", "other.example", "<carol@sender.test>");
        assertThat(check("192.0.2.1", "client.example", "<bob@away.test>")).contains(SpfResult.TEMPERROR);
        dns.forget("away.test").text("away.test", "v=spf1 +all");
        assertThat(check("192.0.2.1", "client.example", "<bob@away.test>")).contains(SpfResult.TEMPERROR);
        now.addAndGet(SpfChecks.TROUBLE_REMEMBERED.toNanos());
        assertThat(check("192.0.2.1", "client.example", "<bob@away.test>")).contains(SpfResult.PASS);
        check("192.0.2.1", "client.example", "<bob@sender.test>");
        assertThat(asked("sender.test")).isOne();
    }

    private long asked(String name) {
        return dns.questions().stream()
                .filter(question -> question.equals(name + " type16"))
                .count();
    }

    /** The library takes a frame for each of its characters. */
    @Test
    void aTermWithoutEndIsAnError() throws Exception {
        dns.text("sender.test", "v=spf1 include:" + "a".repeat(20_000) + "! -all");
        assertThat(check("192.0.2.1", "client.example", "<bob@sender.test>")).contains(SpfResult.PERMERROR);
        long before = asked("sender.test");
        assertThat(check("192.0.2.1", "client.example", "<bob@sender.test>")).contains(SpfResult.PERMERROR);
        assertThat(asked("sender.test")).as("it is remembered").isEqualTo(before);
    }

    /** Silent domains would have all places, and those of the DNS, and keep everybody waiting. */
    @Test
    void ofOneClientFewAreAskedAboutAtOnceAndEachGivesItsPlaceBack() throws Exception {
        policy = policy(Duration.ofMillis(500));
        List<Future<Optional<SpfResult>>> answers = new ArrayList<>();
        for (int i = 0; i < 3 * SpfChecks.OF_ONE_CLIENT; i++) {
            dns.isSilentOn("silent" + i + ".test");
            answers.add(policy.check(
                    InetAddress.ofLiteral("192.0.2.1"),
                    "client.example",
                    ReversePath.parse("<bob@silent" + i + ".test>").orElseThrow()));
        }
        assertThat(answers.stream().filter(Future::isComplete)).as("not asked").hasSize(2 * SpfChecks.OF_ONE_CLIENT);
        dns.text("sender.test", "v=spf1 +all");
        assertThat(check("192.0.2.2", "client.example", "<bob@sender.test>")).contains(SpfResult.PASS);
        for (Future<Optional<SpfResult>> answer : answers) {
            assertThat(answer.await(10, TimeUnit.SECONDS)).contains(SpfResult.TEMPERROR);
        }
        assertThat(check("192.0.2.1", "client.example", "<bob@sender.test>")).contains(SpfResult.PASS);
    }
}
