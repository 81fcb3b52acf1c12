package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.backupmx.config.ConfigException;
import io.backupmx.config.UnknownRecipients;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tables say of domains that nobody has configured, with {@code permit_mx_backup}. */
final class MxBackupTest {

    private static final Route MX = Route.of("mx");
    private static final RecipientVerdict ACCEPTED = new RecipientVerdict.Accepted(MX);
    private static final RecipientVerdict DENIED = new RecipientVerdict.RelayDenied();
    private static final RecipientVerdict UNKNOWN = new RecipientVerdict.UnknownUser();

    @TempDir
    private Path directory;

    private ConfiguredRelayTables tables(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("backupmx.yaml"), yaml);
        return CheckedConfig.load(Optional.of(file), Map.of(), Map.of()).tables();
    }

    private static RecipientVerdict verdict(RelayTables tables, String address) {
        return tables.verdict(ForwardPath.parse("<" + address + ">").orElseThrow());
    }

    /** What is said when the DNS permits it. */
    private static RecipientVerdict then(RelayTables tables, String address) {
        RecipientVerdict verdict = verdict(tables, address);
        assertThat(verdict).isInstanceOf(RecipientVerdict.IfMxBackup.class);
        RecipientVerdict.IfMxBackup open = (RecipientVerdict.IfMxBackup) verdict;
        assertThat(open.networks()).hasToString("192.0.2.0/24");
        assertThat(address).endsWith("@" + open.domain());
        return open.then();
    }

    @Test
    void withoutTheSectionOtherDomainsAreDenied() throws IOException {
        RelayTables tables = tables("domains: {ours.test: mx1.test}");

        assertThat(verdict(tables, "alice@else.test")).isEqualTo(DENIED);
        assertThat(tables.routes()).containsExactly(Route.of("smtp:[mx1.test]:25"));
    }

    @Test
    void otherDomainsGoByTheirMxRecordsAndOursByWhatIsConfigured() throws IOException {
        RelayTables tables = tables("""
                domains:
                  ours.test: {primary: mx1.test, recipients: [alice]}
                  strict.test: {primary: mx1.test, subdomains: refuse}
                permit_mx_backup: {networks: [192.0.2.0/24], unlisted_recipients: accept}
                """);

        assertThat(then(tables, "alice@else.test")).isEqualTo(ACCEPTED);
        assertThat(then(tables, "postmaster@else.test")).isEqualTo(ACCEPTED);
        assertThat(then(tables, "alice@sub.ours.test")).isEqualTo(ACCEPTED);
        assertThat(verdict(tables, "alice@sub.strict.test")).isEqualTo(DENIED);
        assertThat(verdict(tables, "bob@ours.test")).isEqualTo(UNKNOWN);
        assertThat(verdict(tables, "alice@ours.test"))
                .isEqualTo(new RecipientVerdict.Accepted(Route.of("smtp:[mx1.test]:25")));
        assertThat(tables.routes()).containsExactly(Route.of("smtp:[mx1.test]:25"), MX);
        assertThat(tables.domains()).containsExactly(Domain.of("ours.test"), Domain.of("strict.test"));
    }

    @Test
    void sendersRoutingAndAddressLiteralsNobodyAsksAbout() throws IOException {
        RelayTables tables = tables(
                "{domains: {ours.test: mx1.test}, permit_mx_backup: {networks: [192.0.2.0/24], unlisted_recipients: accept}}");

        for (String address : List.of(
                "alice%far.test@else.test",
                "far.test!alice@else.test", "alice@[192.0.2.1]", "alice@[IPv6:2001:db8::1]")) {
            assertThat(verdict(tables, address)).as(address).isEqualTo(DENIED);
        }
    }

    @Test
    void linesOfTheTransportFileSayMoreThanTheDns() throws IOException {
        Files.writeString(
                directory.resolve("transport"),
                "else.test smtp:[mx9.test]\nno.test error:5.7.1 not here\nlater.test retry:\nodd.test lmtp:unix:/x\n"
                        + "ours.test smtp:[mx1.test]\nalice@user.test error:\n");
        Files.writeString(directory.resolve("relay_domains"), "ours.test\nno-route.test\n");
        RelayTables tables = tables("""
                relay_domains: relay_domains
                transport: transport
                domains: {no-route.test: mx1.test}
                permit_mx_backup: {networks: [192.0.2.0/24], unlisted_recipients: accept}
                """);

        assertThat(then(tables, "alice@else.test"))
                .isEqualTo(new RecipientVerdict.Accepted(Route.of("smtp:[mx9.test]:25")));
        assertThat(then(tables, "alice@no.test"))
                .isEqualTo(new RecipientVerdict.Answered(TransportAnswer.error("5.7.1 not here")));
        assertThat(then(tables, "alice@later.test"))
                .isEqualTo(new RecipientVerdict.Answered(TransportAnswer.retry("")));
        assertThat(verdict(tables, "alice@odd.test")).isEqualTo(DENIED);
        assertThat(then(tables, "alice@user.test")).isInstanceOf(RecipientVerdict.Answered.class);
        assertThat(then(tables, "bob@user.test")).isEqualTo(ACCEPTED);
        assertThat(verdict(tables, "alice@sub.ours.test"))
                .as("a relay domain without a route")
                .isEqualTo(DENIED);
        assertThat(tables.routes()).containsExactly(Route.of("smtp:[mx1.test]:25"), Route.of("smtp:[mx9.test]:25"), MX);
    }

    @Test
    void aListCountsForTheDomainsItKnows() throws IOException {
        Files.writeString(directory.resolve("recipients"), "alice@ours.test x\nalice@listed.test x\n@open.test x\n");
        ConfiguredRelayTables tables = tables("""
                domains: {ours.test: mx1.test}
                relay_recipients: recipients
                recipient_delimiter: +
                permit_mx_backup: {networks: [192.0.2.0/24], unlisted_recipients: accept}
                """);

        assertThat(then(tables, "alice+box@listed.test")).isEqualTo(ACCEPTED);
        assertThat(then(tables, "bob@listed.test")).isEqualTo(UNKNOWN);
        assertThat(then(tables, "abuse@listed.test")).isEqualTo(ACCEPTED);
        assertThat(then(tables, "bob@open.test")).isEqualTo(ACCEPTED);
        assertThat(then(tables, "bob@else.test")).isEqualTo(ACCEPTED);
        assertThat(tables.recipients()).as("of our own domains").isEqualTo(1);
    }

    @Test
    void theSectionsSourcesKnowWhoIsInNoList() throws IOException {
        ConfiguredRelayTables tables = tables("""
                domains: {ours.test: mx1.test}
                recipient_delimiter: +
                permit_mx_backup: {networks: [192.0.2.0/24], recipient_sources: [primary], unknown_recipients: accept}
                """);

        assertThat(then(tables, "bob+x@else.test"))
                .isEqualTo(new RecipientVerdict.Unsettled(
                        MX,
                        new RecipientQuestion(
                                List.of("bob+x@else.test", "bob@else.test"),
                                List.of("primary"),
                                UnknownRecipients.ACCEPT)));
        assertThat(then(tables, "postmaster@else.test"))
                .as("nobody knows whether anybody is there")
                .isInstanceOf(RecipientVerdict.Unsettled.class);
        assertThat(tables.warnings())
                .hasSize(2)
                .anyMatch(warning -> warning.startsWith("ours.test: every address is accepted"))
                .anyMatch(warning -> warning.startsWith("permit_mx_backup.unknown_recipients: accept"));
        assertThat(tables.explain(ForwardPath.parse("<bob@else.test>").orElseThrow()))
                .isEqualTo(new Explanation(
                        Domain.of("else.test"),
                        Explanation.BackedUp.IF_MX_BACKUP,
                        Optional.of(MX),
                        new RouteSource.MxBackup(),
                        Optional.of(RecipientSource.ASKED_SOURCES),
                        false,
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void whereTheListIsAllThatCountsWhoIsNotInItDoesNotExist() throws IOException {
        Files.writeString(directory.resolve("recipients"), "alice@listed.test x\n@open.test x\n");
        ConfiguredRelayTables tables = tables("""
                domains: {ours.test: mx1.test}
                relay_recipients: recipients
                permit_mx_backup: {networks: [192.0.2.0/24], unlisted_recipients: reject}
                """);

        assertThat(then(tables, "alice@listed.test")).isEqualTo(ACCEPTED);
        assertThat(then(tables, "bob@listed.test")).isEqualTo(UNKNOWN);
        assertThat(then(tables, "bob@open.test")).isEqualTo(ACCEPTED);
        assertThat(then(tables, "bob@else.test")).isEqualTo(UNKNOWN);
        assertThat(then(tables, "postmaster@listed.test")).isEqualTo(ACCEPTED);
        assertThat(then(tables, "abuse@open.test")).isEqualTo(ACCEPTED);
        assertThat(then(tables, "postmaster@else.test"))
                .as("a stranger's, maybe")
                .isEqualTo(UNKNOWN);
    }

    /** A stranger's domain may lead to an address of ours that nobody uses: its mail would stay until it expires. */
    @Test
    void whoMayFillTheSpoolIsSaidInSoManyWords() throws IOException {
        String yaml =
                "{domains: {ours.test: {primary: mx1.test, recipients: []}}, permit_mx_backup: {networks: [192.0.2.0/24]%s}}";

        for (String silent : List.of("", ", recipient_sources: []", ", unknown_recipients: reject")) {
            assertThat(problems(yaml.formatted(silent)))
                    .singleElement()
                    .asString()
                    .startsWith("permit_mx_backup: says nothing of who exists");
        }
        assertThat(problems(yaml.formatted(", unlisted_recipients: reject")))
                .singleElement()
                .asString()
                .startsWith("permit_mx_backup.unlisted_recipients: reject needs relay_recipients");
        assertThat(tables(yaml.formatted(", recipient_sources: [primary]")).warnings())
                .isEmpty();
        assertThat(tables(yaml.formatted(", unlisted_recipients: accept")).warnings())
                .singleElement()
                .asString()
                .startsWith("permit_mx_backup.unlisted_recipients: accept: whoever points");
        assertThat(tables(yaml.formatted(", recipient_sources: [primary], unknown_recipients: accept"))
                        .warnings())
                .singleElement()
                .asString()
                .startsWith("permit_mx_backup.unknown_recipients: accept: whoever points");
    }

    private List<String> problems(String yaml) {
        return catchThrowableOfType(ConfigException.class, () -> tables(yaml)).problems();
    }

    @Test
    void whatIsWrongIsSaid() {
        assertThat(catchThrowableOfType(
                                ConfigException.class,
                                () -> tables("permit_mx_backup: {networks: [192.0.2.0/24], recipient_sources: [corp]}"))
                        .problems())
                .containsExactlyInAnyOrder(
                        RelayTablesLoader.NO_DOMAIN,
                        "permit_mx_backup.recipient_sources: there is no source 'corp': the names are those below"
                                + " recipient_sources, primary and known");
    }
}
