package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.DnsConfig;
import io.backupmx.mail.BodyType;
import io.backupmx.mail.Content;
import io.backupmx.mail.Recipient;
import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.smtp.client.SmtpClientOptions;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.smtp.client.TlsDemand;
import io.backupmx.smtp.client.Transaction;
import io.backupmx.testing.PostfixPrimary;
import io.backupmx.testing.SignedDns;
import io.backupmx.testing.SystemTest;
import io.backupmx.testing.TestAuthority;
import io.backupmx.tls.Authorities;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each level against a real Postfix, which has another certificate for each name it is asked for, by names that BIND has signed and
 * validates.
 */
@SystemTest
class TlsToPostfixIT {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Domain US = Domain.of("backup.example");

    @TempDir
    private static Path directory;

    private static final ConcurrentMap<String, Integer> COUNTS = new ConcurrentHashMap<>();
    private static Vertx vertx;
    private static PostfixPrimary postfix;
    private static SignedDns dns;
    private static SmtpClient client;
    private static TlsDemands demands;
    private static AddressResolver resolver;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        TestAuthority ours = TestAuthority.in(directory.resolve("ours"));
        TestAuthority others = TestAuthority.in(directory.resolve("others"));
        Path good = ours.issue("good.signed.test");
        Path plain = ours.issue("good.plain.test");
        Path self = ours.selfSigned("self.signed.test");
        Files.writeString(
                directory.resolve("sni"),
                String.join(
                        "\n",
                        "good.signed.test " + good,
                        "wrong.signed.test " + good,
                        "bogus.signed.test " + good,
                        "alias.signed.test " + good,
                        "unusable.signed.test " + self,
                        "expired.signed.test " + withRoot(ours.issueExpired("expired.signed.test"), ours),
                        "self.signed.test " + self,
                        "stray.signed.test " + others.issue("stray.signed.test"),
                        "issuer.signed.test " + withRoot(ours.issue("issuer.signed.test"), ours),
                        "namesake.signed.test " + withRoot(plain, ours),
                        "good.plain.test " + plain,
                        ""));
        postfix = PostfixPrimary.stopped(
                "example.test",
                Map.of(
                        "smtpd_tls_security_level",
                        "may",
                        "smtpd_tls_chain_files",
                        self.toString(),
                        "tls_server_sni_maps",
                        "texthash:" + directory.resolve("sni"),
                        "smtpd_client_connection_count_limit",
                        "0"));
        postfix.start();
        dns = SignedDns.serving(
                zone(ours, good, self), "DEADBEEF", "DEADBEE0", """
                good A 127.0.0.1
                _%1$d._tcp.good TLSA 3 1 1 %2$s
                """.formatted(postfix.port(), "00".repeat(32)));
        DnsConfig config = new DnsConfig(List.of(dns.address()), DnsConfig.Dnssec.TRUSTED, Duration.ofSeconds(5));
        client = new SmtpClient(
                vertx,
                new SmtpClientOptions(US, LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG),
                Authorities.of(Optional.of(ours.root())),
                (policy, result) -> COUNTS.merge(policy.label() + " " + result.label(), 1, Integer::sum));
        demands = new TlsDemands(new Dns(config), Optional.empty(), () -> {});
        MxResolver exchangers = new MxResolver(new Dns(config), new Self(Set.of(US.name()), _ -> false), new Random(1));
        resolver = new AddressResolver(exchangers::resolve);
    }

    private static Path withRoot(Path issued, TestAuthority by) throws Exception {
        Path both = Path.of(issued + ".chain");
        return Files.writeString(both, Files.readString(issued) + Files.readString(by.root()));
    }

    private static String zone(TestAuthority ours, Path good, Path self) {
        StringBuilder zone = new StringBuilder();
        for (String host :
                List.of("good", "wrong", "bogus", "unusable", "expired", "self", "stray", "issuer", "namesake")) {
            zone.append(host).append(" A 127.0.0.1\n");
        }
        zone.append("alias CNAME good\n")
                .append("domain MX 10 good\n")
                .append("forwarded MX 10 good.plain.test.\n")
                .append("overdue MX 10 expired\n")
                .append("_mta-sts.forwarded TXT \"v=STSv1; id=1\"\n_mta-sts.overdue TXT \"v=STSv1; id=1\"\n");
        tlsa(zone, "good", "3 1 1 " + ours.keyDigest(good));
        tlsa(zone, "wrong", "3 1 1 " + ours.keyDigest(self));
        tlsa(zone, "bogus", "3 1 1 " + "DEADBEEF".repeat(8));
        tlsa(zone, "unusable", "0 0 1 " + "00".repeat(32));
        tlsa(zone, "expired", "2 0 1 " + ours.rootDigest());
        tlsa(zone, "self", "3 1 1 " + ours.keyDigest(self));
        tlsa(zone, "issuer", "2 0 1 " + ours.rootDigest());
        tlsa(zone, "namesake", "2 0 1 " + ours.rootDigest());
        return zone.toString();
    }

    private static void tlsa(StringBuilder zone, String host, String record) {
        zone.append('_')
                .append(postfix.port())
                .append("._tcp.")
                .append(host)
                .append(" TLSA ")
                .append(record)
                .append('\n');
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        resolver.close();
        dns.close();
        postfix.close();
        vertx.close().await();
    }

    @BeforeEach
    void forget() {
        COUNTS.clear();
    }

    /** @param name the mail exchangers of which, or without any it itself */
    private static ConnectResult connect(TlsLevel level, String name) {
        RouteConnector connector = connector((hop, address) -> demands.ofHop(level, hop, address));
        return connector.connect(Route.to(new NextHop(name, postfix.port(), true)));
    }

    private static RouteConnector connector(RouteConnector.Demands demanded) {
        return new RouteConnector(client, resolver, OwnDoors.none(), demanded, new RouteConnector.Timeouts(LONG, LONG));
    }

    private static String said(ConnectResult result) {
        return switch (result) {
            case ConnectResult.Connected(SmtpConnection connection) -> {
                String said = connection.tls().isPresent() ? "TLS" : "clear";
                assertThat(connection.send(mail()).answerTo(0).map(reply -> reply.code()))
                        .contains(250);
                connection.quit();
                yield said;
            }
            case ConnectResult.Unhealthy(String why, boolean _) -> why;
            case ConnectResult.Unreachable(String why) -> "unreachable: " + why;
        };
    }

    private static Transaction mail() {
        return new Transaction(
                ReversePath.parse("<s@client.example>").orElseThrow(),
                List.of(Recipient.of(ForwardPath.parse("<bob@example.test>").orElseThrow())),
                BodyType.EIGHT_BIT_MIME,
                false,
                Optional.empty(),
                Optional.empty(),
                "",
                Content.of("Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    @ParameterizedTest
    @CsvSource({"OFF, clear", "OPPORTUNISTIC, TLS", "REQUIRED, TLS"})
    void whoLooksAtNoCertificateTakesAny(TlsLevel level, String how) {
        for (String name : List.of("expired.signed.test", "stray.signed.test", "good.plain.test")) {
            assertThat(said(connect(level, name))).as(name).isEqualTo(how);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "good.signed.test,    successful,                TLS",
        "good.plain.test,     successful,                TLS",
        "expired.signed.test, certificate-expired,       its certificate is valid from",
        "self.signed.test,    certificate-not-trusted,   its certificate leads to nobody who is trusted",
        "stray.signed.test,   certificate-not-trusted,   its certificate leads to nobody who is trusted",
        "wrong.signed.test,   certificate-host-mismatch, 'its certificate is for good.signed.test, not for wrong'",
        // Its MX record is validated, so the host's name counts.
        "domain.signed.test,  successful,                TLS",
    })
    void verifyWantsAGoodCertificate(String name, String result, String said) {
        assertThat(said(connect(TlsLevel.VERIFY, name))).contains(said);
        assertThat(COUNTS).isEqualTo(Map.of("verify " + result, 1));
    }

    /** Nobody could tell a forged one from it. */
    @Test
    void theNameOfAHostCountsOnlyWhereItIsSigned() {
        DnsConfig unbelieved = new DnsConfig(List.of(dns.address()), Duration.ofSeconds(5));
        TlsDemand demand = new TlsDemands(new Dns(unbelieved), Optional.empty(), () -> {})
                .ofExchanger(TlsLevel.VERIFY, Domain.of("domain.signed.test"), "good.signed.test", 25);
        assertThat(demand).isEqualTo(new TlsDemand.Verified(List.of("domain.signed.test")));
        assertThat(demands.ofExchanger(TlsLevel.VERIFY, Domain.of("domain.signed.test"), "forged.example", 25))
                .isEqualTo(new TlsDemand.Verified(List.of("domain.signed.test")));
    }

    @ParameterizedTest
    @CsvSource({
        "good.signed.test,      tlsa successful,                TLS",
        "domain.signed.test,    tlsa successful,                TLS",
        "alias.signed.test,     tlsa successful,                TLS",
        "self.signed.test,      tlsa successful,                TLS",
        "issuer.signed.test,    tlsa successful,                TLS",
        "unusable.signed.test,  tlsa tlsa-invalid,              TLS",
        "wrong.signed.test,     tlsa validation-failure,        its certificate is not the one of its TLSA records",
        "expired.signed.test,   tlsa certificate-expired,       its certificate is valid from",
        "namesake.signed.test,  tlsa certificate-host-mismatch, 'its certificate is for good.plain.test, not for name'",
        "bogus.signed.test,     tlsa dnssec-invalid,            its TLSA records cannot be had",
        "stray.signed.test,     none successful,                TLS",
        // Its TLSA records are wrong, and nobody has signed them.
        "good.plain.test,       none successful,                TLS",
        "forwarded.signed.test, none successful,                TLS",
    })
    void daneWantsWhatTheDnsSays(String name, String result, String said) {
        assertThat(said(connect(TlsLevel.DANE, name))).contains(said);
        assertThat(COUNTS).isEqualTo(Map.of(result, 1));
    }

    @Test
    void withoutRecordsDaneGoesOnAsItIsTold() {
        assertThat(demands.ofHost(TlsLevel.DANE, "stray.signed.test", postfix.port()))
                .isEqualTo(new TlsDemand.Opportunistic());
        assertThat(demands.ofHost(TlsLevel.DANE_REQUIRED, "stray.signed.test", postfix.port()))
                .isEqualTo(new TlsDemand.Encrypted());
        assertThat(demands.ofHost(TlsLevel.DANE_REQUIRED, "127.0.0.1", postfix.port()))
                .isEqualTo(new TlsDemand.Encrypted());
    }

    /** The policy comes from here; the web server that it would come from is in {@link StsFetchIT}. */
    @ParameterizedTest
    @CsvSource({
        "forwarded.signed.test, good.plain.test,     sts successful,          TLS",
        "forwarded.signed.test, *.plain.test,        sts successful,          TLS",
        "forwarded.signed.test, other.plain.test,    sts validation-failure,  is none of the hosts that forwarded",
        "overdue.signed.test,   expired.signed.test, sts certificate-expired, its certificate is valid from",
        "domain.signed.test,    other.plain.test,    none successful,         TLS", // has no record
    })
    void aDomainsOwnPolicyIsFollowed(String name, String named, String result, String said) {
        Dns asked = new Dns(new DnsConfig(List.of(dns.address()), Duration.ofSeconds(5)));
        StsPolicies policies = new StsPolicies(
                domain -> TlsDemands.records(asked, domain),
                _ -> "version: STSv1\nmode: enforce\nmx: " + named + "\nmax_age: 86400\n",
                InstantSource.system());
        TlsDemands withPolicies = new TlsDemands(asked, Optional.of(policies), () -> {});
        RouteConnector connector =
                connector((hop, address) -> withPolicies.ofHop(TlsLevel.OPPORTUNISTIC, hop, address));
        assertThat(said(connector.connect(Route.to(new NextHop(name, postfix.port(), true)))))
                .contains(said);
        assertThat(COUNTS).isEqualTo(Map.of(result, 1));
        assertThat(withPolicies.areOf(Domain.of(name), TlsLevel.OPPORTUNISTIC)).isEqualTo(result.startsWith("sts"));
    }

    /** What a probe finds must be what a delivery finds. */
    @ParameterizedTest
    @CsvSource({"VERIFY, self.signed.test", "DANE, wrong.signed.test", "DANE, bogus.signed.test"})
    void aProbeDemandsTheSame(TlsLevel level, String name) {
        RouteConnector connector = connector((hop, address) -> demands.ofHop(level, hop, address));
        NextHop hop = new NextHop(name, postfix.port(), true);
        assertThat(connector.probe(hop))
                .isInstanceOf(ConnectResult.Unhealthy.class)
                .isEqualTo(connector.connect(Route.to(hop)));
    }
}
