package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigLoader;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.ForwardPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may get mail through us, and by which route. */
final class RelayTablesTest {

    private static final RecipientVerdict DENIED = new RecipientVerdict.RelayDenied();
    private static final RecipientVerdict UNKNOWN = new RecipientVerdict.UnknownUser();

    @TempDir
    private Path directory;

    @Test
    void anInlineDomainIsAcceptedExactlyAndItsSubdomainsAreNot() throws IOException {
        RelayTables tables = load("domains: {example.test: mx.example.test}");

        assertThat(verdict(tables, "Alice@EXAMPLE.test")).isEqualTo(by("smtp:[mx.example.test]:25"));
        assertThat(verdict(tables, "alice@sub.example.test")).isEqualTo(DENIED);
        assertThat(verdict(tables, "alice@test")).isEqualTo(DENIED);
        assertThat(verdict(tables, "alice@otherexample.test")).isEqualTo(DENIED);
        assertThat(verdict(tables, "alice@[127.0.0.1]")).isEqualTo(DENIED);
    }

    @Test
    void inlineRecipientsAreTheOnlyOnesAndFoldTheirCase() throws IOException {
        write("recipients", "carol@example.test x\n@example.test x\n");
        RelayTables tables = load("""
                relay_recipients: recipients
                domains:
                  example.test:
                    primary: mx.example.test
                    recipients: [Alice, bob@Example.Test, '"quoted user"', "dot."]
                """);

        assertThat(verdict(tables, "aLICE@example.test")).isEqualTo(by("smtp:[mx.example.test]:25"));
        assertThat(verdict(tables, "bob@example.test")).isEqualTo(by("smtp:[mx.example.test]:25"));
        assertThat(verdict(tables, "\"Quoted User\"@example.test")).isEqualTo(by("smtp:[mx.example.test]:25"));
        assertThat(verdict(tables, "\"dot.\"@example.test")).isEqualTo(by("smtp:[mx.example.test]:25"));
        assertThat(verdict(tables, "carol@example.test")).isEqualTo(UNKNOWN);
        assertThat(verdict(tables, "alice+box@example.test")).isEqualTo(UNKNOWN);
    }

    @Test
    void anEmptyListMeansNobodyButTheRoles() throws IOException {
        RelayTables tables = load("domains: {example.test: {primary: mx.example.test, recipients: []}}");

        assertThat(verdict(tables, "alice@example.test")).isEqualTo(UNKNOWN);
        assertThat(verdict(tables, "PostMaster@example.test")).isEqualTo(by("smtp:[mx.example.test]:25"));
        assertThat(verdict(tables, "abuse@example.test")).isEqualTo(by("smtp:[mx.example.test]:25"));
    }

    @Test
    void theBarePostmasterIsTheFirstDomains() throws IOException {
        RelayTables tables = load("domains: {b.test: mx.b.test, a.test: mx.a.test}");

        assertThat(tables.verdict(new ForwardPath.Postmaster())).isEqualTo(by("smtp:[mx.b.test]:25"));
    }

    @Test
    void withARecipientsFileOnlyItsAddressesAndOpenDomainsAreAccepted() throws IOException {
        write("recipients", "Alice@A.test x\n@open.test x\nmallory@elsewhere.test x\n@elsewhere.test x\n");
        RelayTables tables = load("""
                relay_recipients: recipients
                domains: {a.test: mx.a.test, open.test: mx.open.test, c.test: mx.c.test}
                """);

        assertThat(verdict(tables, "alice@a.test")).isEqualTo(by("smtp:[mx.a.test]:25"));
        assertThat(verdict(tables, "bob@a.test")).isEqualTo(UNKNOWN);
        assertThat(verdict(tables, "anybody@open.test")).isEqualTo(by("smtp:[mx.open.test]:25"));
        assertThat(verdict(tables, "anybody@c.test")).isEqualTo(UNKNOWN);
        assertThat(verdict(tables, "mallory@elsewhere.test")).isEqualTo(DENIED);
    }

    @Test
    void domainsOfTheFileCoverTheirSubdomainsWhereTheTransportTableRoutesThem() throws IOException {
        write("relay_domains", "example.test OK\nother.test OK\n");
        write("transport", """
                example.test       smtp:[mx.test]
                .example.test      smtp:[sub.test]
                x.y.example.test   smtp:[xy.test]
                .y.example.test    smtp:[y.test]
                other.test         smtp:[other.test]
                """);
        RelayTables tables = load("{relay_domains: relay_domains, transport: transport}");

        assertThat(verdict(tables, "a@example.test")).isEqualTo(by("smtp:[mx.test]:25"));
        assertThat(verdict(tables, "a@x.example.test")).isEqualTo(by("smtp:[sub.test]:25"));
        assertThat(verdict(tables, "a@y.example.test")).isEqualTo(by("smtp:[sub.test]:25"));
        assertThat(verdict(tables, "a@x.y.example.test")).isEqualTo(by("smtp:[xy.test]:25"));
        assertThat(verdict(tables, "a@z.y.example.test")).isEqualTo(by("smtp:[y.test]:25"));
        assertThat(verdict(tables, "a@sub.other.test")).isEqualTo(DENIED);
        assertThat(tables.routes())
                .extracting(Route::toString)
                .containsExactly(
                        "smtp:[mx.test]:25",
                        "smtp:[other.test]:25",
                        "smtp:[sub.test]:25",
                        "smtp:[xy.test]:25",
                        "smtp:[y.test]:25");
    }

    @Test
    void theTransportTableIsTriedFromTheAddressToTheStar() throws IOException {
        write("transport", """
                *                    smtp:[star]
                .test                smtp:[dot-test]
                a.test               smtp:[a]
                alice@a.test         smtp:[alice]
                sub.b.test           smtp:[not-for-b]
                """);
        RelayTables tables = load("""
                transport: transport
                domains: {a.test: , b.test: , c.example: , d.test: inline.d.test}
                """);

        assertThat(verdict(tables, "ALICE@a.test")).isEqualTo(by("smtp:[alice]:25"));
        assertThat(verdict(tables, "bob@a.test")).isEqualTo(by("smtp:[a]:25"));
        assertThat(verdict(tables, "bob@b.test")).isEqualTo(by("smtp:[dot-test]:25"));
        assertThat(verdict(tables, "bob@c.example")).isEqualTo(by("smtp:[star]:25"));
        assertThat(verdict(tables, "bob@d.test")).isEqualTo(by("smtp:[inline.d.test]:25"));
        assertThat(verdict(tables, "bob@elsewhere.example")).isEqualTo(DENIED);
        assertThat(verdict(tables, "bob@elsewhere.test")).isEqualTo(DENIED);
        assertThat(tables.domains())
                .containsExactly(Domain.of("a.test"), Domain.of("b.test"), Domain.of("c.example"), Domain.of("d.test"));
        assertThat(tables.routes())
                .extracting(Route::toString)
                .containsExactly(
                        "smtp:[a]:25",
                        "smtp:[dot-test]:25",
                        "smtp:[star]:25",
                        "smtp:[inline.d.test]:25",
                        "smtp:[alice]:25");
    }

    @Test
    void everyRouteOfAVerdictIsAmongTheRoutes() throws IOException {
        write("relay_domains", "example.test OK\n");
        write("transport", "example.test smtp:[a]\nuser@deep.example.test smtp:[b]\n* smtp:[c]\n");
        RelayTables tables = load("{relay_domains: relay_domains, transport: transport}");

        for (String address : new String[] {"x@example.test", "user@deep.example.test", "x@deep.example.test"}) {
            assertThat(verdict(tables, address))
                    .isInstanceOfSatisfying(
                            RecipientVerdict.Accepted.class,
                            accepted -> assertThat(tables.routes()).contains(accepted.route()));
        }
    }

    @Test
    void aSingleLabelOpensNoTopLevelDomain() throws IOException {
        write("relay_domains", "com\n");
        write("transport", "* smtp:[mx]\n");
        ConfiguredRelayTables tables = load("{relay_domains: relay_domains, transport: transport}");

        assertThat(verdict(tables, "a@com")).isEqualTo(by("smtp:[mx]:25"));
        assertThat(verdict(tables, "a@victim.com")).isEqualTo(DENIED);
        assertThat(tables.warnings()).anyMatch(warning -> warning.startsWith("com: a single label"));
    }

    /** What a primary that trusts us might relay on must not pass where nobody listed it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "victim%elsewhere.test@example.test",
                "elsewhere.test!victim@example.test",
                "\"victim@elsewhere.test\"@example.test"
            })
    void sendersRoutingIsRefusedUnlessListed(String address) throws IOException {
        assertThat(verdict(load("domains: {example.test: mx.example.test}"), address))
                .isEqualTo(DENIED);

        write("recipients", "@example.test x\n");
        assertThat(verdict(load("{relay_recipients: recipients, domains: {example.test: mx}}"), address))
                .isEqualTo(DENIED);

        write("recipients", "alice@example.test x\n");
        assertThat(verdict(load("{relay_recipients: recipients, domains: {example.test: mx}}"), address))
                .isEqualTo(DENIED);

        write("recipients", address + " x\n");
        assertThat(verdict(load("{relay_recipients: recipients, domains: {example.test: mx}}"), address))
                .isEqualTo(by("mx"));
    }

    /** Else everybody whose base is listed, postmaster of every domain among them, would be a way to elsewhere. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice+x%elsewhere.test@example.test",
                "alice+elsewhere.test!victim@example.test",
                "\"alice+victim@elsewhere.test\"@example.test",
                "postmaster+x%elsewhere.test@example.test"
            })
    void sendersRoutingInAnExtensionIsRefused(String address) throws IOException {
        write("recipients", "alice@example.test x\n");
        assertThat(verdict(
                        load("{recipient_delimiter: +, relay_recipients: recipients, domains: {example.test: mx}}"),
                        address))
                .isEqualTo(DENIED);
        assertThat(verdict(load("{recipient_delimiter: +, domains: {example.test: mx}}"), address))
                .isEqualTo(DENIED);
    }

    @Test
    void anAddressIsLookedUpInFullThenWithoutItsExtension() throws IOException {
        write("transport", """
                example.test            smtp:[mx]
                alice@example.test      smtp:[alice]
                alice+a@example.test    smtp:[alice-a]
                """);
        write("recipients", "alice@example.test x\nbob+list@example.test x\n");
        RelayTables tables = load("""
                relay_recipients: recipients
                transport: transport
                recipient_delimiter: +=
                domains: {example.test: , other.test: {primary: mx.other.test, recipients: [carol]}}
                """);

        assertThat(verdict(tables, "Alice@example.test")).isEqualTo(by("smtp:[alice]:25"));
        assertThat(verdict(tables, "alice+A@example.test")).isEqualTo(by("smtp:[alice-a]:25"));
        assertThat(verdict(tables, "alice+b@example.test")).isEqualTo(by("smtp:[alice]:25"));
        assertThat(verdict(tables, "alice=b+c@example.test")).isEqualTo(by("smtp:[alice]:25"));
        assertThat(verdict(tables, "bob+list@example.test")).isEqualTo(by("smtp:[mx]:25"));
        assertThat(verdict(tables, "bob+other@example.test")).isEqualTo(UNKNOWN);
        assertThat(verdict(tables, "bob@example.test")).isEqualTo(UNKNOWN);
        assertThat(verdict(tables, "+alice@example.test")).isEqualTo(UNKNOWN);
        assertThat(verdict(tables, "carol+x@other.test")).isEqualTo(by("smtp:[mx.other.test]:25"));
        assertThat(known(tables, "carol+x@other.test")).isTrue();
    }

    @Test
    void knownIsWhomAListHasOrWhomTheSourcesHaveSaidYesTo() throws IOException {
        RelayTables tables = load("""
                domains:
                  listed.test: {primary: mx1.test, recipients: [a]}
                  asked.test: {primary: mx1.test, recipient_sources: [primary]}
                  open.test: {primary: mx1.test, recipient_sources: [primary], unknown_recipients: accept}
                  any.test: mx1.test
                """);

        assertThat(known(tables, "a@listed.test")).isTrue();
        assertThat(known(tables, "b@listed.test")).isFalse();
        assertThat(known(tables, "postmaster@listed.test")).isTrue();
        assertThat(known(tables, "a@asked.test")).isTrue();
        assertThat(known(tables, "a@open.test")).isFalse();
        assertThat(known(tables, "a@any.test")).isFalse();
        assertThat(known(tables, "a@elsewhere.test")).isFalse();
    }

    private static boolean known(RelayTables tables, String address) {
        return tables.isKnown(ForwardPath.parse("<" + address + ">").orElseThrow());
    }

    @Test
    void theTransportTableAnswersForThoseItHasNoWayFor() throws IOException {
        write("relay_domains", "example.test OK\n");
        write("transport", """
                example.test            smtp:[mx]
                gone@example.test       error:5.1.6 moved
                .example.test           error:
                later.example.test      retry:4.2.1 soon
                """);
        write("recipients", "alice@example.test x\n");
        RelayTables tables = load("{relay_domains: relay_domains, transport: transport, relay_recipients: recipients}");

        assertThat(verdict(tables, "gone@example.test")).isEqualTo(answered("5.1.6", "moved"));
        assertThat(verdict(tables, "x@sub.example.test")).isEqualTo(answered("5.1.1", "Address is undeliverable"));
        assertThat(verdict(tables, "x@later.example.test")).isEqualTo(answered("4.2.1", "soon"));
        assertThat(verdict(tables, "x%y@later.example.test")).isEqualTo(DENIED);
        assertThat(verdict(tables, "nobody@example.test")).isEqualTo(UNKNOWN);
        assertThat(tables.routes()).extracting(Route::toString).containsExactly("smtp:[mx]:25");
    }

    @Test
    void subdomainsGoWithTheirDomainUnlessTheTransportTableHasALineForThem() throws IOException {
        write("transport", """
                *                       smtp:[star]
                .test                   smtp:[dot-test]
                x.example.test          smtp:[x]
                .y.example.test         smtp:[y]
                """);
        RelayTables tables = load("""
                transport: transport
                domains:
                  example.test: {primary: mx, subdomains: accept}
                  other.test: {subdomains: accept}
                  third.test: {primary: mx.third.test, subdomains: refuse}
                """);

        assertThat(verdict(tables, "a@example.test")).isEqualTo(by("mx"));
        assertThat(verdict(tables, "a@sub.example.test")).isEqualTo(by("mx"));
        assertThat(verdict(tables, "a@x.example.test")).isEqualTo(by("smtp:[x]:25"));
        assertThat(verdict(tables, "a@z.x.example.test")).isEqualTo(by("mx"));
        assertThat(verdict(tables, "a@z.y.example.test")).isEqualTo(by("smtp:[y]:25"));
        assertThat(verdict(tables, "a@sub.other.test")).isEqualTo(by("smtp:[dot-test]:25"));
        assertThat(verdict(tables, "a@sub.third.test")).isEqualTo(DENIED);
    }

    @Test
    void aSourceRouteIsJudgedByItsMailbox() throws IOException {
        RelayTables tables = load("domains: {example.test: mx}");

        assertThat(tables.verdict(
                        ForwardPath.parse("<@example.test:user@other.test>").orElseThrow()))
                .isEqualTo(DENIED);
        assertThat(tables.verdict(
                        ForwardPath.parse("<@other.test:user@example.test>").orElseThrow()))
                .isEqualTo(by("mx"));
    }

    @Test
    void domainsThatAcceptEveryAddressAreWarnedOf() throws IOException {
        write("recipients", "@open.test x\n");
        ConfiguredRelayTables tables = load("""
                relay_recipients: recipients
                domains: {open.test: mx, listed.test: mx, inline.test: {primary: mx, recipients: [alice]}}
                """);

        assertThat(tables.warnings()).singleElement().asString().startsWith("open.test: every address is accepted");
        assertThat(load("domains: {a.test: mx, b.test: mx}").warnings()).hasSize(2);
    }

    @Test
    void linesThatThrowAwayWholeDomainsAreWarnedOf() throws IOException {
        write("recipients", "alice@a.test x\n");
        write("relay_domains", "a.test\nb.test\nc.test\n");
        write("transport", """
                a.test      smtp:[mx]
                x@a.test    discard:
                b.test      discard:
                .c.test     discard:
                other.test  discard:
                *           discard:
                """);
        ConfiguredRelayTables tables =
                load("{relay_domains: relay_domains, transport: transport, relay_recipients: recipients}");

        assertThat(tables.warnings())
                .filteredOn(warning -> warning.contains("thrown away"))
                .satisfiesExactlyInAnyOrder(
                        warning -> assertThat(warning).contains("transport:3: ", "for b.test "),
                        warning -> assertThat(warning).contains("transport:4: ", "for subdomains of c.test "),
                        warning -> assertThat(warning).contains("transport:6: ", "without a line of their own"));
    }

    private ConfiguredRelayTables load(String yaml) throws IOException {
        Path file = write("backupmx.yaml", yaml);
        Config config = ConfigLoader.load(Optional.of(file), Map.of(), Map.of());
        return RelayTablesLoader.load(config);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static RecipientVerdict verdict(RelayTables tables, String address) {
        return tables.verdict(ForwardPath.parse("<" + address + ">").orElseThrow());
    }

    private static RecipientVerdict answered(String status, String text) {
        return new RecipientVerdict.Answered(
                new TransportAnswer(EnhancedStatus.parse(status).orElseThrow(), text));
    }

    private static RecipientVerdict by(String route) {
        return new RecipientVerdict.Accepted(Route.of(route));
    }
}
