package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.route.CurrentTables;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.worker.RouteStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HoldsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Route.Hold HOLD = new Route.Hold(Domain.of("held.test"));
    private static final int PORT = 2525;
    private static final Route USUAL = WorkerRig.route(PORT);

    @TempDir
    private Path directory;

    private final InMemorySpool spool = new InMemorySpool();
    private final AtomicLong nanos = new AtomicLong();

    private CurrentTables tables(RelayTables first) {
        return new CurrentTables(first);
    }

    private Holds holds(CurrentTables tables) {
        return new Holds(tables, hold -> new Onward(hold, tables, spool, new FeedBudget(10)), () -> NOW, nanos::get);
    }

    private void store() {
        spool.store(HOLD, Mails.envelope("a@held.test"), WorkerRig.text("x\r\n"));
    }

    @AfterEach
    void close() {
        spool.close();
    }

    @Test
    void aHeldDomainIsShownAndItsMailStays() {
        Holds holds = holds(tables(HeldTables.held(directory, PORT)));
        store();

        assertThat(holds.mailWaits(HOLD)).isTrue();
        assertThat(holds.statuses()).singleElement().satisfies(status -> {
            assertThat(status.route()).isEqualTo(HOLD);
            assertThat(status.state()).isEqualTo(RouteStatus.State.HELD);
            assertThat(status.since()).isEqualTo(NOW);
            assertThat(status.reason()).isEqualTo("held.test is held by the configuration: new disks");
        });
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(holds.mailWaits(HOLD)).isTrue();
        assertThat(spool.taken()).isZero();
        assertThat(spool.waiting(HOLD)).hasSize(1);
    }

    @Test
    void whatTheTablesHoldNoMoreGoesOnAtOnce() {
        CurrentTables tables = tables(HeldTables.held(directory, PORT));
        Holds holds = holds(tables);
        store();

        tables.replace(HeldTables.free(directory, PORT));
        holds.configure();

        await().atMost(WorkerRig.LONG).until(() -> spool.waiting(USUAL).size() == 1);
        assertThat(spool.waiting(HOLD)).isEmpty();
        assertThat(holds.statuses()).isEmpty();
        holds.stop();
        holds.closings(Duration.ZERO).forEach(Runnable::run);
    }

    /** Another process may have read a newer configuration, which holds it. */
    @Test
    void mailThatWasHeldByNobodyHereGoesOnWhenThisProcessHasHadTheTimeToHearOfIt() {
        Holds holds = holds(tables(HeldTables.free(directory, PORT)));
        store();

        assertThat(holds.mailWaits(HOLD)).isTrue();
        nanos.addAndGet(Duration.ofSeconds(9).toNanos());
        assertThat(holds.mailWaits(HOLD)).isTrue();
        assertThat(holds.closings(Duration.ZERO)).isEmpty();

        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(holds.mailWaits(HOLD)).isTrue();
        await().atMost(WorkerRig.LONG).until(() -> spool.waiting(USUAL).size() == 1);
        holds.closings(Duration.ZERO).forEach(Runnable::run);
    }

    /** Who holds it may put aside again what goes on here: two who disagree must not move a backlog to and fro as fast as they can. */
    @Test
    void mailThatWasHeldByNobodyHereGoesOnInTurns() {
        Holds holds = holds(tables(HeldTables.free(directory, PORT)));
        for (int i = 0; i < Onward.A_TURN + 100; i++) {
            store();
        }
        assertThat(holds.mailWaits(HOLD)).isTrue();
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        holds.tick();
        assertThat(holds.mailWaits(HOLD)).isTrue();
        await().atMost(WorkerRig.LONG).until(() -> spool.waiting(USUAL).size() >= Onward.A_TURN);
        await().during(Duration.ofMillis(200))
                .atMost(WorkerRig.LONG)
                .until(() -> !spool.waiting(HOLD).isEmpty());

        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        holds.tick();
        await().atMost(WorkerRig.LONG).until(() -> spool.waiting(USUAL).size() == Onward.A_TURN + 100);
        holds.closings(Duration.ZERO).forEach(Runnable::run);
    }

    @Test
    void aStopBeginsNothing() {
        CurrentTables tables = tables(HeldTables.held(directory, PORT));
        Holds holds = holds(tables);
        store();
        holds.stop();

        tables.replace(HeldTables.free(directory, PORT));
        holds.configure();
        assertThat(holds.mailWaits(HOLD)).isTrue();
        assertThat(holds.closings(Duration.ZERO)).isEmpty();
    }

    @Test
    void aDomainThatIsHeldAgainKeepsWhatIsLeft() {
        CurrentTables tables = tables(HeldTables.held(directory, PORT));
        Holds holds = holds(tables);
        tables.replace(HeldTables.free(directory, PORT));
        holds.configure();

        tables.replace(HeldTables.held(directory, PORT));
        holds.configure();
        store();

        assertThat(holds.mailWaits(HOLD)).isTrue();
        assertThat(holds.isHeld(HOLD)).isTrue();
        // Longer than a feed that had it open would take.
        await().during(Duration.ofMillis(200))
                .atMost(WorkerRig.LONG)
                .until(() -> spool.waiting(HOLD).size() == 1);
        holds.closings(Duration.ZERO).forEach(Runnable::run);
    }

    @Test
    void aDomainWithoutAWayIsNotSeenTo() {
        Holds holds = holds(tables(HeldTables.of(directory, "domains: {free.test: mx1.test}")));

        assertThat(holds.mailWaits(HOLD)).isFalse();
    }
}
