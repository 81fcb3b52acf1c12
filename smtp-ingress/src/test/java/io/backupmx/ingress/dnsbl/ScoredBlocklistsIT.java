package io.backupmx.ingress.dnsbl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.DnsConfig;
import io.backupmx.config.DnsblConfig;
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

/** Lists that are in trouble. */
class ScoredBlocklistsIT {

    private final FakeDns dns = FakeDns.started();
    private final AtomicLong now = new AtomicLong();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Blocklists lists = ScoredBlocklists.of(
            new DnsblConfig(List.of("silent.test", "bad.test"), 1),
            new DnsConfig(List.of(dns.address()), Duration.ofSeconds(1)),
            metrics,
            now::get);

    @AfterEach
    void close() {
        dns.close();
    }

    private Optional<String> listing(String client) throws Exception {
        return lists.listing(InetAddress.ofLiteral(client)).await(10, TimeUnit.SECONDS);
    }

    /** A hundred and fifty wait for the one, which is more than all lists together bear with. */
    @Test
    void oneThatIsSilentKeepsNoOtherFromBeingAsked() throws Exception {
        List<Future<Optional<String>>> listings = new ArrayList<>();
        for (int i = 1; i <= 150; i++) {
            dns.isSilentOn(i + ".2.0.192.silent.test").address(i + ".2.0.192.bad.test", "127.0.0.2");
            listings.add(lists.listing(InetAddress.ofLiteral("192.0.2." + i)));
            int asked = i;
            if (i % 25 == 0) {
                await().until(() -> dns.questions().stream()
                                .filter(question -> question.contains(".bad.test "))
                                .count()
                        == asked);
            }
        }
        for (Future<Optional<String>> listing : listings) {
            assertThat(listing.await(10, TimeUnit.SECONDS)).contains("bad.test");
        }
    }

    @Test
    void aVerdictInDoubtCountsForSeconds() throws Exception {
        dns.isSilentOn("1.2.0.192.silent.test");
        dns.address("2.2.0.192.bad.test", "127.0.0.2");
        assertThat(listing("192.0.2.1")).isEmpty();
        assertThat(listing("192.0.2.2")).contains("bad.test");
        dns.forget("1.2.0.192.silent.test").address("1.2.0.192.silent.test", "127.0.0.2");
        now.addAndGet(Duration.ofSeconds(4).toNanos());
        assertThat(listing("192.0.2.1")).isEmpty();
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(listing("192.0.2.1")).contains("silent.test");
        assertThat(dns.questions())
                .filteredOn(question -> question.startsWith("2.2.0.192.silent.test "))
                .hasSize(1);
    }
}
