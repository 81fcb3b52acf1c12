package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** How workers divide a route's connections without asking one another. */
class RosterTest {

    private static final int SHARD = 3;
    private static final Route ROUTE = route(1);

    @Property
    void workersThatAgreeHaveAllConnectionsAndNoMore(
            @ForAll @IntRange(min = 1, max = 12) int workers,
            @ForAll @IntRange(max = 60) int limit,
            @ForAll @IntRange(min = 1, max = 60_000) int port,
            @ForAll @IntRange(max = 11) int keeper) {
        List<String> all = names(workers);
        int sum = all.stream()
                .mapToInt(self ->
                        roster(self, all, all.get(keeper % workers), true).share(route(port), SHARD, limit))
                .sum();
        assertThat(sum).isEqualTo(limit);
    }

    @Property
    void newcomersAddOneEachAtMost(
            @ForAll @IntRange(min = 1, max = 8) int old,
            @ForAll @IntRange(max = 4) int newcomers,
            @ForAll @IntRange(max = 60) int limit,
            @ForAll @IntRange(max = 7) int keeper) {
        List<String> before = names(old); // the old have not heard of the newcomers yet
        List<String> all = names(old + newcomers);
        int sum = before.stream()
                .mapToInt(self ->
                        roster(self, before, before.get(keeper % old), true).share(ROUTE, SHARD, limit))
                .sum();
        sum += all.stream()
                .skip(old)
                .mapToInt(self ->
                        roster(self, all, before.get(keeper % old), false).share(ROUTE, SHARD, limit))
                .sum();
        assertThat(sum).isLessThanOrEqualTo(limit + newcomers);
    }

    @Property
    void aKeeperThatHasLeftIsNobodysShare(
            @ForAll @IntRange(min = 1, max = 8) int workers, @ForAll @IntRange(max = 60) int limit) {
        List<String> all = names(workers);
        int sum = all.stream()
                .mapToInt(self -> roster(self, all, Roster.NOBODY, true).share(ROUTE, SHARD, limit))
                .sum();
        assertThat(sum).isLessThanOrEqualTo(limit);
    }

    @Test
    void theOnlyConnectionIsTheKeepersWhoHasTheProbes() {
        List<String> all = names(3);
        assertThat(roster("w1", all, "w1", true).share(ROUTE, SHARD, 1)).isOne();
        assertThat(roster("w0", all, "w1", true).share(ROUTE, SHARD, 1)).isZero();
    }

    @Test
    void withoutAKeeperEachWorkerHasOneConnection() {
        Roster nobody = new Roster("w0", names(3), Map.of(), true, true);
        assertThat(nobody.share(ROUTE, SHARD, 20)).isOne();
        assertThat(nobody.share(ROUTE, SHARD, 0)).isZero();
    }

    @Test
    void whoIsAloneNeedNotSettle() {
        Roster alone = new Roster("w0", names(1), Map.of(SHARD, "w0"), true, false);
        assertThat(alone.share(ROUTE, SHARD, 20)).isEqualTo(20);
        assertThat(roster("w0", names(2), "w0", false).share(ROUTE, SHARD, 20)).isOne();
    }

    @Test
    void whoHasNotHeardYetWhetherItIsAloneHasOneConnection() {
        assertThat(roster("w0", names(1), "w0", false).share(ROUTE, SHARD, 20)).isOne();
    }

    @Test
    void whatCannotBeDividedIsNotOneWorkersForAllRoutes() {
        List<String> all = names(3);
        assertThat(IntStream.rangeClosed(1, 50)
                        .map(port -> roster("w0", all, "w2", true).share(route(port), SHARD, 2))
                        .distinct())
                .containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void nobodyIsNotToldOfAnything() {
        assertThat(roster("w0", names(1), Roster.NOBODY, true).keeperOf(SHARD)).isEmpty();
        assertThat(roster("w0", names(1), "w0", true).keeperOf(SHARD)).contains("w0");
    }

    private static Roster roster(String self, List<String> alive, String keeper, boolean settled) {
        return new Roster(self, alive, Map.of(SHARD, keeper), settled, settled);
    }

    private static List<String> names(int number) {
        return IntStream.range(0, number).mapToObj(i -> "w" + i).toList();
    }

    private static Route route(int port) {
        return Route.to(new NextHop("192.0.2.1", port));
    }
}
