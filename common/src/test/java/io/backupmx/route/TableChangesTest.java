package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.ConfigLoader;
import io.backupmx.smtp.Domain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What differs between two loads, and what of it wants an operator's word. */
final class TableChangesTest {

    private static final int LIMIT = 30;
    private static final String UNLISTED = ", unlisted_recipients: accept";

    @TempDir
    private Path directory;

    @Test
    void theSameTablesDoNotDiffer() throws IOException {
        String yaml = "domains: {a.test: {primary: mx, recipients: [alice]}}";

        assertThat(TableChanges.between(load(yaml), load(yaml)).isEmpty()).isTrue();
    }

    @Test
    void everyKindOfChangeIsTold() throws IOException {
        TableChanges changes = TableChanges.between(
                load("domains: {a.test: {primary: a, recipients: [alice, bob]}, gone.test: a}"),
                load("domains: {a.test: {primary: b, recipients: [bob, carol]}, new.test: b}"));

        assertThat(changes.added()).containsExactly(Domain.of("new.test"));
        assertThat(changes.removed())
                .extracting(Shrinkage::toString)
                .containsExactly("gone.test: no longer backed up, had every address");
        assertThat(changes.lists())
                .extracting(Object::toString)
                .containsExactly("a.test: from 2 recipients to 2 recipients, 1 came, 1 gone");
        assertThat(changes.rerouted())
                .extracting(Object::toString)
                .containsExactly("a.test: from smtp:[a]:25 to smtp:[b]:25");
        assertThat(changes.newRoutes()).containsExactly(Route.of("smtp:[b]:25"));
        assertThat(changes.goneRoutes()).containsExactly(Route.of("smtp:[a]:25"));
        TableChanges.Addresses addresses = changes.addresses();
        assertThat(addresses.removedDigest()).matches("[0-9a-f]{64}");
        assertThat(addresses)
                .isEqualTo(new TableChanges.Addresses(
                        1, 1, List.of("carol@a.test"), List.of("alice@a.test"), addresses.removedDigest()));
    }

    /** Of one address whose domain's mail goes where it went. */
    @Test
    void linesOfSingleAddressesAreTold() throws IOException {
        write(
                "before",
                "a.test smtp:[a]\nbob@a.test smtp:[a]\nsame@a.test smtp:[b]\nx@other.test smtp:[b]\n"
                        + "carol@a.test error:5.1.1 gone\n");
        write(
                "after",
                "a.test smtp:[a]\nbob@a.test smtp:[b]\nsame@a.test smtp:[b]\nx@other.test smtp:[a]\n"
                        + "dave@a.test smtp:[a]\neve+box@a.test retry:\n");
        String yaml = "{recipient_delimiter: +, domains: {a.test: {}}, transport: %s}";

        TableChanges changes = TableChanges.between(load(yaml.formatted("before")), load(yaml.formatted("after")));

        assertThat(changes.isEmpty()).isFalse();
        assertThat(changes.rerouted()).isEmpty();
        assertThat(changes.addressesRerouted())
                .extracting(Object::toString)
                .containsExactly(
                        "bob@a.test: from smtp:[a]:25 to smtp:[b]:25",
                        "carol@a.test: from 550 5.1.1 gone to smtp:[a]:25",
                        "eve+box@a.test: from smtp:[a]:25 to 450 4.1.1 Address is undeliverable");
    }

    @Test
    void aDomainThatVanishesWantsAWord() throws IOException {
        assertThat(shrinkages("domains: {a.test: a, b.test: {primary: b, recipients: [x]}}", "domains: {a.test: a}"))
                .containsExactly("b.test: no longer backed up, had 1 recipient");
    }

    /** Everybody there would be refused, as many as are listed. */
    @Test
    void aDomainThatLosesItsRouteWantsAWord() throws IOException {
        write("recipients", "alice@a.test x\n");
        write("domains", "a.test\nb.test\n");
        write("whole", "* error:5.1.2 unknown\na.test smtp:[a]\nb.test smtp:[b]\n");
        write("cut", "* error:5.1.2 unknown\nb.test smtp:[b]\n");

        assertThat(shrinkages(
                        "{relay_domains: domains, relay_recipients: recipients, transport: whole}",
                        "{relay_domains: domains, relay_recipients: recipients, transport: cut}"))
                .containsExactly("a.test: no longer backed up, had 1 recipient");
    }

    @Test
    void aSubdomainThatWasOpenAndIsNotWantsAWord() throws IOException {
        write("domains", "a.test\n");
        write("transport", "* smtp:[mx]\n");
        write("open", "alice@a.test x\n@sub.a.test x\n");
        write("closed", "alice@a.test x\n");

        assertThat(shrinkages(
                        "{relay_domains: domains, relay_recipients: open, transport: transport}",
                        "{relay_domains: domains, relay_recipients: closed, transport: transport}"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("sub.a.test: from every address");
    }

    @Test
    void aSubdomainThatItsParentCoversHasNotVanished() throws IOException {
        write("both", "a.test\nsub.a.test\n");
        write("one", "a.test\n");
        write("transport", "* smtp:[mx]\n");

        assertThat(shrinkages(
                        "{relay_domains: both, transport: transport}", "{relay_domains: one, transport: transport}"))
                .isEmpty();
    }

    @Test
    void aThirdMayGoAndNoMore() throws IOException {
        assertThat(shrinkages(users(10, ""), users(7, ""))).isEmpty();
        assertThat(shrinkages(users(10, ""), users(6, "")))
                .containsExactly("a.test: from 10 recipients to 6 recipients, 4 gone");
    }

    @Test
    void asManyOthersInTheirPlaceDoNotMakeUpForThem() throws IOException {
        assertThat(shrinkages(users(10, ""), users(10, "other")))
                .containsExactly("a.test: from 10 recipients to 10 recipients, 10 gone");
    }

    @Test
    void oneOfAFewMayGoButForTheLast() throws IOException {
        assertThat(shrinkages(users(2, ""), users(1, ""))).isEmpty();
        assertThat(shrinkages(users(1, ""), users(0, "")))
                .containsExactly("a.test: from 1 recipient to 0 recipients, 1 gone");
    }

    @Test
    void aListInThePlaceOfEveryAddressWantsAWordAndTheOtherWayRoundNone() throws IOException {
        String every = "domains: {a.test: mx}";

        assertThat(shrinkages(every, users(3, ""))).containsExactly("a.test: from every address to 3 recipients");
        assertThat(shrinkages(users(3, ""), every)).isEmpty();
    }

    /** One domain of a long file that came out empty is lost in the sum, but not to its users. */
    @Test
    void aFileIsJudgedDomainByDomain() throws IOException {
        write("full", "x@b.test x\n" + addresses(1000));
        write("broken", addresses(1000));
        String domains = "domains: {a.test: mx, b.test: mx}";

        assertThat(shrinkages(
                        "{relay_recipients: full, " + domains + "}", "{relay_recipients: broken, " + domains + "}"))
                .containsExactly("b.test: from 1 recipient to 0 recipients, 1 gone");
    }

    @Test
    void whatIsNotOursIsNoChange() throws IOException {
        write("one", "x@elsewhere.test x\na@a.test x\n");
        write("other", "a@a.test x\n");

        assertThat(TableChanges.between(
                                load("{relay_recipients: one, domains: {a.test: mx}}"),
                                load("{relay_recipients: other, domains: {a.test: mx}}"))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void networksThatGoWantAWordAndThoseThatComeDoNot() throws IOException {
        String domain = "domains: {a.test: {primary: mx, recipients: [x]}}\n";
        String narrow = domain + "permit_mx_backup: {networks: [192.0.2.0/25]" + UNLISTED + "}";
        String wide = domain + "permit_mx_backup: {networks: [192.0.2.0/24, 198.51.100.0/24]" + UNLISTED + "}";

        assertThat(shrinkages(domain, narrow)).isEmpty();
        assertThat(shrinkages(narrow, wide)).isEmpty();
        assertThat(shrinkages(wide, narrow))
                .containsExactly("permit_mx_backup: from 192.0.2.0/24, 198.51.100.0/24 to 192.0.2.0/25");
        assertThat(shrinkages(narrow, domain)).containsExactly("permit_mx_backup: from 192.0.2.0/25 to no networks");
        assertThat(TableChanges.between(load(narrow), load(wide)).isEmpty()).isFalse();
        assertThat(TableChanges.between(load(narrow), load(narrow)).isEmpty()).isTrue();
    }

    /** Of domains that nobody has configured: the file is all that says who exists there. */
    @Test
    void aListOfADomainThatItsMxRecordsMakeOursIsGuardedLikeAnyOther() throws IOException {
        write("full", "a@a.test x\nx@else.test x\ny@else.test x\nz@else.test x\n@open.test x\n");
        write("less", "a@a.test x\nx@else.test x\n@open.test x\n");
        write("empty", "a@a.test x\n");
        write("other", "a@a.test x\nx@else.test x\ny@else.test x\nz@else.test x\nq@open.test x\nnew@new.test x\n");
        String yaml = "{domains: {a.test: mx}, relay_recipients: %s, permit_mx_backup: {networks: [192.0.2.0/24]"
                + UNLISTED + "}}";

        assertThat(shrinkages(yaml.formatted("full"), yaml.formatted("less")))
                .containsExactly("else.test: from 3 recipients to 1 recipient, 2 gone");
        assertThat(shrinkages(yaml.formatted("full"), yaml.formatted("empty")))
                .containsExactly("else.test: from 3 recipients to every address (nobody is listed), 3 gone");
        assertThat(shrinkages(yaml.formatted("full"), yaml.formatted("other")))
                .containsExactlyInAnyOrder(
                        "open.test: from every address to 1 recipient",
                        "new.test: from every address (nobody is listed) to 1 recipient");
        assertThat(shrinkages(yaml.formatted("empty"), yaml.formatted("empty"))).isEmpty();
        assertThat(TableChanges.between(load(yaml.formatted("full")), load(yaml.formatted("less")))
                        .addresses()
                        .someRemoved())
                .containsExactly("y@else.test", "z@else.test");
    }

    /** With sources nobody is refused for an empty list, and where it is all that counts everybody is. */
    @Test
    void whatAnEmptyListMeansTheSectionSays() throws IOException {
        write("full", "a@a.test x\nx@else.test x\n");
        write("empty", "a@a.test x\n");
        String yaml = "{domains: {a.test: mx}, relay_recipients: %s, permit_mx_backup: {networks: [192.0.2.0/24], %s}}";
        String asked = "recipient_sources: [primary]";
        String reject = "unlisted_recipients: reject";

        assertThat(shrinkages(yaml.formatted("full", asked), yaml.formatted("empty", asked)))
                .isEmpty();
        assertThat(shrinkages(yaml.formatted("full", reject), yaml.formatted("empty", reject)))
                .containsExactly("else.test: from 1 recipient to 0 recipients, 1 gone");
    }

    @Test
    void theSectionItselfIsNoListThatComesOrGoes() throws IOException {
        write("list", "a@a.test x\nx@else.test x\n");
        String without = "{domains: {a.test: mx}, relay_recipients: list}";
        String with = "{domains: {a.test: mx}, relay_recipients: list, permit_mx_backup: {networks: [192.0.2.0/24]"
                + UNLISTED + "}}";

        assertThat(shrinkages(without, with)).isEmpty();
        assertThat(TableChanges.between(load(without), load(with)).added()).isEmpty();
        assertThat(shrinkages(with, without)).containsExactly("permit_mx_backup: from 192.0.2.0/24 to no networks");
    }

    private static String users(int count, String prefix) {
        return "domains: {a.test: {primary: mx, recipients: ["
                + IntStream.range(0, count).mapToObj(i -> prefix + "user" + i).collect(Collectors.joining(", "))
                + "]}}";
    }

    private static String addresses(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "user" + i + "@a.test x\n")
                .collect(Collectors.joining());
    }

    private List<String> shrinkages(String before, String after) throws IOException {
        return TableChanges.between(load(before), load(after)).shrinkages(LIMIT).stream()
                .map(Shrinkage::toString)
                .toList();
    }

    private ConfiguredRelayTables load(String yaml) throws IOException {
        return RelayTablesLoader.load(ConfigLoader.load(Optional.of(write("backupmx.yaml", yaml)), Map.of(), Map.of()));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
