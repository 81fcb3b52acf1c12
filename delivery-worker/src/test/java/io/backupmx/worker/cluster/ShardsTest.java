package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Which lock stands for which route. */
class ShardsTest {

    @Property
    void routesWithACommonHopShareAShardWhateverTheOrder(@ForAll("routes") List<Route> routes, @ForAll long seed) {
        Shards shards = new Shards(routes);
        List<Route> shuffled = new ArrayList<>(routes);
        Collections.shuffle(shuffled, new Random(seed));
        Shards others = new Shards(shuffled);
        for (Route one : routes) {
            assertThat(shards.of(one)).isBetween(0, Shards.COUNT - 1).isEqualTo(others.of(one));
            for (Route other : routes) {
                if (!Collections.disjoint(one.nextHops(), other.nextHops())) {
                    assertThat(shards.of(one)).isEqualTo(shards.of(other));
                }
            }
        }
    }

    @Test
    void routesAreSpreadOverAllShards() {
        List<Route> many = IntStream.range(0, 1000)
                .mapToObj(i -> Route.to(new NextHop("mx" + i + ".example", 25)))
                .toList();
        Shards shards = new Shards(many);
        assertThat(many.stream().collect(Collectors.groupingBy(shards::of, Collectors.counting())))
                .hasSize(Shards.COUNT)
                .allSatisfy((_, number) -> assertThat(number).isBetween(20L, 150L));
    }

    @Test
    void aRouteOfAnotherConfigurationHasAShardToo() {
        assertThat(new Shards(List.of(new Route.ByMx())).of(new Route.ByMx())).isBetween(0, Shards.COUNT - 1);
        assertThat(new Shards(List.of()).of(Route.to(new NextHop("mx.example", 25))))
                .isBetween(0, Shards.COUNT - 1);
    }

    @Provide
    Arbitrary<List<Route>> routes() {
        Arbitrary<NextHop> hop = Arbitraries.integers().between(1, 30).map(i -> new NextHop("mx" + i + ".example", 25));
        return hop.list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .uniqueElements()
                .map(Route::to)
                .list()
                .ofMaxSize(15);
    }

    @Test
    void anotherConfigurationComesToWhatANewOneWould() {
        Route one = Route.to(List.of(new NextHop("a.example", 25), new NextHop("b.example", 25)));
        Route other = Route.to(List.of(new NextHop("b.example", 25), new NextHop("c.example", 25)));
        Shards shards = new Shards(List.of(other));

        shards.configure(List.of(one, other));

        assertThat(shards.isConfigured(one)).isTrue();
        assertThat(shards.of(other)).isEqualTo(new Shards(List.of(one, other)).of(one));
        shards.configure(List.of(one));
        assertThat(shards.isConfigured(other)).isFalse();
    }
}
