package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.routing.MxSelection.Owned;
import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MxSelectionTest {

    private static final String US = "backup.example";
    private static final String OUR_ADDRESS = "192.0.2.99";

    private final MxSelection selection = selection(1);

    private static MxSelection selection(long seed) {
        Predicate<InetAddress> isOurs = InetAddress.ofLiteral(OUR_ADDRESS)::equals;
        return new MxSelection(new Self(Set.of(US), isOurs), new Random(seed));
    }

    @Test
    void lowerPreferencesComeFirst() {
        assertThat(order(host(20, "b", "192.0.2.2"), host(10, "a", "192.0.2.1"), host(30, "c", "192.0.2.3")))
                .containsExactly("a", "b", "c");
    }

    @Test
    void equalsComeInAnyOrder() {
        MailHost[] equals = {host(10, "a", "192.0.2.1"), host(10, "b", "192.0.2.2")};
        assertThat(IntStream.range(0, 50).mapToObj(_ -> order(selection, equals)))
                .contains(List.of("a", "b"), List.of("b", "a"));
    }

    @Test
    void whatIsNotToBePreferredToUsIsLeftOut() {
        assertThat(order(
                        host(10, "a", "192.0.2.1"),
                        host(20, US),
                        host(20, "b", "192.0.2.2"),
                        host(30, "c", "192.0.2.3")))
                .containsExactly("a");
    }

    @Test
    void weAreKnownByOurAddressUnderWhateverName() {
        assertThat(order(host(10, "a", "192.0.2.1"), host(20, "mx2.customer.example", "192.0.2.2", OUR_ADDRESS)))
                .containsExactly("a");
    }

    @Test
    void withUsInFrontNothingIsLeft() {
        assertThat(selection.select(List.of(host(10, US), host(10, "a", "192.0.2.1"), host(20, "b", "192.0.2.2"))))
                .isInstanceOfSatisfying(
                        MailHosts.LoopsBack.class,
                        loop -> assertThat(loop.why()).contains("a,backup.example,b"));
    }

    @Test
    void hostsWithoutAddressAreSkipped() {
        assertThat(order(host(10, "a"), host(20, "b", "192.0.2.2"))).containsExactly("b");
        assertThat(selection.select(List.of(host(10, "a"), host(20, US))))
                .isEqualTo(new MailHosts.NotNow("no address is known of a"));
    }

    /** Passed over: whoever is the best of a domain is no backup. */
    @Test
    void theBestHostIsNotWeThoughItCannotBeResolved() {
        assertThat(decided(unknown(10, "a"), known(20, "b", "192.0.2.2"))).isEqualTo("b");
        assertThat(decided(unknown(10, "a"), known(10, "b", "192.0.2.2"), known(20, "c", "192.0.2.3")))
                .isEqualTo("b,c");
    }

    @Test
    void whoMayBeWeLetsThoseGoAheadThatArePreferredToIt() {
        assertThat(decided(
                        known(10, "a", "192.0.2.1"),
                        unknown(20, "u"),
                        known(20, "b", "192.0.2.2"),
                        known(30, "c", "192.0.2.3")))
                .isEqualTo("a");
        assertThat(decided(known(10, "a", "192.0.2.1"), known(20, "b", "192.0.2.2"), unknown(30, "u")))
                .isEqualTo("a,b");
    }

    @Test
    void whoMayBeWeKeepsMailFromThoseBehindIt() {
        assertThat(decided(known(10, "a"), unknown(20, "u"), known(30, "c", "192.0.2.3")))
                .isEqualTo("no address is known of a");
        assertThat(decided(unknown(10, "a"), unknown(20, "u"), known(30, "c", "192.0.2.3")))
                .isEqualTo("no address is known of a");
    }

    @Test
    void whereWeHaveBeenFoundNobodyElseIsWe() {
        assertThat(decided(
                        unknown(10, "a"),
                        unknown(15, "u"),
                        known(20, "b", "192.0.2.2"),
                        new Owned(host(30, "alias"), Owner.WE),
                        known(40, "d", "192.0.2.4")))
                .isEqualTo("b");
        assertThat(decided(unknown(10, "a"), new Owned(host(20, US), Owner.WE))).isEqualTo("no address is known of a");
    }

    /** Whichever of those that cannot be resolved turns out to be we. */
    @Property
    void nobodyGetsMailWhoMayBePreferredLessThanWe(@ForAll("owned") List<Owned> hosts, @ForAll long seed) {
        int best = hosts.stream().mapToInt(Owned::preference).min().orElseThrow();
        if (selection(seed).selectOwned(hosts) instanceof MailHosts.Found found) {
            int last = found.hosts().getLast().preference();
            assertThat(hosts).noneMatch(host -> host.owner() == Owner.WE && host.preference() <= last);
            if (hosts.stream().noneMatch(host -> host.owner() == Owner.WE)) {
                assertThat(hosts)
                        .noneMatch(host ->
                                host.owner() == Owner.UNKNOWN && host.preference() > best && host.preference() <= last);
            }
        }
    }

    @Provide
    Arbitrary<List<Owned>> owned() {
        return hosts().map(hosts -> hosts.stream()
                .map(host -> new Owned(
                        host, isUs(host) ? Owner.WE : host.addresses().isEmpty() ? Owner.UNKNOWN : Owner.ANOTHER))
                .toList());
    }

    private static Owned known(int preference, String name, String... addresses) {
        return new Owned(host(preference, name, addresses), Owner.ANOTHER);
    }

    private static Owned unknown(int preference, String name) {
        return new Owned(host(preference, name), Owner.UNKNOWN);
    }

    private String decided(Owned... hosts) {
        return switch (selection.selectOwned(List.of(hosts))) {
            case MailHosts.Found(String name, List<MailHost> _) -> name;
            case MailHosts.NotNow(String why) -> why;
            case MailHosts.LoopsBack(String why) -> why;
            case MailHosts.NullMx _ -> "null MX";
        };
    }

    @Test
    void addressesOfBothFamiliesTakeTurns() {
        MailHosts.Found found =
                found(selection, host(10, "a", "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"));
        assertThat(found.hosts().getFirst().addresses())
                .extracting(address -> address.getAddress().length)
                .containsExactly(16, 4, 16, 4, 4);
    }

    @Property
    void onlyHostsBetterThanWeGetMailAndAllOfThem(@ForAll("hosts") List<MailHost> hosts, @ForAll long seed) {
        int ours = hosts.stream()
                .filter(MxSelectionTest::isUs)
                .mapToInt(MailHost::preference)
                .min()
                .orElse(Integer.MAX_VALUE);
        List<MailHost> better = hosts.stream()
                .filter(host -> host.preference() < ours)
                .distinct()
                .toList();
        List<MailHost> usable =
                better.stream().filter(host -> !host.addresses().isEmpty()).toList();
        switch (selection(seed).select(hosts)) {
            case MailHosts.Found found -> {
                assertThat(found.hosts()).noneMatch(MxSelectionTest::isUs);
                assertThat(found.hosts())
                        .extracting(MailHost::preference)
                        .isSorted()
                        .containsExactlyInAnyOrderElementsOf(
                                usable.stream().map(MailHost::preference).toList());
                assertThat(found.hosts())
                        .allMatch(host -> usable.stream()
                                .anyMatch(one -> one.name().equals(host.name())
                                        && Set.copyOf(one.addresses()).equals(Set.copyOf(host.addresses()))));
            }
            case MailHosts.LoopsBack _ -> assertThat(better).isEmpty();
            case MailHosts.NotNow _ -> {
                assertThat(better).isNotEmpty();
                assertThat(usable).isEmpty();
            }
            case MailHosts.NullMx _ -> throw new AssertionError("hosts are no null MX");
        }
    }

    /** Domains with the same hosts share connections and back-off, whatever the shuffling. */
    @Property
    void theNameIsTheSameForTheSameHosts(@ForAll("hosts") List<MailHost> hosts, @ForAll long a, @ForAll long b) {
        if (selection(a).select(hosts) instanceof MailHosts.Found one) {
            assertThat(found(selection(b), hosts.reversed().toArray(MailHost[]::new))
                            .name())
                    .isEqualTo(one.name());
        }
    }

    @Provide
    Arbitrary<List<MailHost>> hosts() {
        Arbitrary<String> name = Arbitraries.of("a", "b", "c", "d", "e", US);
        Arbitrary<List<InetAddress>> addresses = Arbitraries.of(
                        "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", OUR_ADDRESS)
                .map(InetAddress::ofLiteral)
                .list()
                .uniqueElements()
                .ofMaxSize(3);
        return Combinators.combine(Arbitraries.of(0, 10, 20, 30), name, addresses)
                .as(MailHost::new)
                .list()
                .uniqueElements(MailHost::name)
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    private static boolean isUs(MailHost host) {
        return host.name().equals(US) || host.addresses().contains(InetAddress.ofLiteral(OUR_ADDRESS));
    }

    private static MailHost host(int preference, String name, String... addresses) {
        return new MailHost(
                preference,
                name,
                Stream.of(addresses).map(InetAddress::ofLiteral).toList());
    }

    private List<String> order(MailHost... hosts) {
        return order(selection, hosts);
    }

    private static List<String> order(MxSelection selection, MailHost... hosts) {
        return found(selection, hosts).hosts().stream().map(MailHost::name).collect(Collectors.toList());
    }

    private static MailHosts.Found found(MxSelection selection, MailHost... hosts) {
        return (MailHosts.Found) selection.select(List.of(hosts));
    }
}
