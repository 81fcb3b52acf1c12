package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.config.ConfigException;
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

/** What the tables say of domains that are held. */
final class HeldDomainsTest {

    private static final Route USUAL = Route.of("smtp:[mx1.test]:25");
    private static final Route.Hold HELD = new Route.Hold(Domain.of("held.test"));

    @TempDir
    private Path directory;

    private ConfiguredRelayTables tables(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("backupmx.yaml"), yaml);
        return CheckedConfig.load(Optional.of(file), Map.of(), Map.of()).tables();
    }

    private static ForwardPath path(String address) {
        return ForwardPath.parse("<" + address + ">").orElseThrow();
    }

    private static RecipientVerdict verdict(RelayTables tables, String address) {
        return tables.verdict(path(address));
    }

    @Test
    void mailOfAHeldDomainHasAWayOfItsOwnAndItsNeighboursGoesAsBefore() throws IOException {
        ConfiguredRelayTables tables = tables("""
                domains:
                  held.test: {primary: mx1.test, recipients: [alice], hold: moving to new disks}
                  free.test: mx1.test
                """);

        assertThat(verdict(tables, "alice@held.test")).isEqualTo(new RecipientVerdict.Accepted(HELD));
        assertThat(verdict(tables, "postmaster@held.test")).isEqualTo(new RecipientVerdict.Accepted(HELD));
        assertThat(verdict(tables, "bob@held.test")).isEqualTo(new RecipientVerdict.UnknownUser());
        assertThat(verdict(tables, "bob@free.test")).isEqualTo(new RecipientVerdict.Accepted(USUAL));
        assertThat(tables.routes()).containsExactly(USUAL, HELD);
        assertThat(tables.holds())
                .containsExactly(Map.entry(HELD, "held.test is held by the configuration: moving to new disks"));
        assertThat(tables.way(path("bob@held.test"))).contains(HELD);
        assertThat(tables.way(path("bob@free.test"))).contains(USUAL);
        assertThat(tables.hold(path("bob@held.test"))).contains(HELD);
        assertThat(tables.hold(path("bob@free.test"))).isEmpty();
        assertThat(tables.hold(path("bob@elsewhere.test"))).isEmpty();
        assertThat(tables.warnings()).contains("domains.held.test.hold: its mail is taken and kept, and not delivered");
    }

    @Test
    void trueIsAReasonThatNobodyGaveAndFalseIsNone() throws IOException {
        ConfiguredRelayTables tables = tables("""
                domains:
                  held.test: {primary: mx1.test, hold: true}
                  free.test: {primary: mx1.test, hold: false}
                  off.test: {primary: mx1.test, hold: off}
                """);

        assertThat(tables.holds()).containsExactly(Map.entry(HELD, "held.test is held by the configuration"));
    }

    @Test
    void aReasonIsALine() {
        assertThatThrownBy(() -> tables("domains: {held.test: {primary: mx1.test, hold: \"a\\nb\"}}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("domains.held.test.hold: is not one line of up to 200 characters");
    }

    @Test
    void subdomainsThatComeWithTheDomainAreHeldWithItAndOthersAreNot() throws IOException {
        ConfiguredRelayTables tables = tables("""
                domains:
                  held.test: {primary: mx1.test, subdomains: accept, hold: true}
                  own.held.test: mx1.test
                """);

        assertThat(verdict(tables, "a@deep.sub.held.test")).isEqualTo(new RecipientVerdict.Accepted(HELD));
        assertThat(verdict(tables, "a@own.held.test")).isEqualTo(new RecipientVerdict.Accepted(USUAL));

        ConfiguredRelayTables alone = tables("domains: {held.test: {primary: mx1.test, hold: true}}");
        assertThat(verdict(alone, "a@sub.held.test")).isEqualTo(new RecipientVerdict.RelayDenied());
        assertThat(alone.hold(path("a@sub.held.test"))).isEmpty();
    }

    @Test
    void linesOfATransportFileAreHeldButForTheirAnswers() throws IOException {
        Files.writeString(directory.resolve("transport"), """
                held.test        smtp:[mx1.test]
                alice@held.test  smtp:[mx2.test]
                spam@held.test   discard:
                gone@held.test   error:5.1.6 moved
                """);
        ConfiguredRelayTables tables = tables("""
                transport: transport
                domains: {held.test: {hold: true}}
                """);

        for (String user : List.of("bob", "alice", "spam")) {
            assertThat(verdict(tables, user + "@held.test")).isEqualTo(new RecipientVerdict.Accepted(HELD));
        }
        assertThat(verdict(tables, "gone@held.test")).isInstanceOf(RecipientVerdict.Answered.class);
        assertThat(tables.way(path("gone@held.test"))).isEmpty();
        assertThat(tables.routes()).contains(USUAL, Route.of("smtp:[mx2.test]:25"), HELD);
    }

    @Test
    void aHeldDomainsPrimaryIsAskedWhoExists() throws IOException {
        RecipientVerdict verdict = verdict(
                tables("domains: {held.test: {primary: mx1.test, recipient_sources: [primary], hold: true}}"),
                "a@held.test");

        assertThat(verdict).isInstanceOf(RecipientVerdict.Unsettled.class);
        RecipientVerdict.Unsettled open = (RecipientVerdict.Unsettled) verdict;
        assertThat(open.route()).isEqualTo(HELD);
        assertThat(open.primary()).isEqualTo(USUAL);
    }

    @Test
    void nobodyIsSentToThePrimaryOfAHeldDomain() throws IOException {
        RelayTables tables = tables("""
                domains:
                  held.test: {primary: mx1.test, defer_while_up: all, hold: true}
                  free.test: {primary: mx1.test, defer_while_up: all}
                """);

        assertThat(tables.defersWhileUp(path("a@held.test"))).isFalse();
        assertThat(tables.defersWhileUp(path("a@free.test"))).isTrue();
    }

    @Test
    void whatIsDemandedOfItsPrimaryStaysSo() throws IOException {
        String domains = "domains: {held.test: {primary: mx1.test, tls: required%s}, free.test: mx1.test}";

        assertThat(tables(domains.formatted(", hold: true")).tls())
                .isEqualTo(tables(domains.formatted("")).tls());
    }

    @Test
    void whoAsksIsToldWhereMailWouldGoAndThatItIsHeld() throws IOException {
        Explanation why = tables("domains: {held.test: {primary: mx1.test, hold: new disks}}")
                .explain(path("a@held.test"));

        assertThat(why.route()).contains(USUAL);
        assertThat(why.held()).contains("held.test is held by the configuration: new disks");
    }

    @Test
    void toHoldADomainIsAnotherWayForItsMailAndTakesNobody() throws IOException {
        ConfiguredRelayTables before = tables("domains: {held.test: {primary: mx1.test, recipients: [alice]}}");
        TableChanges changes = TableChanges.between(
                before, tables("domains: {held.test: {primary: mx1.test, recipients: [alice], hold: true}}"));

        assertThat(changes.rerouted())
                .containsExactly(new TableChanges.Rerouted(HELD.domain(), Optional.of(USUAL), Optional.of(HELD)));
        assertThat(changes.removed()).isEmpty();
    }

    @Test
    void aHoldIsWrittenWithItsDomain() {
        assertThat(Route.of("hold:held.test")).isEqualTo(HELD).hasToString("hold:held.test");
        assertThat(Route.parse("hold:")).isEmpty();
        assertThat(Route.parse("hold:[192.0.2.1]")).isEmpty();
    }
}
