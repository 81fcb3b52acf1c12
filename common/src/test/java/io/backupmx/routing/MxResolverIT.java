package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.DnsConfig;
import io.backupmx.smtp.Domain;
import io.backupmx.testing.FakeDns;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** RFC 5321 §5.1 and RFC 7505 against a DNS server that does what it is told. */
class MxResolverIT {

    private final FakeDns dns = FakeDns.started();
    private final MxResolver resolver = new MxResolver(
            new Dns(new DnsConfig(List.of(dns.address()), Duration.ofMillis(300))),
            new Self(Set.of("backup.example"), InetAddress.ofLiteral("192.0.2.99")::equals),
            new Random(1));

    @AfterEach
    void close() {
        dns.close();
    }

    private MailHosts resolve(String domain) {
        return resolver.resolve(Domain.of(domain));
    }

    @Test
    void mxHostsComeInTheirOrderWithAllAddresses() {
        dns.mx("x.test", 20, "b.test").mx("x.test", 10, "A.test");
        dns.address("a.test", "192.0.2.1").address("a.test", "2001:db8::1").address("b.test", "192.0.2.2");

        assertThat(resolve("x.test"))
                .isEqualTo(new MailHosts.Found(
                        "a.test,b.test",
                        List.of(
                                new MailHost(10, "a.test", List.of(literal("2001:db8::1"), literal("192.0.2.1"))),
                                new MailHost(20, "b.test", List.of(literal("192.0.2.2"))))));
    }

    @Test
    void withoutMxTheDomainsOwnAddressesCount() {
        dns.address("x.test", "192.0.2.1");

        assertThat(resolve("x.test"))
                .isEqualTo(new MailHosts.Found(
                        "x.test", List.of(new MailHost(0, "x.test", List.of(literal("192.0.2.1"))))));
    }

    @Test
    void anMxRecordWithoutAddressIsNoGroundForTheDomainsOwnAddress() {
        dns.mx("x.test", 10, "a.test").address("x.test", "192.0.2.1").empty("a.test");

        assertThat(resolve("x.test")).isEqualTo(new MailHosts.NotNow("no address is known of a.test"));
    }

    @Test
    void onlyANullMxIsForGood() {
        dns.mx("null.test", 0, ".").empty("empty.test").fails("broken.test");

        assertThat(resolve("null.test")).isEqualTo(new MailHosts.NullMx());
        assertThat(resolve("missing.test"))
                .isEqualTo(new MailHosts.NotNow("domain missing.test is not found in the DNS"));
        assertThat(resolve("empty.test")).isEqualTo(new MailHosts.NotNow("no address is known of empty.test"));
        assertThat(resolve("broken.test"))
                .isInstanceOfSatisfying(
                        MailHosts.NotNow.class,
                        not -> assertThat(not.why()).startsWith("no MX answer for broken.test: "));
    }

    @Test
    void aNullMxBesideOthersIsAMistake() {
        dns.mx("x.test", 0, ".").mx("x.test", 10, "a.test").address("a.test", "192.0.2.1");

        assertThat(resolve("x.test")).isInstanceOf(MailHosts.Found.class);
    }

    @Test
    void silenceEnds() {
        dns.isSilentOn("x.test");
        long began = System.nanoTime();

        assertThat(resolve("x.test")).isInstanceOf(MailHosts.NotNow.class);

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
    }

    /** Its other hosts will do. */
    @Test
    void aHostThatCannotBeResolvedHidesNoOther() {
        dns.mx("x.test", 10, "a.test").mx("x.test", 20, "b.test");
        dns.fails("a.test").address("b.test", "192.0.2.2");

        assertThat(resolve("x.test"))
                .isInstanceOfSatisfying(
                        MailHosts.Found.class, found -> assertThat(found.name()).isEqualTo("b.test"));
    }

    /** It may be we, by a name of the customer's. */
    @Test
    void whatIsPreferredLessThanAHostThatCannotBeResolvedWaitsForThat() {
        dns.mx("x.test", 10, "a.test").mx("x.test", 20, "dark.test").mx("x.test", 30, "c.test");
        dns.fails("dark.test").address("c.test", "192.0.2.3");

        assertThat(resolve("x.test"))
                .isInstanceOfSatisfying(
                        MailHosts.NotNow.class, not -> assertThat(not.why()).contains("dark.test"));
        dns.mx("y.test", 10, "b.test").mx("y.test", 20, "dark.test").mx("y.test", 30, "c.test");
        dns.address("b.test", "192.0.2.2");
        assertThat(resolve("y.test"))
                .isInstanceOfSatisfying(
                        MailHosts.Found.class, found -> assertThat(found.name()).isEqualTo("b.test"));
    }

    @Test
    void ourOwnNameIsOursWhenItCannotBeResolvedAnyMore() {
        dns.mx("x.test", 10, "a.test").mx("x.test", 20, "ours.test").mx("x.test", 30, "c.test");
        dns.address("a.test", "192.0.2.1").address("ours.test", "192.0.2.99").address("c.test", "192.0.2.3");
        assertThat(resolve("x.test")).isInstanceOf(MailHosts.Found.class);

        dns.forget("ours.test").fails("ours.test");
        dns.mx("z.test", 10, "ours.test").mx("z.test", 20, "c.test");
        assertThat(resolve("z.test")).isInstanceOf(MailHosts.LoopsBack.class);
    }

    @Test
    void mailForOurselvesLoopsBack() {
        dns.mx("x.test", 10, "backup.example").mx("x.test", 20, "a.test").address("a.test", "192.0.2.1");
        dns.mx("y.test", 10, "other.test").address("other.test", "192.0.2.99");
        dns.address("z.test", "192.0.2.99");

        for (String domain : List.of("x.test", "y.test", "z.test")) {
            assertThat(resolve(domain)).as(domain).isInstanceOf(MailHosts.LoopsBack.class);
        }
    }

    @Test
    void addressLiteralsAreNotAsked() {
        assertThat(resolve("[192.0.2.7]"))
                .isInstanceOfSatisfying(
                        MailHosts.Found.class,
                        found ->
                                assertThat(found.hosts().getFirst().addresses()).containsExactly(literal("192.0.2.7")));
        assertThat(resolve("[IPv6:2001:db8::7]")).isInstanceOf(MailHosts.Found.class);
        assertThat(dns.questions()).isEmpty();
    }

    @Test
    void answersAreKeptForAsLongAsTheySay() {
        dns.ttl(300)
                .mx("kept.test", 10, "a.test")
                .address("a.test", "192.0.2.1")
                .address("a.test", "2001:db8::1");

        MailHosts first = resolve("kept.test");
        int asked = dns.questions().size();

        assertThat(resolve("kept.test")).isEqualTo(first);
        assertThat(dns.questions()).hasSize(asked).contains("kept.test MX", "a.test A", "a.test AAAA");
    }

    private static InetAddress literal(String address) {
        return InetAddress.ofLiteral(address);
    }
}
