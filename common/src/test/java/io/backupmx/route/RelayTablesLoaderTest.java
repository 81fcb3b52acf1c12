package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.backupmx.config.ConfigException;
import io.backupmx.config.ConfigLoader;
import io.backupmx.smtp.ForwardPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with domains and tables, and what we say. */
final class RelayTablesLoaderTest {

    @TempDir
    private Path directory;

    @Test
    void problemsOfConfigurationDomainsAndEveryFileComeTogether() throws IOException {
        write(
                "relay_domains",
                "good.test OK\n.dotted.test\n!not.test\na.test b.test\nx@y.test\n/etc/more\nbad..test\n");
        write("transport", "good.test smtp:192.0.2.1\nkey@ smtp:[mx]\nalone.test\n");
        write("recipients", "alice@good.test x\nbob x\nno-value@good.test\n");

        assertThat(problems("""
                        ingress: {max_erors: 5}
                        relay_domains: relay_domains
                        transport: transport
                        relay_recipients: recipients
                        domains:
                          none.test:
                          broken.test: "::1"
                          listed.test: {primary: mx, recipients: [alice@other.test, "*", "a\\tb"]}
                        """))
                .containsExactlyInAnyOrder(
                        "ingress.max_erors: unknown key; did you mean max_errors? (DIR/backupmx.yaml line 1)",
                        "domains.broken.test.primary: '::1' is not a host, as in mx1.example.org,"
                                + " mx1.example.org:2525 or [2001:db8::1]:25, nor mx",
                        "domains.listed.test.recipients: 'alice@other.test' is in another domain",
                        "domains.listed.test.recipients: '*' is not a local part or an address;"
                                + " to accept every address, remove the key recipients",
                        "domains.listed.test.recipients: 'a\tb' is not a local part or an address",
                        "DIR/relay_domains:2: '.dotted.test': write it without the leading dot;"
                                + " that covers its subdomains, as in Postfix",
                        "DIR/relay_domains:3: '!not.test' is not a domain name: exclusions are not supported",
                        "DIR/relay_domains:4: more than one domain: write each on a line of its own, without commas",
                        "DIR/relay_domains:5: 'x@y.test' is not a domain name: addresses belong into relay_recipients",
                        "DIR/relay_domains:6: '/etc/more' is not a domain name: files and tables within this file are"
                                + " not supported; write their domains here",
                        "DIR/relay_domains:7: 'bad..test' is not a domain name",
                        "DIR/recipients:2: 'bob' is not an address: write user@domain or @domain",
                        "DIR/recipients:3: 'no-value@good.test' has no value: write 'no-value@good.test x'",
                        "DIR/transport:2: 'key@' is not domain, .domain, user@domain or *",
                        "DIR/transport:3: 'alone.test' has no value: expected key, white space, value",
                        "DIR/transport:1: '192.0.2.1' is not [host] or [host]:port, nor a name, which without brackets"
                                + " means its MX records: write smtp:[host]:port",
                        "none.test: no primary: add domains.none.test.primary"
                                + " or a line 'none.test smtp:[host]' in DIR/transport");
    }

    @Test
    void everyFileThatCannotBeReadIsNamedWithItsKey() {
        assertThat(problems("{relay_domains: no/domains, transport: no/transport, relay_recipients: no/recipients}"))
                .containsExactly(
                        "relay_domains: DIR/no/domains cannot be read: no such file",
                        "relay_recipients: DIR/no/recipients cannot be read: no such file",
                        "transport: DIR/no/transport cannot be read: no such file");
    }

    @Test
    void noDomainAtAllIsAProblem() {
        assertThat(problems("data: /x"))
                .singleElement()
                .asString()
                .startsWith("domains: no domain to back up: add one, as in");
    }

    @Test
    void aFileThatCannotBeParsedIsNotAlsoBlamedForItsMissingDomains() {
        assertThat(problems("domains: {")).singleElement().asString().contains("not YAML");
    }

    @Test
    void problemsOfTablesAreToldBesideThoseOfAConfigurationWithoutDomains() throws IOException {
        write("transport", "key@ smtp:[mx]\n");

        assertThat(problems("{ingress: {max_erors: 5}, transport: transport, relay_recipients: none}"))
                .containsExactlyInAnyOrder(
                        "ingress.max_erors: unknown key; did you mean max_errors? (DIR/backupmx.yaml line 1)",
                        "DIR/transport:1: 'key@' is not domain, .domain, user@domain or *",
                        "relay_recipients: DIR/none cannot be read: no such file");
    }

    @Test
    void withoutATransportFileADomainWithoutPrimarySaysBothWays() {
        assertThat(problems("domains: {a.test: }"))
                .containsExactly(
                        "a.test: no primary: add domains.a.test.primary, or name a transport file that has it");
    }

    @Test
    void linesAboutOtherDomainsNeedNotBeUnderstood() throws IOException {
        write("relay_domains", "example.test OK\n.example.test OK\n");
        write("transport", """
                localhost            local:
                lists.elsewhere.test mailman:
                example.test         smtp:[mx]
                *                    error:no relaying
                """);

        CheckedConfig checked = load("{relay_domains: relay_domains, transport: transport}");

        assertThat(checked.tables().routes()).containsExactly(Route.of("smtp:[mx]:25"));
        assertThat(checked.tables().verdict(path("a@sub.example.test")))
                .isEqualTo(new RecipientVerdict.Answered(TransportAnswer.error("no relaying")));
        assertThat(checked.tables().verdict(path("a@elsewhere.test"))).isEqualTo(new RecipientVerdict.RelayDenied());
    }

    @Test
    void linesAboutOurDomainsAndTheirSubdomainsMust() throws IOException {
        write("relay_domains", "example.test OK\nother.test OK\n");
        write("transport", """
                example.test         smtp:[mx]
                .example.test        virtual:unknown
                bob@example.test     lmtp:unix:/x
                *                    smtp
                """);

        assertThat(problems("{relay_domains: relay_domains, transport: transport}"))
                .hasSize(3)
                .anyMatch(problem -> problem.startsWith("DIR/transport:2: 'virtual:' delivers on this machine"))
                .anyMatch(problem -> problem.startsWith("DIR/transport:3: 'lmtp:unix:/x'"))
                .anyMatch(problem -> problem.startsWith("DIR/transport:4: 'smtp' lacks its colon"));
    }

    /** As in Postfix, for subdomains, too. */
    @Test
    void aLineWithoutNextHopMeansTheMxRecords() throws IOException {
        write("relay_domains", "example.test OK\nother.test OK\n");
        write("transport", "example.test smtp:[mx]\n* :\n");

        CheckedConfig checked = load("{relay_domains: relay_domains, transport: transport}");

        assertThat(checked.tables().routes()).containsExactly(Route.of("smtp:[mx]:25"), Route.of("mx"));
        for (String address : List.of("a@other.test", "a@sub.example.test")) {
            assertThat(checked.tables().verdict(path(address)))
                    .isEqualTo(new RecipientVerdict.Accepted(Route.of("mx")));
        }
        assertThat(checked.tables().verdict(path("a@elsewhere.test"))).isEqualTo(new RecipientVerdict.RelayDenied());
    }

    @Test
    void aTablesValueIsNotMistakenForFurtherDomains() throws IOException {
        write("relay_domains", "a.test OK\nb.test b.test\nc.test customer no. 5\nd.test\n");

        assertThat(load("{relay_domains: relay_domains, transport: " + write("t", "* smtp:[mx]\n") + "}")
                        .tables()
                        .domains())
                .extracting(Object::toString)
                .containsExactly("a.test", "b.test", "c.test", "d.test");
    }

    @Test
    void whatIsFitComesWithItsWarnings() throws IOException {
        CheckedConfig checked = load(ConfigLoader.EXAMPLE);

        assertThat(checked.tables().verdict(path("alice@example.org")))
                .isEqualTo(new RecipientVerdict.Accepted(Route.of("smtp:[mx1.example.org]:25")));
        assertThat(checked.warnings()).hasSize(1);
    }

    private static ForwardPath path(String address) {
        return ForwardPath.parse("<" + address + ">").orElseThrow();
    }

    private List<String> problems(String yaml) {
        return catchThrowableOfType(ConfigException.class, () -> load(yaml)).problems().stream()
                .map(problem -> problem.replace(directory.toString(), "DIR"))
                .toList();
    }

    private CheckedConfig load(String yaml) throws IOException {
        return CheckedConfig.load(Optional.of(write("backupmx.yaml", yaml)), Map.of(), Map.of());
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
