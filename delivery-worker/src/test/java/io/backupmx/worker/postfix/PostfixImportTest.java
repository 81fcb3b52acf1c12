package io.backupmx.worker.postfix;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.CertificateConfig;
import io.backupmx.config.ConfigException;
import io.backupmx.config.DnsConfig;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.worker.postfix.ImportReport.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of a main.cf, and what is said of it. */
final class PostfixImportTest {

    @TempDir
    private Path directory;

    @Test
    void aRelayTransportThatRefusesIsNoPrimary() throws IOException {
        PostfixImport imported = read("""
                myhostname = mx2.example.net
                relay_domains = example.org
                relay_transport = error:5.1.2 relaying denied
                """);

        assertThat(imported.yaml()).contains("example.org:\n").doesNotContain("denied");
    }

    @Test
    void howItSpeaksToNextHopsIsTaken() throws IOException {
        write("sasl_passwd", "[mx1.example.org]:587 backup:secret\n");
        PostfixImport imported = read("""
                relay_domains = example.org
                relay_transport = lmtp:[store.example.org]:24
                smtp_sasl_auth_enable = yes
                smtp_sasl_password_maps = hash:sasl_passwd
                smtp_tls_security_level = encrypt
                smtp_bind_address = 192.0.2.25
                smtp_bind_address6 = 2001:db8::25
                smtp_send_xforward_command = yes
                """);

        assertThat(imported.yaml())
                .contains("/sasl_passwd")
                .contains("  credentials: ")
                .contains("  bind_address: [\"192.0.2.25\", \"2001:db8::25\"]\n")
                .doesNotContain("secret");
        assertThat(checked(imported).tables().routes()).containsExactly(Route.of("lmtp:[store.example.org]:24"));
    }

    @Test
    void whatRefersToMuchAndSaysNothingIsBounded() throws IOException {
        StringBuilder main = new StringBuilder("relay_domains = $p0\n");
        for (int i = 0; i < 60; i++) {
            main.append("p%d = $p%d$p%d\n".formatted(i, i + 1, i + 1));
        }
        assertThat(read(main.toString()).yaml()).isNotEmpty();
    }

    /** As many tutorials have told it since 2008. */
    @Test
    void theTutorialsBackupMxIsTaken() throws IOException {
        write("transport", "example.org smtp:[mx1.example.org]\n");
        write("relay_recipients", "alice@example.org x\nbob@example.org x\n");
        PostfixImport imported = read("""
                # See /usr/share/postfix/main.cf.dist
                smtpd_banner = $myhostname ESMTP Go away
                biff = no
                append_dot_mydomain = no
                myhostname = mx2.example.net
                alias_maps = hash:/etc/aliases
                myorigin = /etc/mailname
                mydestination = mx2.example.net, localhost.example.net,
                    localhost
                relayhost =
                mynetworks = 127.0.0.0/8
                inet_interfaces = all
                relay_domains = $mydestination, example.org
                relay_recipient_maps = hash:DIR/relay_recipients
                transport_maps = hash:DIR/transport
                maximal_queue_lifetime = 30d
                smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
                """);

        assertThat(imported.yaml()).isEqualTo("""
                # Made by backupmx import-postfix of DIR/main.cf
                hostname: mx2.example.net
                data: /var/lib/backupmx
                transport: DIR/transport
                relay_recipients: DIR/relay_recipients

                domains:
                  example.org:

                ingress:
                  banner: "ESMTP Go away"

                retry:
                  max_lifetime: 30d
                """.replace("DIR", directory.toString()));
        assertThat(lines(imported, Kind.ATTENTION))
                .singleElement()
                .asString()
                .startsWith("attention  example.org: Postfix takes mail for its subdomains, too");
        assertThat(lines(imported, Kind.TAKEN))
                .containsExactly(
                        "taken      myhostname: hostname: mx2.example.net",
                        "taken      smtpd_banner: ingress.banner: ESMTP Go away",
                        "taken      inet_interfaces: ingress.listen, as by default",
                        "taken      transport_maps: transport: DIR/transport",
                        "taken      relay_recipient_maps: relay_recipients: DIR/relay_recipients",
                        "taken      relay_domains: example.org as the transport file says",
                        "taken      maximal_queue_lifetime: retry.max_lifetime: 30d");
        assertThat(lines(imported, Kind.IGNORED))
                .contains("ignored    biff", "ignored    alias_maps")
                .anyMatch(line -> line.startsWith("ignored    mydestination: mail for mx2.example.net,"));
        CheckedConfig checked = checked(imported);
        assertThat(checked.warnings()).isEmpty();
        assertThat(checked.tables().domains()).containsExactly(Domain.of("example.org"));
        assertThat(verdict(checked, "alice@example.org"))
                .isEqualTo(new RecipientVerdict.Accepted(Route.of("smtp:[mx1.example.org]:25")));
        assertThat(verdict(checked, "root@mx2.example.net")).isEqualTo(new RecipientVerdict.RelayDenied());
    }

    @Test
    void everyParameterIsToldOf() throws IOException {
        PostfixImport imported = read("""
                relay_domains = example.org
                biff = no
                no_such_parameter = 1
                message_size_limit = 20480000
                hopcount_limit = 5
                smtpd_client_connection_count_limit = 0
                smtpd_timeout = ${stress?{10}:{300}}s
                smtp_data_done_timeout = 900
                minimal_backoff_time = 10m
                virtual_alias_maps = hash:/etc/postfix/virtual
                smtputf8_enable = no
                smtpd_use_tls = no
                """);

        assertThat(imported.report().lines())
                .extracting(ImportReport.Line::toString)
                .contains(
                        "ignored    biff",
                        "ignored    no_such_parameter",
                        "taken      message_size_limit: ingress.max_message_bytes: 20480000",
                        "attention  hopcount_limit: is not taken: ingress.max_hops: 5 is not within 10..1000",
                        "attention  smtpd_client_connection_count_limit: 0, no limit, is not taken:"
                                + " ingress.max_connections_per_address keeps its default",
                        "taken      smtpd_timeout: ingress.command_timeout: 300s",
                        "taken      smtp_data_done_timeout: worker.final_dot_timeout: 900s",
                        "taken      minimal_backoff_time: retry.delays: [600s, 1200s, 2400s, 4000s]",
                        "taken      smtputf8_enable: ingress.smtputf8: off",
                        "ignored    smtpd_use_tls")
                .anyMatch(line -> line.startsWith("attention  virtual_alias_maps: is not taken"))
                .anyMatch(line -> line.startsWith("attention  check: example.org: every address is accepted"));
        checked(imported);
    }

    @Test
    void withoutATransportTableMailGoesByRelayhostOrMx() throws IOException {
        assertThat(checked(read("relay_domains = example.org, com\n")).tables().routes())
                .containsExactly(Route.of("mx"));
        CheckedConfig relayhost =
                checked(read("relay_domains = example.org\nrelayhost = [gw.example.net]:submission\n"));
        assertThat(verdict(relayhost, "a@sub.example.org"))
                .isEqualTo(new RecipientVerdict.Accepted(Route.of("smtp:[gw.example.net]:587")));
        PostfixImport bare = read("relay_domains = example.org\nrelayhost = gw.example.net\n");
        assertThat(lines(bare, Kind.ATTENTION))
                .anyMatch(line -> line.contains("'gw.example.net' means its MX records"));
        assertThat(checked(bare).tables().routes()).containsExactly(Route.of("smtp:[gw.example.net]:25"));
    }

    @Test
    void subdomainsAreTakenAsParentDomainMatchesSubdomainsSays() throws IOException {
        write("transport", "example.org smtp:[a]\n.example.org smtp:[b]\nother.org smtp:[c]\n");
        String main = "relay_domains = example.org, other.org\ntransport_maps = hash:DIR/transport\n";

        CheckedConfig stock = checked(read(main));
        assertThat(verdict(stock, "x@sub.example.org"))
                .isEqualTo(new RecipientVerdict.Accepted(Route.of("smtp:[b]:25")));
        assertThat(verdict(stock, "x@sub.other.org")).isEqualTo(new RecipientVerdict.RelayDenied());

        CheckedConfig exact = checked(read(main + "parent_domain_matches_subdomains = transport_maps\n"));
        assertThat(verdict(exact, "x@sub.example.org")).isEqualTo(new RecipientVerdict.RelayDenied());
    }

    @Test
    void aFileOfDomainsStaysInUse() throws IOException {
        write("domains", "example.org OK\nexample.net OK\n");
        write("transport", "example.org smtp:[a]\n");
        PostfixImport imported = read("relay_domains = hash:DIR/domains\ntransport_maps = texthash:DIR/transport\n");

        assertThat(imported.yaml())
                .contains("relay_domains: " + directory.resolve("domains") + "\n")
                .contains("  example.net:\n    primary: mx\n    subdomains: accept\n")
                .doesNotContain("  example.org:");
        checked(imported);
    }

    @Test
    void listsOfManyKindsAreReadTogether() throws IOException {
        write("more", "a.test, b.test\nDIR/more\n!c.test\n".replace("DIR", directory.toString()));
        write("table", "d.test x\n");
        PostfixImport imported =
                read("other = e.test\nrelay_domains = DIR/more hash:DIR/table $other pcre:/x *.f.test /no/file\n");

        assertThat(checked(imported).tables().domains())
                .extracting(Domain::name)
                .containsExactly("a.test", "b.test", "d.test", "e.test");
        assertThat(lines(imported, Kind.ATTENTION))
                .anyMatch(line -> line.contains("!c.test: exclusions are not taken"))
                .anyMatch(line -> line.contains("pcre:/x is not taken, for it is no text file"))
                .anyMatch(line -> line.contains("*.f.test is not taken, for it is no domain name"))
                .anyMatch(line -> line.contains("/no/file cannot be read"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mynetworks = 10.0.0.0/8, 0.0.0.0/0                   | made that Postfix an open relay
            mynetworks = [::]/0                                  | made that Postfix an open relay
            mynetworks_style = class                             | class trusts other people's networks
            smtpd_recipient_restrictions = permit_mx_backup      | permit_mx_backup without permit_mx_backup_networks is unsafe
            smtpd_recipient_restrictions = permit                | made it an open relay
            mydestination = example.org                          | is in mydestination and in relay_domains
            relay_recipient_maps = hash:DIR/wild                 | is no wildcard, there as here
            transport_maps = hash:DIR/none                       | cannot be read
            transport_maps = mysql:/etc/postfix/x.cf             | is no text file
            smtpd_relay_restrictions = check_policy_service x    | check_policy_service: not taken
            smtpd_banner = hello                                 | does not begin with the host name
            soft_bounce = yes                                    | refused for good
            parameter without a sign                             | is not 'parameter = value'
            """)
    void whatIsUnsafeOrLostIsTold(String line, String attention) throws IOException {
        write("wild", "*@example.org x\n");
        PostfixImport imported = read("relay_domains = example.org\nrelayhost = [gw]\n" + line + "\n");

        assertThat(lines(imported, Kind.ATTENTION)).anyMatch(told -> told.contains(attention));
    }

    @Test
    void domainsThatMxRecordsMakeOursAreTakenWithTheirNetworks() throws IOException {
        PostfixImport imported = read("""
                relay_domains = example.org
                relayhost = [gw]
                smtpd_recipient_restrictions = permit_mynetworks, permit_mx_backup, reject_unauth_destination
                permit_mx_backup_networks = 192.0.2.0/24 [2001:db8::]/32, 198.51.100.7
                """);

        assertThat(checked(imported).tables().mxBackupNetworks())
                .map(Object::toString)
                .contains("192.0.2.0/24, 2001:db8:0:0:0:0:0:0/32, 198.51.100.7/32");
        assertThat(checked(imported).tables().routes()).contains(Route.of("mx"));
        assertThat(lines(imported, Kind.TAKEN))
                .contains(
                        "taken      permit_mx_backup_networks: permit_mx_backup.networks: 192.0.2.0/24, 2001:db8::/32,"
                                + " 198.51.100.7");
        assertThat(lines(imported, Kind.ATTENTION))
                .anyMatch(line -> line.contains("is taken with permit_mx_backup.recipient_sources: [primary]"))
                .noneMatch(line -> line.contains("check: permit_mx_backup"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            permit_mx_backup                              |                          | is unsafe
            permit_mx_backup                              | 0.0.0.0/0                | is not taken: permit_mx_backup.networks: '0.0.0.0/0' is too wide
            permit_mx_backup                              | !192.0.2.1, 192.0.2.0/24 | exclusions are not supported
            permit_mx_backup                              | hash:/etc/postfix/x      | hash:/etc/postfix/x: not taken, for it is no network
            reject_unauth_destination, permit_mx_backup   | 192.0.2.0/24             | has no effect in Postfix
            """)
    void networksThatDoNotBoundItAreNot(String restrictions, String networks, String attention) throws IOException {
        PostfixImport imported = read("relay_domains = example.org\nrelayhost = [gw]\n"
                + "smtpd_relay_restrictions = " + restrictions + "\npermit_mx_backup_networks = "
                + (networks == null ? "" : networks) + "\n");

        assertThat(lines(imported, Kind.ATTENTION)).anyMatch(told -> told.contains(attention));
        assertThat(checked(imported).tables().mxBackupNetworks()).isEmpty();
        assertThat(imported.yaml()).doesNotContain("permit_mx_backup");
    }

    @Test
    void clientsThatWereTrustedAreButMayNotRelay() throws IOException {
        PostfixImport imported = read("""
                relay_domains = example.org
                relayhost = [gw]
                mynetworks = 127.0.0.0/8, [::1]/128, 10.0.0.0/8 [2001:db8::]/32, 192.0.2.7/24,
                    cidr:/etc/postfix/networks, !10.1.0.0/16, 0.0.0.0/1
                """);

        assertThat(checked(imported).config().ingress().trustedNetworks())
                .containsExactly("10.0.0.0/8", "2001:db8::/32");
        assertThat(lines(imported, Kind.TAKEN))
                .contains("taken      mynetworks: ingress.trusted_networks: [10.0.0.0/8, 2001:db8::/32]");
        assertThat(lines(imported, Kind.ATTENTION).stream().filter(line -> line.contains("mynetworks")))
                .satisfiesExactly(
                        line -> assertThat(line).contains("0.0.0.0/1 made that Postfix an open relay"),
                        line -> assertThat(line).contains("192.0.2.7/24 is not taken, for it is no network"),
                        line -> assertThat(line).contains("cidr:/etc/postfix/networks is not taken"),
                        line -> assertThat(line).contains("!10.1.0.0/16 is not taken"),
                        line -> assertThat(line).contains("relaying is not taken"));
    }

    @Test
    void theCertificateStaysWhereItIs() throws IOException {
        write("key.pem", "");
        String main = "relay_domains = example.org\nrelayhost = [gw]\nsmtpd_tls_security_level = may\n";

        PostfixImport two = read(main + "smtpd_tls_cert_file = DIR/cert.pem\nsmtpd_tls_key_file = key.pem\n");
        assertThat(two.yaml())
                .contains("ingress:\n  tls:\n    certificate: DIR/cert.pem\n    key: DIR/key.pem\n"
                        .replace("DIR", directory.toString()));
        assertThat(lines(two, Kind.TAKEN))
                .contains(
                        "taken      smtpd_tls_security_level: ingress.tls.mode: starttls, as by default",
                        "taken      smtpd_tls_cert_file: ingress.tls.certificate: DIR/cert.pem",
                        "taken      smtpd_tls_key_file: ingress.tls.key: DIR/key.pem");
        assertThat(checked(two).config().ingress().tls().key()).contains(directory.resolve("key.pem"));

        PostfixImport one = read(main + "smtpd_tls_chain_files = DIR/all.pem\nsmtpd_tls_cert_file = DIR/cert.pem\n");
        assertThat(checked(one).config().ingress().tls().certificate()).contains(directory.resolve("all.pem"));
        assertThat(checked(one).config().ingress().tls().key()).contains(directory.resolve("all.pem"));
        assertThat(lines(one, Kind.ATTENTION))
                .anyMatch(line -> line.startsWith("attention  smtpd_tls_chain_files: DIR/all.pem cannot be read by"));

        PostfixImport kinds = read(main + "smtpd_tls_cert_file = DIR/cert.pem\nsmtpd_tls_key_file = DIR/key.pem\n"
                + "smtpd_tls_eccert_file = DIR/ec.pem\nsmtpd_tls_eckey_file = DIR/key.pem\n");
        assertThat(checked(kinds).config().ingress().tls().certificates())
                .isEqualTo(Map.of(
                        "other-1",
                        new CertificateConfig(
                                Optional.of(directory.resolve("ec.pem")), Optional.of(directory.resolve("key.pem")))));
        assertThat(lines(kinds, Kind.TAKEN))
                .contains(
                        "taken      smtpd_tls_eccert_file: ingress.tls.certificates",
                        "taken      smtpd_tls_eckey_file: ingress.tls.certificates");
        PostfixImport chains = read(main + "smtpd_tls_chain_files = DIR/key.pem, DIR/b.pem DIR/c.pem\n");
        assertThat(checked(chains).config().ingress().tls().certificate()).contains(directory.resolve("key.pem"));
        assertThat(checked(chains).config().ingress().tls().certificates().keySet())
                .containsExactly("other-1", "other-2");

        assertThat(checked(read(main.replace("may", "none")))
                        .config()
                        .ingress()
                        .tls()
                        .offered())
                .isFalse();
        assertThat(lines(read(main.replace("may", "encrypt")), Kind.ATTENTION))
                .anyMatch(line -> line.startsWith("attention  smtpd_tls_security_level: is not taken: TLS is offered"));
    }

    @Test
    void encryptionToTheNextHopIsTaken() throws IOException {
        String main = "relay_domains = example.org\nrelayhost = [gw]\nsmtp_tls_security_level = ";
        assertThat(lines(read(main + "may"), Kind.TAKEN))
                .contains("taken      smtp_tls_security_level: worker.tls: opportunistic, as by default");
        assertThat(checked(read(main + "none")).config().worker().tls()).isEqualTo(TlsLevel.OFF);
        assertThat(checked(read(main + "encrypt")).config().worker().tls()).isEqualTo(TlsLevel.REQUIRED);
        PostfixImport dane = read(main + "dane");
        assertThat(checked(dane).config().worker().tls()).isEqualTo(TlsLevel.DANE);
        assertThat(checked(dane).config().dns())
                .isEqualTo(new DnsConfig(List.of("127.0.0.1"), DnsConfig.Dnssec.TRUSTED, DnsConfig.DEFAULT.timeout()));
        assertThat(lines(dane, Kind.ATTENTION))
                .anyMatch(line -> line.startsWith("attention  smtp_tls_security_level: dane needs a resolver"));
        assertThat(checked(read(main + "dane-only")).config().worker().tls()).isEqualTo(TlsLevel.DANE_REQUIRED);
        assertThat(checked(read(main + "secure")).config().worker().tls()).isEqualTo(TlsLevel.VERIFY);
        PostfixImport verify = read(main + "verify");
        assertThat(checked(verify).config().worker().tls()).isEqualTo(TlsLevel.VERIFY);
        assertThat(lines(verify, Kind.ATTENTION))
                .anyMatch(line -> line.startsWith("attention  smtp_tls_security_level: verify takes the name"));
        PostfixImport fingerprint = read(main + "fingerprint");
        assertThat(checked(fingerprint).config().worker().tls()).isEqualTo(TlsLevel.REQUIRED);
        assertThat(lines(fingerprint, Kind.ATTENTION))
                .anyMatch(line -> line.startsWith("attention  smtp_tls_security_level: fingerprint demands"));
    }

    @Test
    void whoIsBelievedAtTheNextHopIsTaken() throws IOException {
        Path file = Path.of("../common/src/test/resources/io/backupmx/smtp/client/root.pem")
                .toRealPath();
        String main = "relay_domains = example.org\nrelayhost = [gw]\nsmtp_tls_security_level = secure\n";
        PostfixImport taken = read(main + "smtp_tls_CAfile = " + file + "\nsmtp_tls_policy_maps = hash:/etc/tls\n");
        assertThat(checked(taken).config().worker().tlsCaFile()).contains(file);
        assertThat(lines(taken, Kind.TAKEN)).contains("taken      smtp_tls_CAfile: worker.tls_ca_file: " + file);
        assertThat(lines(taken, Kind.ATTENTION))
                .anyMatch(line -> line.startsWith("attention  smtp_tls_policy_maps: hash:/etc/tls is not taken"));
        assertThat(lines(read(main + "smtp_tls_CAfile = DIR/none.pem\n"), Kind.ATTENTION))
                .anyMatch(line -> line.startsWith("attention  check: worker.tls_ca_file: "));
    }

    @Test
    void withNoDomainAtAllTheCheckSaysSo() throws IOException {
        assertThat(lines(read("myhostname = mx2.example.net\n"), Kind.ATTENTION))
                .singleElement()
                .asString()
                .startsWith("attention  check: domains: no domain to back up");
    }

    @Test
    void garbageIsToldLineByLineAndShownHarmless() throws IOException {
        byte[] garbage = new byte[200_000];
        new Random(1).nextBytes(garbage);
        PostfixImport imported = PostfixImport.read(
                new ByteArrayInputStream(garbage), directory.resolve("main.cf"), directory, "mx2.example.net");

        assertThat(imported.report().lines())
                .hasSizeLessThan(100)
                .allSatisfy(line -> assertThat(line.toString()).matches("[^\\p{Cntrl}]*"));
        char[] long1 = new char[300_000];
        Arrays.fill(long1, 'x');
        assertThat(lines(read("relay_domains = " + new String(long1) + "\n"), Kind.ATTENTION))
                .anyMatch(line -> line.contains("is longer than 65536 octets"));
        assertThat(lines(read("relay_domains = a.test$relay_domains\n"), Kind.ATTENTION))
                .anyMatch(line -> line.contains("refers to itself"));
    }

    /** YAML has many ways to read a text as something else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mx2.example.net ESMTP: \"quoted\" \\ # no comment",
                "mx2.example.net yes",
                "mx2.example.net {a: b}",
                "mx2.example.net - [x, *y, &z] !t %d @e"
            })
    void anyBannerComesOutAsItWentIn(String banner) throws IOException {
        PostfixImport imported =
                read("myhostname = mx2.example.net\nrelay_domains = example.org\nsmtpd_banner = " + banner + "\n");

        assertThat(checked(imported).config().ingress().banner().map(text -> "mx2.example.net " + text))
                .contains(banner);
    }

    private PostfixImport read(String mainCf) throws IOException {
        String text = mainCf.replace("DIR", directory.toString());
        return PostfixImport.read(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                directory.resolve("main.cf"),
                directory,
                "mx2.example.net");
    }

    private List<String> lines(PostfixImport imported, Kind kind) {
        return imported.report().lines().stream()
                .filter(line -> line.kind() == kind)
                .map(line -> line.toString().replace(directory.toString(), "DIR"))
                .toList();
    }

    private CheckedConfig checked(PostfixImport imported) throws IOException {
        try {
            return CheckedConfig.load(Optional.of(write("backupmx.yaml", imported.yaml())), Map.of(), Map.of());
        } catch (ConfigException e) {
            throw new AssertionError(imported.yaml() + e.problems(), e);
        }
    }

    private static RecipientVerdict verdict(CheckedConfig checked, String address) {
        return checked.tables().verdict(ForwardPath.parse("<" + address + ">").orElseThrow());
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
