package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.backupmx.config.ConfigException;
import io.backupmx.config.UnknownRecipients;
import io.backupmx.smtp.ForwardPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the tables leave a recipient to, and when. */
final class RecipientSourcesTest {

    private static final Route ROUTE = Route.of("smtp:[mx.example]:25");
    private static final RecipientVerdict ACCEPTED = new RecipientVerdict.Accepted(ROUTE);
    private static final RecipientVerdict DENIED = new RecipientVerdict.RelayDenied();

    private static final String MEANS_NOTHING = ".unknown_recipients: is about the time while the primary is away, and"
            + " recipients whom nobody but it could tell of: without primary among domains.%s.recipient_sources it means"
            + " nothing";

    @TempDir
    private Path directory;

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("backupmx.yaml"), yaml);
    }

    private ConfiguredRelayTables tables(String yaml) throws IOException {
        return CheckedConfig.load(Optional.of(write(yaml)), Map.of(), Map.of()).tables();
    }

    private static RecipientVerdict verdict(RelayTables tables, String address) {
        return tables.verdict(ForwardPath.parse("<" + address + ">").orElseThrow());
    }

    private static RecipientVerdict open(List<String> sources, UnknownRecipients unknown, String... addresses) {
        return new RecipientVerdict.Unsettled(ROUTE, new RecipientQuestion(List.of(addresses), sources, unknown));
    }

    @Test
    void whoIsInNoListIsLeftToTheSources() throws IOException {
        RelayTables tables = tables("""
                recipient_delimiter: +
                recipient_sources: {ldap: {corp: {url: "ldaps://l.test", base: "dc=x"}}}
                domains:
                  x.test: {primary: mx.example, recipients: [alice], recipient_sources: [corp, primary],
                           unknown_recipients: accept}
                  y.test: {primary: mx.example, recipient_sources: [primary]}
                  z.test: {primary: mx.example, recipients: [alice]}
                """);

        assertThat(verdict(tables, "alice@x.test")).isEqualTo(ACCEPTED);
        assertThat(verdict(tables, "alice+box@x.test")).isEqualTo(ACCEPTED);
        assertThat(verdict(tables, "postmaster@x.test")).isEqualTo(ACCEPTED);
        assertThat(verdict(tables, "Bob+Box@X.test"))
                .isEqualTo(open(List.of("corp", "primary"), UnknownRecipients.ACCEPT, "bob+box@x.test", "bob@x.test"));
        assertThat(verdict(tables, "bob@y.test"))
                .isEqualTo(open(List.of("primary"), UnknownRecipients.DEFER, "bob@y.test"));
        assertThat(verdict(tables, "bob@z.test")).isEqualTo(new RecipientVerdict.UnknownUser());
    }

    /** A source cannot open what no list may open by accident: a primary might send that on. */
    @Test
    void nobodyIsAskedAboutSendersRouting() throws IOException {
        RelayTables tables = tables("domains: {x.test: {primary: mx.example, recipient_sources: [primary]}}");

        for (String routed : List.of("bob%elsewhere.test@x.test", "elsewhere.test!bob@x.test")) {
            assertThat(verdict(tables, routed)).isEqualTo(DENIED);
        }
        assertThat(verdict(tables, "bob@elsewhere.test")).isEqualTo(DENIED);
        assertThat(verdict(tables, "bob@sub.x.test")).isEqualTo(DENIED);
    }

    @Test
    void subdomainsThatAreTakenHaveTheSourcesOfTheirDomain() throws IOException {
        RelayTables tables = tables("""
                domains: {x.test: {primary: mx.example, subdomains: accept, recipient_sources: [primary]}}
                """);

        assertThat(verdict(tables, "bob@a.b.x.test"))
                .isEqualTo(open(List.of("primary"), UnknownRecipients.DEFER, "bob@a.b.x.test"));
    }

    @Test
    void fileThatOpensADomainOpensIt() throws IOException {
        Files.writeString(directory.resolve("recipients"), "@x.test x\nalice@y.test x\n");
        RelayTables tables = tables("""
                relay_recipients: recipients
                domains:
                  x.test: {primary: mx.example, recipient_sources: [primary]}
                  y.test: {primary: mx.example, recipient_sources: [primary]}
                """);

        assertThat(verdict(tables, "anybody@x.test")).isEqualTo(ACCEPTED);
        assertThat(verdict(tables, "alice@y.test")).isEqualTo(ACCEPTED);
        assertThat(verdict(tables, "bob@y.test"))
                .isEqualTo(open(List.of("primary"), UnknownRecipients.DEFER, "bob@y.test"));
    }

    @Test
    void whatIsWrongWithSourcesIsSaid() throws IOException {
        Path file = write("""
                recipient_sources:
                  ldap:
                    corp: {url: "http://l.test", filter: "(mail=me)", timeout: 1h}
                    Corp!: {url: "ldap://l.test", base: dc=x}
                    postfix: {url: "ldap://l.test", base: dc=x, filter: "(&(mail=%s)(dc=%1))", bind_dn: cn=me}
                    literal: {url: "ldap://l.test", base: dc=x, filter: "(mail=%%s)"}
                  sql:
                    corp: {url: "jdbc:oracle:thin:@x", query: "select 1"}
                    primary: {url: "jdbc:postgresql://db/x", query: "select 1 from t where a = %s"}
                    like: {url: "jdbc:postgresql://db/x", query: "select 1 from t where a like '%x' and b = %s"}
                    quote: {url: "jdbc:postgresql://db/x", query: "select 1 from t where a = '%s"}
                    jdbc: {url: "jdbc:postgresql://db/x", query: "select 1 from t where a = ?"}
                    text: {url: "jdbc:postgresql://db/x", query: "select 1 from t where a = '%%s ?'"}
                  http:
                    list: {url: "ftp://x.test/list", interval: 1ms}
                domains:
                  x.test: {primary: mx.example, recipient_sources: [corp, crm]}
                """);

        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> CheckedConfig.load(Optional.of(file), Map.of(), Map.of()));

        assertThat(e.problems())
                .containsExactlyInAnyOrder(
                        "recipient_sources.ldap.Corp!: a name is made of small letters, digits, - and _",
                        "recipient_sources.ldap.corp.url: 'http://l.test' is not of the form ldaps://ldap.example.org",
                        "recipient_sources.ldap.corp.base: is missing: write, for example, ou=people,dc=example,dc=org",
                        "recipient_sources.ldap.corp.filter: does not ask for the recipient: write %s where its address"
                                + " belongs",
                        "recipient_sources.ldap.corp.timeout: 1h is not within 100ms..20s",
                        "recipient_sources.ldap.postfix.filter: %1 in '(&(mail=%s)(dc=%1))' is not one of %s (the"
                                + " address), %u (its local part), %d (its domain); a percent sign is written %%",
                        "recipient_sources.ldap.postfix.bind_password_file: is missing: write, for example,"
                                + " /etc/backupmx/ldap-password",
                        "recipient_sources.ldap.literal.filter: does not ask for the recipient: write %s where its"
                                + " address belongs",
                        "recipient_sources.sql.like.query: %x in ''%x'' is not one of %s (the address), %u (its local"
                                + " part), %d (its domain); a percent sign is written %%",
                        "recipient_sources.sql.quote.query: a quote without its end",
                        "recipient_sources.sql.jdbc.query: a question mark is the driver's word for a parameter; write"
                                + " %s, %u or %d",
                        "recipient_sources.sql.text.query: does not ask for the recipient: write %s where its address"
                                + " belongs",
                        "recipient_sources.sql.corp: there is another source of this name",
                        "recipient_sources.sql.corp.url: is neither jdbc:postgresql://... nor jdbc:mariadb://...",
                        "recipient_sources.sql.corp.query: does not ask for the recipient: write %s where its address"
                                + " belongs",
                        "recipient_sources.sql.primary: there is another source of this name",
                        "recipient_sources.http.list.url: 'ftp://x.test/list' is not of the form"
                                + " https://www.example.org/recipients.txt",
                        "recipient_sources.http.list.interval: 1ms is not within 1s..7d",
                        "domains.x.test.recipient_sources: there is no source 'crm': the names are those below"
                                + " recipient_sources, primary and known");
    }

    @Test
    void whatMeansNothingIsWarnedOf() throws IOException {
        Files.writeString(directory.resolve("recipients"), "@open.test x\n@away.test x\n");

        assertThat(tables("""
                        relay_recipients: recipients
                        domains:
                          list.test: {primary: mx.example, recipients: [a], unknown_recipients: reject}
                          known.test: {primary: mx.example, recipient_sources: [known], unknown_recipients: accept}
                          open.test: {primary: mx.example, recipient_sources: [known]}
                          away.test: {primary: mx.example, recipient_sources: [primary], unknown_recipients: accept}
                          said.test: {primary: mx.example, recipients: [a], unknown_recipients: defer}
                          well.test: {primary: mx.example, recipient_sources: [known, primary],
                                      unknown_recipients: reject}
                        """).warnings())
                .filteredOn(warning -> warning.startsWith("domains."))
                .containsExactlyInAnyOrder(
                        "domains.list.test" + MEANS_NOTHING.formatted("list.test"),
                        "domains.known.test" + MEANS_NOTHING.formatted("known.test"),
                        "domains.open.test.recipient_sources: nobody is ever asked, for relay_recipients has"
                                + " '@open.test', every address",
                        "domains.away.test.recipient_sources: nobody is ever asked, for relay_recipients has"
                                + " '@away.test', every address");
    }
}
