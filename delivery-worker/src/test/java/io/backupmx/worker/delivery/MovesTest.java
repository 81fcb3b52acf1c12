package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Envelope;
import io.backupmx.route.CurrentTables;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.Lane;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail that waits where it no longer belongs. */
final class MovesTest {

    private static final Route OLD = Route.of("smtp:[old.test]:25");
    private static final Route NEW = Route.of("smtp:[new.test]:25");
    private static final Route.Hold HOLD = new Route.Hold(Domain.of("a.test"));

    @TempDir
    private Path directory;

    private final InMemorySpool spool = new InMemorySpool();
    private final InMemoryAdmin admin = spool.admin();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // which wraps
    private final Set<Route> configured = ConcurrentHashMap.newKeySet();
    private final Set<Route> forbidden = ConcurrentHashMap.newKeySet();
    private volatile Predicate<Route> maySay = _ -> true;
    private final List<Route> emptied = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        spool.close();
    }

    private RelayTables tables(String a, String b) {
        return HeldTables.of(directory, "domains: {a.test: %s, b.test: %s}".formatted(a, b));
    }

    private Moves moves(RelayTables tables) {
        return moves(tables, Duration.ZERO);
    }

    /** @param deferred how long mail may be, that is not on the queue yet */
    private Moves moves(RelayTables tables, Duration deferred) {
        Moves.Attitude attitude = new Moves.Attitude() {
            @Override
            public boolean mayMove(Route route) {
                return !forbidden.contains(route) && maySay.test(route);
            }

            @Override
            public boolean isConfigured(Route route) {
                return configured.contains(route);
            }
        };
        return new Moves(tables, spool, admin, attitude, emptied::add, deferred, nanos::get);
    }

    private void store(Route route, String... recipients) {
        spool.store(route, Mails.envelope(recipients), WorkerRig.text("x\r\n"));
    }

    private List<List<String>> waiting(Route route) {
        return spool.waiting(route).stream()
                .map(StoredMail::envelope)
                .map(MovesTest::addresses)
                .toList();
    }

    private static List<String> addresses(Envelope envelope) {
        return envelope.recipients().stream()
                .map(recipient -> recipient.path().address())
                .toList();
    }

    /** As the spool does, every few seconds; what this begins has ended. */
    private void tick(Moves moves, Duration passed, Route... named) {
        nanos.addAndGet(passed.toNanos());
        moves.mailWaits(Set.of(named));
        moves.tick();
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(WorkerRig.LONG)
                .until(() -> !moves.isLooking());
    }

    @Test
    void whatWaitsOnARouteInNoConfigurationGoesWhereItsDomainsGo() {
        store(OLD, "x@a.test", "x@b.test");
        store(OLD, "y@b.test");
        Moves moves = moves(tables("new.test", "other.test"));

        tick(moves, Duration.ZERO, OLD);

        assertThat(waiting(OLD)).isEmpty();
        assertThat(waiting(NEW)).containsExactly(List.of("x@a.test"));
        assertThat(waiting(Route.of("smtp:[other.test]:25"))).containsExactly(List.of("x@b.test"), List.of("y@b.test"));
        assertThat(emptied).containsExactly(OLD);
    }

    @Test
    void bothLanesOfARouteMoveBehindTheBacklogOfTheNewOne() {
        store(OLD, "fresh@a.test");
        spool.storeBehind(OLD, Mails.envelope("old@a.test"), WorkerRig.text("x\r\n"));
        spool.storeBehind(OLD, Mails.envelope("stays@b.test"), WorkerRig.text("x\r\n"));
        Moves moves = moves(tables("new.test", "old.test"));

        tick(moves, Duration.ZERO, OLD);

        assertThat(spool.waiting(NEW, Lane.BACKLOG)).hasSize(2);
        assertThat(waiting(NEW)).containsExactlyInAnyOrder(List.of("fresh@a.test"), List.of("old@a.test"));
        assertThat(spool.waiting(OLD, Lane.BACKLOG)).hasSize(1);
        assertThat(waiting(OLD)).containsExactly(List.of("stays@b.test"));
        assertThat(emptied).isEmpty();
    }

    @Test
    void whatBelongsThereStaysInItsOrder() {
        for (int i = 0; i < 200; i++) {
            store(OLD, i + "@b.test");
        }
        store(OLD, "x@a.test");
        store(OLD, "both@a.test", "both@b.test");
        configured.add(OLD);
        Moves moves = moves(tables("new.test", "old.test"));

        tick(moves, Duration.ZERO, OLD);

        assertThat(waiting(NEW)).containsExactly(List.of("x@a.test"), List.of("both@a.test"));
        assertThat(waiting(OLD)).hasSize(201).startsWith(List.of("0@b.test"), List.of("1@b.test"));
        assertThat(waiting(OLD).getLast()).containsExactly("both@b.test");
        assertThat(emptied).isEmpty();
    }

    @Test
    void whatTheTablesHoldNoMoreGoesOn() {
        store(HOLD, "x@a.test");
        Moves moves = moves(tables("new.test", "old.test"));

        tick(moves, Duration.ZERO, HOLD);

        assertThat(waiting(NEW)).containsExactly(List.of("x@a.test"));
    }

    @Test
    void whatIsNotThisWorkersToMoveIsNotEvenLookedAt() {
        store(OLD, "x@a.test");
        forbidden.add(OLD);
        Moves moves = moves(tables("new.test", "other.test"));

        tick(moves, Duration.ZERO, OLD);
        assertThat(admin.browsed()).isZero();
        assertThat(waiting(OLD)).hasSize(1);

        forbidden.clear();
        tick(moves, Duration.ofSeconds(1), OLD);
        assertThat(waiting(NEW)).hasSize(1);
    }

    /** An outage may last for weeks, and have a million mails. */
    @Test
    void aQueueThatTakesNoMailNowIsLeftAloneOnceNothingThatWasDeferredCanCome() {
        CurrentTables tables = new CurrentTables(tables("old.test", "old.test"));
        store(OLD, "x@a.test");
        configured.add(OLD);
        Moves moves = moves(tables);

        for (int i = 0; i < 200; i++) {
            tick(moves, Duration.ofMinutes(5), OLD);
        }
        assertThat(admin.browsed()).isEqualTo(2);
        assertThat(waiting(OLD)).hasSize(1);

        tables.replace(tables("new.test", "old.test"));
        moves.configure();
        tick(moves, Duration.ofSeconds(1), OLD);
        assertThat(waiting(NEW)).hasSize(1);

        store(OLD, "late@a.test"); // which was deferred until now
        tick(moves, Duration.ofSeconds(30), OLD);
        tick(moves, Duration.ofSeconds(31), OLD);
        assertThat(waiting(NEW)).hasSize(2);
    }

    /** By a worker, say, that has read the new configuration hours after this one. */
    @Test
    void whatWasDeferredAndComesLaterMovesThoughNothingDidAtFirst() {
        store(OLD, "y@b.test");
        configured.add(OLD);
        forbidden.add(OLD);
        Moves moves = moves(tables("new.test", "old.test"), Duration.ofHours(4));
        tick(moves, Duration.ofHours(5), OLD);
        forbidden.clear();
        tick(moves, Duration.ZERO, OLD);
        for (int i = 0; i < 3 * 60; i++) {
            tick(moves, Duration.ofMinutes(1), OLD);
        }
        assertThat(admin.browsed()).isBetween(4, 10);

        store(OLD, "x@a.test");
        for (int i = 0; i < 60; i++) {
            tick(moves, Duration.ofMinutes(1), OLD);
        }
        assertThat(waiting(NEW)).containsExactly(List.of("x@a.test"));
    }

    @Test
    void mailThatHasNoWayIsLookedAtEverMoreSeldom() {
        store(OLD, "x@gone.test");
        Moves moves = moves(tables("new.test", "other.test"));

        for (int i = 0; i < 3 * 3600; i += 20) {
            tick(moves, Duration.ofSeconds(20), OLD);
        }
        assertThat(admin.browsed()).isBetween(6, 10);
        assertThat(waiting(OLD)).hasSize(1);
        assertThat(spool.taken()).isZero();
    }

    @Test
    void aSpoolThatIsAwayIsAskedAgain() {
        store(OLD, "x@a.test");
        Moves moves = moves(tables("new.test", "other.test"));
        spool.unavailable(true);
        tick(moves, Duration.ZERO, OLD);
        assertThat(waiting(OLD)).hasSize(1);

        spool.unavailable(false);
        tick(moves, Duration.ofSeconds(11), OLD);
        assertThat(waiting(NEW)).hasSize(1);
    }

    /** Its gate opened for a moment, say, in the middle of a look. */
    @Test
    void aLookThatWasBrokenOffHasFoundNothingOut() {
        configured.add(OLD);
        store(OLD, "y@b.test");
        store(OLD, "x@a.test");
        AtomicInteger asked = new AtomicInteger();
        maySay = _ -> asked.incrementAndGet() == 1; // to begin; not after the first mail
        Moves moves = moves(tables("new.test", "old.test"));
        tick(moves, Duration.ofMinutes(10), OLD);
        assertThat(waiting(NEW)).isEmpty();

        maySay = _ -> true;
        tick(moves, Duration.ofSeconds(11), OLD);
        assertThat(waiting(NEW)).hasSize(1);
    }

    @Test
    void whatIsGoneIsSeenToBeforeQueuesThatOnlyMayHaveSomething() {
        List<Route> order = new CopyOnWriteArrayList<>();
        maySay = route -> order.add(route) && order.size() > 100; // nothing begins
        List<Route> named = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Route route = Route.of("smtp:[" + i + ".test]:25");
            configured.add(route);
            named.add(route);
        }
        named.add(OLD);
        Moves moves = moves(tables("new.test", "other.test"));

        tick(moves, Duration.ZERO, named.toArray(Route[]::new));

        assertThat(order).hasSize(21).startsWith(OLD);
    }

    @Test
    void aStopBeginsNothing() {
        store(OLD, "x@a.test");
        Moves moves = moves(tables("new.test", "other.test"));
        moves.stop();

        tick(moves, Duration.ZERO, OLD);
        moves.close(Duration.ZERO);

        assertThat(waiting(OLD)).hasSize(1);
    }
}
