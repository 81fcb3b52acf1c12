package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Mail whose route left the configuration is shown for as long as there is any. */
class UnconfiguredTest {

    private static final Route ROUTE = Route.to(new NextHop("192.0.2.1", 25));
    private static final Route OTHER = Route.to(new NextHop("192.0.2.2", 25));
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final Duration SWEEP = Duration.ofSeconds(10);

    private Instant now = START;
    private long nanos = Long.MAX_VALUE - 5; // which wraps
    private final Unconfigured routes = new Unconfigured(() -> now, () -> nanos, SWEEP);

    private void pass(int seconds) {
        now = now.plusSeconds(seconds);
        nanos += Duration.ofSeconds(seconds).toNanos();
    }

    /** As the spool does, every few seconds. */
    private void hearNothingFor(int seconds) {
        for (int passed = 0; passed < seconds; passed += 5) {
            pass(5);
            assertThat(routes.heard(List.of())).isEmpty();
        }
    }

    @Test
    void isNewsOnceAndKnownSinceThen() {
        assertThat(routes.heard(List.of(ROUTE))).isEmpty(); // it may be about to move
        hearNothingFor(20);
        assertThat(routes.heard(List.of(ROUTE))).containsExactly(ROUTE);
        hearNothingFor(20);
        assertThat(routes.heard(List.of(ROUTE))).isEmpty();
        assertThat(routes.routes()).containsExactly(Map.entry(ROUTE, START));
        assertThat(routes.mayHaveMail(ROUTE)).isTrue();
    }

    @Test
    void isForgottenWithItsMail() {
        routes.heard(List.of(ROUTE));
        hearNothingFor(35);
        assertThat(routes.routes()).isEmpty();
        assertThat(routes.mayHaveMail(ROUTE)).isFalse();
    }

    @Test
    void whatHasMovedIsNotShownAnyMore() {
        routes.heard(List.of(ROUTE, OTHER));
        routes.emptied(ROUTE);
        assertThat(routes.routes()).containsOnlyKeys(OTHER);
    }

    @Test
    void aClockThatJumpsForgetsNothing() {
        routes.heard(List.of(ROUTE));
        now = START.plusSeconds(86_400);
        assertThat(routes.heard(List.of())).isEmpty();
        assertThat(routes.routes()).containsExactly(Map.entry(ROUTE, START));
    }

    /** The broker was away: nobody knows what is there. */
    @Test
    void silenceForgetsNothing() {
        routes.heard(List.of(ROUTE));
        routes.gone(List.of(OTHER));
        pass(3600);
        routes.heard(List.of());
        assertThat(routes.routes()).containsKey(ROUTE);
        assertThat(routes.mayHaveMail(OTHER)).isTrue();
        hearNothingFor(35);
        assertThat(routes.routes()).isEmpty();
        assertThat(routes.mayHaveMail(OTHER)).isFalse();
    }

    @Test
    void whoHasJustGoneMayHaveMailUntilTheSpoolHadTheTimeToSaySo() {
        assertThat(routes.mayHaveMail(ROUTE)).isFalse();
        routes.gone(List.of(ROUTE));
        hearNothingFor(20);
        assertThat(routes.mayHaveMail(ROUTE)).isTrue();
        assertThat(routes.routes()).isEmpty();
        hearNothingFor(5);
        assertThat(routes.mayHaveMail(ROUTE)).isFalse();
    }
}
