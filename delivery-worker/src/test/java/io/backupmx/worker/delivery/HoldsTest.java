package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.CurrentTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.worker.RouteStatus;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HoldsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Route.Hold HOLD = new Route.Hold(Domain.of("held.test"));
    private static final int PORT = 2525;

    @TempDir
    private Path directory;

    private Instant now = NOW;

    @Test
    void aHeldDomainIsShownSinceItIsHeld() {
        CurrentTables tables = new CurrentTables(HeldTables.free(directory, PORT));
        Holds holds = new Holds(tables, () -> now);
        assertThat(holds.isHeld(HOLD)).isFalse();

        tables.replace(HeldTables.held(directory, PORT));
        holds.configure();
        now = NOW.plusSeconds(60);
        holds.configure();

        assertThat(holds.isHeld(HOLD)).isTrue();
        assertThat(holds.statuses()).singleElement().satisfies(status -> {
            assertThat(status.route()).isEqualTo(HOLD);
            assertThat(status.state()).isEqualTo(RouteStatus.State.HELD);
            assertThat(status.since()).isEqualTo(NOW);
            assertThat(status.reason()).isEqualTo("held.test is held by the configuration: new disks");
        });
    }

    @Test
    void whatTheTablesHoldNoMoreIsHeldNoMore() {
        CurrentTables tables = new CurrentTables(HeldTables.held(directory, PORT));
        Holds holds = new Holds(tables, () -> now);

        tables.replace(HeldTables.free(directory, PORT));
        holds.configure();

        assertThat(holds.isHeld(HOLD)).isFalse();
        assertThat(holds.statuses()).isEmpty();
    }
}
