package io.backupmx.worker.postfix;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.DnsConfig;
import io.backupmx.config.DomainConfig;
import io.backupmx.route.CheckedConfig;
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

/** What is demanded of single next hops, and when senders are warned. */
final class TlsPoliciesImportTest {

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
                        "two.test: its next hops differ: the strictest counts for all of them",
                        "mx.sub.test: match=01:02: is not taken, for only levels are",
                        "mx.sub.test: fingerprint demands encryption here; certificates are not looked at",
                        "no backed-up domain's mail goes by elsewhere.test: not taken");
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
