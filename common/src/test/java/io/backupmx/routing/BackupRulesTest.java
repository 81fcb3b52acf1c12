package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.Network;
import io.backupmx.config.Networks;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

class BackupRulesTest {

    private static final String US = "backup.example";
    private static final InetAddress OUR_ADDRESS = InetAddress.ofLiteral("203.0.113.9");
    private static final Networks NETWORKS = new Networks(Stream.of("192.0.2.0/24", "2001:db8::/32", "203.0.113.0/24")
            .map(text -> Network.parse(text).orElseThrow())
            .toList());

    private final BackupRules rules = new BackupRules(new Self(Set.of(US), OUR_ADDRESS::equals), NETWORKS);
    private final Map<String, HostAddresses> book = new HashMap<>();
    private final List<String> asked = new ArrayList<>();

    private BackupRulesTest host(String name, String... addresses) {
        book.put(
                name,
                new HostAddresses(
                        Stream.of(addresses).map(InetAddress::ofLiteral).toList(), Optional.empty()));
        return this;
    }

    /** Of which there may be more addresses. */
    private BackupRulesTest failing(String name, String... addresses) {
        book.put(
                name,
                new HostAddresses(
                        Stream.of(addresses).map(InetAddress::ofLiteral).toList(),
                        Optional.of("no answer for " + name)));
        return this;
    }

    private BackupStanding judge(MailHost... records) {
        return judge(List.of(records));
    }

    private BackupStanding judge(List<MailHost> records) {
        try {
            return rules.judge(records, names -> {
                asked.addAll(names);
                Map<String, HostAddresses> found = new HashMap<>();
                names.forEach(name ->
                        found.put(name, book.getOrDefault(name, new HostAddresses(List.of(), Optional.empty()))));
                return found;
            });
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static MailHost mx(int preference, String name) {
        return new MailHost(preference, name, List.of());
    }

    @Test
    void aLesserHostOfADomainWhoseBestAreOursIsItsBackup() {
        host("mx1", "192.0.2.1", "2001:db8::1").host("mx2", "192.0.2.2");

        assertThat(judge(mx(20, US), mx(10, "mx1"), mx(10, "mx2")))
                .isEqualTo(new BackupStanding.Permitted(
                        "this backup is among its MX hosts, and the best, mx1, mx2, within permit_mx_backup.networks"));
        assertThat(asked).as("not more than it takes").containsExactly("mx1", "mx2");
    }

    @Test
    void weAreFoundByOurAddressToo() {
        host("mx1", "192.0.2.1").host("other", "198.51.100.1").host("alias", OUR_ADDRESS.getHostAddress());

        assertThat(judge(mx(10, "mx1"), mx(20, "other"), mx(30, "alias"))).isInstanceOf(BackupStanding.Permitted.class);
        assertThat(judge(mx(10, "mx1"), mx(20, "other")))
                .isEqualTo(new BackupStanding.Refused("this backup is not among its MX hosts"));
    }

    /** Whoever names us behind his own server would relay through us. */
    @Test
    void oneAddressElsewhereIsOneTooMany() {
        host("mx1", "192.0.2.1").host("mx2", "192.0.2.2", "198.51.100.1");

        assertThat(judge(mx(10, "mx1"), mx(10, "mx2"), mx(20, US)))
                .isEqualTo(new BackupStanding.Refused(
                        "its best MX host mx2[198.51.100.1] is not within permit_mx_backup.networks"));
    }

    @Test
    void weAreNoBackupOfOurselves() {
        host("mx1", "192.0.2.1").host("alias", "192.0.2.3", OUR_ADDRESS.getHostAddress());

        assertThat(judge(mx(10, US))).isInstanceOf(BackupStanding.Refused.class);
        assertThat(judge(mx(10, US), mx(20, "mx1"))).isInstanceOf(BackupStanding.Refused.class);
        assertThat(judge(mx(10, US), mx(10, "mx1"), mx(20, US))).isInstanceOf(BackupStanding.Refused.class);
        assertThat(asked).isEmpty();
        assertThat(judge(mx(10, "alias"), mx(20, US)))
                .isEqualTo(
                        new BackupStanding.Refused("its best MX host alias is this backup: it is no backup of itself"));
    }

    @Test
    void whatCannotBeFoundOutIsNoYesAndNoNo() {
        host("mx1", "192.0.2.1").failing("dark").failing("half", "192.0.2.2");

        assertThat(judge(mx(10, "dark"), mx(20, US))).isEqualTo(new BackupStanding.NotNow("no answer for dark"));
        assertThat(judge(mx(10, "half"), mx(20, US))).isEqualTo(new BackupStanding.NotNow("no answer for half"));
        assertThat(judge(mx(10, "mx1"), mx(10, "nothing"), mx(20, US)))
                .isEqualTo(new BackupStanding.NotNow("no address is known of its best MX host nothing"));
        assertThat(judge(mx(10, "mx1"), mx(20, "dark")))
                .as("that might be we")
                .isInstanceOf(BackupStanding.NotNow.class);
        assertThat(judge(mx(10, "mx1"), mx(20, "dark"), mx(30, US))).isInstanceOf(BackupStanding.Permitted.class);
    }

    @Test
    void aHostElsewhereRulesOutWhateverElseIsUnknown() {
        failing("dark").host("out", "198.51.100.1").failing("half", "198.51.100.2");

        assertThat(judge(mx(10, "dark"), mx(10, "out"), mx(20, US))).isInstanceOf(BackupStanding.Refused.class);
        assertThat(judge(mx(10, "half"), mx(20, US))).isInstanceOf(BackupStanding.Refused.class);
    }

    /** Else those beyond the ones that are looked at might be anywhere. */
    @Test
    void moreHostsThanASaneDomainHasAreRefused() {
        host("mx", "192.0.2.1");
        List<MailHost> many = new ArrayList<>(IntStream.range(0, MxSelection.MAX_HOSTS)
                .mapToObj(i -> mx(10 + i, "mx"))
                .toList());
        many.add(mx(99, US));

        assertThat(judge(many)).isEqualTo(new BackupStanding.Refused("it has more than 20 MX records"));
        assertThat(asked).isEmpty();
    }

    private record World(List<MailHost> records, Map<String, HostAddresses> book) {}

    /** Said as what must be true, without an order of questions. */
    @Property
    void onlyWhatIsCertainlyOursIsPermitted(@ForAll("worlds") World world) {
        book.putAll(world.book());
        int lowest =
                world.records().stream().mapToInt(MailHost::preference).min().orElseThrow();
        List<MailHost> best = world.records().stream()
                .filter(host -> host.preference() == lowest)
                .toList();
        List<MailHost> others = world.records().stream()
                .filter(host -> host.preference() > lowest)
                .toList();
        boolean anyBestIsUs = best.stream().anyMatch(this::isUs);
        boolean anyOutside =
                best.stream().flatMap(host -> of(host).known().stream()).anyMatch(Predicate.not(NETWORKS::contains));
        boolean allBestKnown = best.stream()
                .allMatch(host ->
                        of(host).failure().isEmpty() && !of(host).known().isEmpty());
        boolean usAmongOthers = others.stream().anyMatch(this::isUs);

        BackupStanding standing = judge(world.records());

        if (anyBestIsUs || anyOutside) {
            assertThat(standing).isInstanceOf(BackupStanding.Refused.class);
        } else if (!allBestKnown) {
            assertThat(standing).isInstanceOf(BackupStanding.NotNow.class);
        } else if (usAmongOthers) {
            assertThat(standing).isInstanceOf(BackupStanding.Permitted.class);
        } else {
            boolean doubt = others.stream().anyMatch(host -> of(host).failure().isPresent());
            assertThat(standing).isInstanceOf(doubt ? BackupStanding.NotNow.class : BackupStanding.Refused.class);
        }
    }

    /** What the mail would do: with a permission it has somewhere to go that is not we. */
    @Property
    void whatIsPermittedIsDeliveredWithinTheNetworksFirst(@ForAll("worlds") World world) {
        book.putAll(world.book());
        if (judge(world.records()) instanceof BackupStanding.Permitted) {
            List<MailHost> resolved = world.records().stream()
                    .map(host -> new MailHost(host.preference(), host.name(), of(host).known()))
                    .toList();
            MailHosts way = new MxSelection(new Self(Set.of(US), OUR_ADDRESS::equals), new Random(1)).select(resolved);
            assertThat(way)
                    .isInstanceOfSatisfying(
                            MailHosts.Found.class,
                            found -> assertThat(found.hosts().getFirst().addresses())
                                    .isNotEmpty()
                                    .allMatch(NETWORKS::contains));
        }
    }

    @Provide
    Arbitrary<World> worlds() {
        Arbitrary<String> name = Arbitraries.of("a", "b", "c", "d", US);
        Arbitrary<List<MailHost>> records = Combinators.combine(Arbitraries.of(0, 10, 20), name)
                .as(BackupRulesTest::mx)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
        Arbitrary<HostAddresses> addresses = Combinators.combine(
                        Arbitraries.frequencyOf(
                                        Tuple.of(8, Arbitraries.of("192.0.2.1", "2001:db8::1", "203.0.113.1")),
                                        Tuple.of(1, Arbitraries.of("198.51.100.1", "2001:db9::1", "203.0.113.9")))
                                .map(InetAddress::ofLiteral)
                                .list()
                                .ofMaxSize(2),
                        Arbitraries.frequencyOf(
                                Tuple.of(6, Arbitraries.just(Optional.<String>empty())),
                                Tuple.of(1, Arbitraries.just(Optional.of("failed")))))
                .as(HostAddresses::new);
        return Combinators.combine(records, Arbitraries.maps(Arbitraries.of("a", "b", "c", "d"), addresses))
                .as(World::new);
    }

    private HostAddresses of(MailHost host) {
        return book.getOrDefault(host.name(), new HostAddresses(List.of(), Optional.empty()));
    }

    private boolean isUs(MailHost host) {
        return host.name().equals(US) || of(host).known().contains(OUR_ADDRESS);
    }
}
