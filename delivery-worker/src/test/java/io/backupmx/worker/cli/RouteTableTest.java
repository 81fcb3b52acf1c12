package io.backupmx.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.worker.RouteStatus.State;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouteTableTest {

    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

    private final StringWriter text = new StringWriter();
    private final RouteTable table =
            new RouteTable(new PrintWriter(text), new LocalTimes(Clock.fixed(NOW, ZoneOffset.UTC)));

    @Test
    void troubleComesFirstWithItsReason() {
        table.print(List.of(
                route("smtp:[mx1.example.org]:25", State.UP, 86_400, "", 20, Optional.empty()),
                route(
                        "smtp:[mx2.example.org]:25",
                        State.DOWN,
                        60,
                        "connect to mx2.example.org[192.0.2.1]:25: Connection refused",
                        0,
                        Optional.of(NOW.getEpochSecond() + 2)),
                route(
                        "smtp:[mx3.example.org]:25",
                        State.THROTTLED,
                        3600,
                        "452 4.3.1 no space",
                        1,
                        Optional.of(NOW.getEpochSecond() + 60)),
                new ListedRoute(
                        "smtp:[mx4.example.org]:25",
                        State.RAMP,
                        NOW.getEpochSecond(),
                        "",
                        4,
                        2,
                        true,
                        Optional.empty())));

        assertThat(text).hasToString("""
                Route                                State      Since           Limit Conns
                smtp:[mx2.example.org]:25            DOWN       05:05:07            0     0
                    connect to mx2.example.org[192.0.2.1]:25: Connection refused
                    next probe 05:06:09
                smtp:[mx3.example.org]:25            THROTTLED  04:06:07            1     0
                    452 4.3.1 no space
                    next trial 05:07:07
                smtp:[mx4.example.org]:25            RAMP       05:06:07            4     2
                    just back: refusals are not believed yet
                smtp:[mx1.example.org]:25            UP         Mar 3 05:06:07     20     0

                -- 4 routes: 1 UP, 1 RAMP, 1 THROTTLED, 1 DOWN.
                """);
    }

    @Test
    void longRouteHasALineOfItsOwn() {
        String route = "smtp:[mx1.a-rather-long-name.example.org]:25,[mx2.example.org]:25";

        table.print(List.of(route(route, State.HELD, 0, "migration", 0, Optional.empty())));

        assertThat(text.toString()).contains("\n" + route + "\n" + " ".repeat(37) + "HELD       05:06:07 ");
    }

    @Test
    void nothingIsSaid() {
        table.print(List.of());

        assertThat(text).hasToString("No routes\n");
    }

    @Test
    void peerCannotSpeakToTheTerminal() {
        table.print(List.of(route("smtp:[d.example]:25", State.DOWN, 0, "421 \u001b[2Jbye", 0, Optional.empty())));

        assertThat(text.toString()).contains("    421 ?[2Jbye\n");
    }

    private static ListedRoute route(
            String route, State state, long age, String reason, int limit, Optional<Long> next) {
        return new ListedRoute(route, state, NOW.getEpochSecond() - age, reason, limit, 0, false, next);
    }
}
