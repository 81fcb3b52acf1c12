package io.backupmx.worker.postfix;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.DnsConfig;
import io.backupmx.config.DomainConfig;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.NextHop;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.worker.postfix.ImportReport.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is demanded of single next hops, and when senders are warned. */
final class TlsPoliciesImportTest {

    /** Of two domains that are in order. */
    private static final String E = "e.test smtp:[e.test]\nsub.e.test smtp:[sub.e.test]\n";

    @TempDir
    private Path directory;

    private PostfixImport read(String mainCf) throws IOException {
        return PostfixImport.read(
                new ByteArrayInputStream(("myhostname = mx2.example.net\n" + mainCf).getBytes(StandardCharsets.UTF_8)),
                directory.resolve("main.cf"),
                directory,
                "mx2.example.net");
    }

    private List<String> lines(PostfixImport imported, Kind kind) {
        return imported.report().lines().stream()
                .filter(line -> line.kind() == kind)
                .filter(line -> line.subject().equals("smtp_tls_policy_maps")
                        || line.subject().equals("delay_warning_time"))
                .map(line -> line.text().replace(directory.toString(), "DIR"))
                .toList();
    }

    private CheckedConfig checked(PostfixImport imported) throws IOException {
        Path file = Files.writeString(directory.resolve("backupmx.yaml"), imported.yaml());
        return CheckedConfig.load(Optional.of(file), Map.of(), Map.of());
    }

    private Optional<TlsLevel> tls(CheckedConfig checked, String domain) {
        return Optional.ofNullable(checked.config().domains().get(domain)).flatMap(DomainConfig::tls);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    @Test
    void entriesOfNextHopsAreSaidOfTheDomainsWhoseMailGoesThere() throws IOException {
        write("relay", "one.test x\ntwo.test x\nthree.test x\nmx.sub.test x\nfree.test x\noff.test x\n");
        write("transport", """
                one.test     smtp:[mx1.test]
                two.test     smtp:[mx1.test]:25,[mx2.test]
                three.test   smtp:hosts.parent.test
                mx.sub.test  smtp:
                free.test    smtp:[mx4.test]
                off.test     smtp:[mx5.test]:2525
                """);
        write("policies", """
                [mx1.test]        encrypt
                [mx2.test]        secure
                .parent.test      may
                mx.sub.test       fingerprint match=01:02
                [mx5.test]:2525   none
                elsewhere.test    secure
                """);
        PostfixImport imported = read("""
                relay_domains = hash:relay
                transport_maps = hash:transport
                smtp_tls_policy_maps = hash:policies
                """);

        CheckedConfig checked = checked(imported);
        assertThat(tls(checked, "one.test")).contains(TlsLevel.REQUIRED);
        assertThat(tls(checked, "two.test")).contains(TlsLevel.VERIFY);
        assertThat(tls(checked, "three.test")).contains(TlsLevel.OPPORTUNISTIC);
        assertThat(tls(checked, "mx.sub.test")).contains(TlsLevel.REQUIRED);
        assertThat(tls(checked, "free.test")).isEmpty();
        assertThat(tls(checked, "off.test")).contains(TlsLevel.OFF);
        assertThat(checked.tables().domains()).hasSize(6);
        assertThat(lines(imported, Kind.TAKEN))
                .containsExactly("domains.DOMAIN.tls: one.test required, two.test verify, three.test opportunistic,"
                        + " mx.sub.test required, off.test off");
        assertThat(lines(imported, Kind.ATTENTION))
                .containsExactly(
                        "mx.sub.test: match=01:02: is not taken, for only levels are",
                        "mx.sub.test: fingerprint demands encryption here; certificates are not looked at",
                        "two.test: its next hops differ: verify counts for all of them, which is more than Postfix"
                                + " demands of [mx1.test]:25 (required)",
                        "no line about a backed-up domain leads to elsewhere.test: not taken");
    }

    private PostfixImport secure(String transport, String policies) throws IOException {
        write("transport", transport);
        write("policies", policies);
        return read("""
                relay_domains = d.test, sub.e.test, e.test
                transport_maps = hash:transport
                smtp_tls_policy_maps = hash:policies
                smtp_tls_security_level = secure
                """);
    }

    private static TlsLevel of(CheckedConfig checked, String hop) {
        return checked.tables().tls().of(NextHop.parse(hop).orElseThrow());
    }

    @Test
    void aNextHopWithoutAnEntryCountsWithTheLevelOfAll() throws IOException {
        PostfixImport imported = secure("d.test smtp:[a.test],[b.test]\n" + E, "[a.test] may\n");

        CheckedConfig checked = checked(imported);
        assertThat(tls(checked, "d.test")).contains(TlsLevel.VERIFY);
        assertThat(of(checked, "[b.test]")).isEqualTo(TlsLevel.VERIFY);
        assertThat(lines(imported, Kind.ATTENTION))
                .containsExactly(
                        "d.test: its next hops differ: verify counts for all of them, which is more than Postfix"
                                + " demands of [a.test]:25 (opportunistic)");
    }

    @ParameterizedTest
    @ValueSource(strings = {".d.test", "boss@d.test", "sub.d.test", "boss@sub.d.test"})
    void linesAboutAddressesAndSubdomainsCount(String key) throws IOException {
        String transport = "d.test smtp:[relay.test]\n" + key + " smtp:[other.test]\n" + E;
        PostfixImport open = secure(transport, "[relay.test] none\n");

        CheckedConfig checked = checked(open);
        assertThat(tls(checked, "d.test")).contains(TlsLevel.VERIFY);
        assertThat(of(checked, "[other.test]")).isEqualTo(TlsLevel.VERIFY);
        assertThat(lines(open, Kind.ATTENTION))
                .containsExactly(
                        "d.test: its next hops differ: verify counts for all of them, which is more than Postfix"
                                + " demands of [relay.test]:25 (off)");

        PostfixImport elsewhere = secure(transport, "[other.test] none\n");
        assertThat(tls(checked(elsewhere), "d.test")).contains(TlsLevel.VERIFY);
        assertThat(lines(elsewhere, Kind.ATTENTION))
                .containsExactly(
                        "d.test: its next hops differ: verify counts for all of them, which is more than Postfix"
                                + " demands of [other.test]:25 (off)");
    }

    @Test
    void whatIsSaidOfADomainIsNotSaidOfOneBelowIt() throws IOException {
        PostfixImport imported = secure("d.test smtp:[d.test]\n" + E, "[e.test] none\n");

        CheckedConfig checked = checked(imported);
        assertThat(tls(checked, "d.test")).isEmpty();
        assertThat(of(checked, "[e.test]")).isEqualTo(TlsLevel.OFF);
        assertThat(of(checked, "[sub.e.test]")).isEqualTo(TlsLevel.VERIFY);
        assertThat(lines(imported, Kind.ATTENTION)).isEmpty();
    }

    @Test
    void subdomainsThatHaveTheirMailExchangersCount() throws IOException {
        write("policies", "d.test none\nmx.d.test encrypt\n.deep.d.test may\n[mx.d.test] secure\n");
        PostfixImport imported = read("relay_domains = d.test\nrelay_transport = smtp\n"
                + "smtp_tls_policy_maps = hash:policies\nsmtp_tls_security_level = may\n");

        assertThat(tls(checked(imported), "d.test")).contains(TlsLevel.REQUIRED);
        assertThat(lines(imported, Kind.ATTENTION))
                .containsExactly(
                        "d.test: its next hops differ: required counts for all of them, which is more than Postfix demands"
                                + " of d.test:25 (off), subdomains of d.test (opportunistic), .deep.d.test (opportunistic)",
                        "no line about a backed-up domain leads to [mx.d.test]: not taken");
    }

    @Test
    void daneNeedsAResolverThatValidates() throws IOException {
        write("policies", "example.test dane-only\n");
        PostfixImport imported =
                read("relay_domains = example.test\nrelay_transport = smtp\nsmtp_tls_policy_maps = hash:policies\n");

        CheckedConfig checked = checked(imported);
        assertThat(tls(checked, "example.test")).contains(TlsLevel.DANE_REQUIRED);
        assertThat(checked.config().dns().dnssec()).isEqualTo(DnsConfig.Dnssec.TRUSTED);
        assertThat(lines(imported, Kind.ATTENTION))
                .anyMatch(line -> line.startsWith("dane needs a resolver"))
                .anyMatch(line -> line.startsWith("example.test: dane-only: here"));
    }

    @Test
    void whatIsNoTextAndWhatGoesNowhereIsTold() throws IOException {
        assertThat(lines(
                        read("relay_domains = example.test\nrelay_transport = smtp\n"
                                + "smtp_tls_policy_maps = ldap:x\n"),
                        Kind.ATTENTION))
                .singleElement()
                .asString()
                .startsWith("ldap:x is not taken, for it is no text file");

        write("policies", "example.test encrypt\n");
        assertThat(lines(
                        read("relay_domains = example.test\nrelay_transport = error:no\n"
                                + "smtp_tls_policy_maps = hash:policies\n"),
                        Kind.ATTENTION))
                .singleElement()
                .asString()
                .startsWith("is not taken, for it is not clear yet where mail goes");
    }

    @Test
    void whenSendersAreWarnedIsTaken() throws IOException {
        String main = "relay_domains = example.test\nrelay_transport = smtp\ndelay_warning_time = ";

        PostfixImport four = read(main + "4\n");
        assertThat(checked(four).config().reports().delayWarning()).contains(Duration.ofHours(4));
        assertThat(lines(four, Kind.TAKEN)).containsExactly("reports.delay_warning: 4h");
        PostfixImport never = read(main + "0h\n");
        assertThat(checked(never).config().reports().delayWarning()).isEmpty();
        assertThat(lines(never, Kind.TAKEN)).containsExactly("reports.delay_warning: never, as by default");
        PostfixImport minutes = read(main + "90m\n");
        assertThat(checked(minutes).config().reports().delayWarning()).contains(Duration.ofMinutes(90));
    }
}
