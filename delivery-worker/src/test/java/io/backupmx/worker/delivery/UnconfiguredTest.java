package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Mail whose route left the configuration is shown for as long as there is any. */
class UnconfiguredTest {

    private static final Route ROUTE = Route.to(new NextHop("192.0.2.1", 25));
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Instant now = START;
    private final Unconfigured routes = new Unconfigured(() -> now);

    @Test
    void isNewsOnceAndKnownSinceThen() {
        assertThat(routes.seen(ROUTE)).isTrue();
        now = START.plusSeconds(20);
        assertThat(routes.seen(ROUTE)).isFalse();
        now = START.plusSeconds(40);
        assertThat(routes.routes()).containsExactly(Map.entry(ROUTE, START));
    }

    @Test
    void isForgottenWithItsMail() {
        assertThat(routes.seen(ROUTE)).isTrue();
        now = START.plusSeconds(31);
        assertThat(routes.routes()).isEmpty();
        assertThat(routes.seen(ROUTE)).isTrue();
    }
}
