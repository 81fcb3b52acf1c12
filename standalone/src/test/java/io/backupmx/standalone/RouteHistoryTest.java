package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class RouteHistoryTest {

    private static final String ROUTE = "smtp:[127.0.0.1]:25";

    private static final String LOG = """
            2026-01-02T03:04:04.000Z INFO  mail next_hop=smtp:[127.0.0.1]:25 state=UP route_state
            2026-01-02T03:04:05.006Z WARN  mail next_hop=smtp:[127.0.0.1]:25 state=DOWN reason="connection refused" route_state
            2026-01-02T03:04:05.007Z WARN  mail next_hop=smtp:[127.0.0.1]:26 state=DOWN reason=closed route_state
            2026-01-02T03:04:05.008Z INFO  mail queue_id=A to=<a@example.test> next_hop=smtp:[127.0.0.1]:25 reply="250 state=UP" delivered
            2026-01-02T04:04:07.000+01:00 INFO  mail next_hop=smtp:[127.0.0.1]:25 state=UP route_state
            2026-01-02T03:04:06.000Z INFO  mail next_hop=smtp:[127.0.0.1]:25 state=RAMP limit=1 route_state
            """;

    @Test
    void tellsTheStatesOfOneRouteInTheirOrder() {
        RouteHistory history = RouteHistory.of(LOG, ROUTE);
        assertThat(history.states()).containsExactly("DOWN", "RAMP", "UP");
        assertThat(history).hasToString("DOWN>RAMP>UP");
        assertThat(history.first("DOWN")).contains(Instant.parse("2026-01-02T03:04:05.006Z"));
        assertThat(history.changes().getFirst().reason()).isEqualTo("\"connection refused\"");
        assertThat(history.since(Instant.parse("2026-01-02T03:04:06Z")).states())
                .containsExactly("RAMP", "UP");
    }

    @Test
    void routeThatWasAlwaysUpHasNone() {
        assertThat(RouteHistory.of(LOG.lines().findFirst().orElseThrow(), ROUTE))
                .hasToString("-");
    }
}
