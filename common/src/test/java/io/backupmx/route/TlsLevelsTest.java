package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.config.ConfigException;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.TlsLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TlsLevelsTest {

    @TempDir
    private Path directory;

    private CheckedConfig load(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("backupmx.yaml"), yaml);
        return CheckedConfig.load(Optional.of(file), Map.of(), Map.of());
    }

    private static TlsLevel of(CheckedConfig config, String hop) {
        return config.tables().tls().of(NextHop.parse(hop).orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "OFF,           OPPORTUNISTIC, OPPORTUNISTIC",
        "DANE,          REQUIRED,      DANE_REQUIRED",
        "DANE,          OPPORTUNISTIC, DANE",
        "DANE,          OFF,           DANE",
        "DANE,          VERIFY,        VERIFY",
        "DANE_REQUIRED, REQUIRED,      DANE_REQUIRED",
        "REQUIRED,      VERIFY,        VERIFY",
        "VERIFY,        VERIFY,        VERIFY",
    })
    void whatSatisfiesBoth(TlsLevel one, TlsLevel other, TlsLevel both) {
        assertThat(one.and(other)).isEqualTo(both);
        assertThat(other.and(one)).isEqualTo(both);
    }

    /** Where REQUIRETLS may be promised. */
    @Test
    void whoIsThereIsLookedAtWhereEachHostDemandsIt() {
        TlsLevels levels = new TlsLevels(
                TlsLevel.REQUIRED,
                Map.of(
                        new NextHop("verified.test", 25), TlsLevel.VERIFY,
                        new NextHop("signed.test", 25), TlsLevel.DANE_REQUIRED,
                        new NextHop("perhaps.test", 25), TlsLevel.DANE,
                        new NextHop("by.test", 25, true), TlsLevel.VERIFY),
                Map.of());
        for (String looked :
                new String[] {"smtp:[verified.test]:25", "smtp:[verified.test]:25,[signed.test]:25", "discard"}) {
            assertThat(levels.lookAtPeers(Route.of(looked))).as(looked).isTrue();
        }
        for (String not : new String[] {
            "smtp:[other.test]:25", "smtp:[verified.test]:25,[perhaps.test]:25", "smtp:by.test:25", "mx"
        }) {
            assertThat(levels.lookAtPeers(Route.of(not))).as(not).isFalse();
        }
    }

    @Test
    void aDomainsWordCountsForItsHost() throws IOException {
        CheckedConfig config = load("""
                worker: {tls: required}
                domains:
                  a.test: {primary: mx.a.test, recipients: [x], tls: verify}
                  b.test: {primary: mx.b.test, recipients: [x], tls: "off"}
                  c.test: {primary: mx.c.test, recipients: [x]}
                """);
        assertThat(of(config, "[mx.a.test]:25")).isEqualTo(TlsLevel.VERIFY);
        assertThat(of(config, "[mx.b.test]:25")).isEqualTo(TlsLevel.OFF);
        assertThat(of(config, "[mx.c.test]:25")).isEqualTo(TlsLevel.REQUIRED);
        assertThat(of(config, "[elsewhere.test]:25")).isEqualTo(TlsLevel.REQUIRED);
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void ofAHostThatDomainsHaveInCommonTheStrictestCountsAndCheckSaysSo() throws IOException {
        CheckedConfig config = load("""
                domains:
                  a.test: {primary: "mx.test, mx2.test", recipients: [x], tls: verify}
                  b.test: {primary: mx.test, recipients: [x], tls: "off"}
                  c.test: {primary: mx2.test, recipients: [x]}
                """);
        assertThat(of(config, "[mx.test]:25")).isEqualTo(TlsLevel.VERIFY);
        assertThat(of(config, "[mx2.test]:25")).isEqualTo(TlsLevel.VERIFY);
        assertThat(config.warnings())
                .containsExactly("domains.b.test.tls: off is not all that is demanded of [mx.test]:25 (verify): other"
                        + " domains have that host, too, and the strictest of them counts");
    }

    @Test
    void linesOfTheTransportFileAboutADomainAreItsOwn() throws IOException {
        Files.writeString(directory.resolve("transport"), """
                a.test          smtp:[mx.a.test]
                boss@a.test     smtp:[boss.test]
                sub.a.test      smtp:[sub.test]
                .b.test         smtp:[below.test]
                """);
        CheckedConfig config = load("""
                transport: transport
                domains:
                  a.test: {recipients: [x], tls: verify, subdomains: accept}
                  b.test: {primary: mx.b.test, recipients: [x], tls: required, subdomains: accept}
                """);
        assertThat(of(config, "[mx.a.test]:25")).isEqualTo(TlsLevel.VERIFY);
        assertThat(of(config, "[boss.test]:25")).isEqualTo(TlsLevel.VERIFY);
        assertThat(of(config, "[sub.test]:25")).isEqualTo(TlsLevel.VERIFY);
        assertThat(of(config, "[below.test]:25")).isEqualTo(TlsLevel.REQUIRED);
    }

    @Test
    void aLineAboutPostmasterLeavesTheDomainsHostItsLevel() throws IOException {
        Files.writeString(directory.resolve("transport"), "postmaster@a.test smtp:[postmaster.test]\n");
        CheckedConfig config = load("""
                transport: transport
                domains:
                  a.test: {primary: mx.a.test, recipients: [x], tls: verify}
                """);
        assertThat(of(config, "[mx.a.test]:25")).isEqualTo(TlsLevel.VERIFY);
        assertThat(of(config, "[postmaster.test]:25")).isEqualTo(TlsLevel.VERIFY);
    }

    @Test
    void byMxEachDomainHasItsOwn() throws IOException {
        TlsLevels levels = load("""
                        domains:
                          a.test: {primary: mx, recipients: [x], tls: verify}
                          b.test: {primary: mx, recipients: [x]}
                        """).tables().tls();
        assertThat(levels.of(Domain.of("a.test"))).isEqualTo(TlsLevel.VERIFY);
        assertThat(levels.of(Domain.of("sub.a.test"))).isEqualTo(TlsLevel.VERIFY);
        assertThat(levels.of(Domain.of("b.test"))).isEqualTo(TlsLevel.OPPORTUNISTIC);
    }

    @Test
    void daneNeedsAResolverThatIsTrusted() throws IOException {
        String dane = "domains: {a.test: {primary: mx.a.test, recipients: [x], tls: dane_required}}\n";
        assertThatThrownBy(() -> load(dane))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "domains.a.test.tls: dane needs a resolver that validates and is trusted to:"
                                                + " write dns.servers and dns.dnssec: trusted"));
        assertThatThrownBy(() -> load(dane + "dns: {dnssec: trusted}\n"))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .first()
                                .asString()
                                .startsWith("dns.dnssec: trusted needs servers"));
        assertThat(of(load(dane + "dns: {dnssec: trusted, servers: [127.0.0.1]}\n"), "[mx.a.test]:25"))
                .isEqualTo(TlsLevel.DANE_REQUIRED);
    }

    @Test
    void aFileOfAuthoritiesThatIsNoneIsAProblem() {
        assertThatThrownBy(() -> load("""
                                worker: {tls_ca_file: none.pem}
                                domains: {a.test: {primary: mx.a.test, recipients: [x]}}
                                """))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems()).singleElement().asString().startsWith("worker.tls_ca_file: "));
    }
}
