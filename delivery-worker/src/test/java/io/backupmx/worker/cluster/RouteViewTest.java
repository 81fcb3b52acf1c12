package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a worker believes of a route that another keeps. */
class RouteViewTest {

    private static final Route ROUTE = Route.to(new NextHop("192.0.2.1", 25));

    private final RouteView view = new RouteView(
            facts(3, 0, RouteStatus.State.UP), 3, () -> Roster.alone("a"), _ -> false, (_, _) -> {}, () -> {});

    /** Workers read a new configuration at different times: the first may have held the route by the time of the last. */
    @Test
    void whatWasSaidOfTheShardThatItMovesToCounts() {
        view.published(facts(3, 10, RouteStatus.State.UP));
        view.published(facts(7, 20, RouteStatus.State.HELD));
        assertThat(view.state()).isEqualTo(RouteStatus.State.UP);
        view.moveTo(7);
        assertThat(view.state()).isEqualTo(RouteStatus.State.HELD);
        view.published(facts(7, 20, RouteStatus.State.UP));
        assertThat(view.state()).isEqualTo(RouteStatus.State.UP);
    }

    @Test
    void aFormerKeepersWordDoesNotCount() {
        view.published(facts(3, 10, RouteStatus.State.HELD));
        view.published(facts(3, 9, RouteStatus.State.UP));
        assertThat(view.state()).isEqualTo(RouteStatus.State.HELD);
    }

    private static Facts facts(int shard, long epoch, RouteStatus.State state) {
        return new Facts(ROUTE, shard, epoch, state, Instant.EPOCH, "so", 0, false, Optional.empty());
    }
}
