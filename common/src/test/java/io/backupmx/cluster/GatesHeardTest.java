package io.backupmx.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.Route;
import io.backupmx.spool.SharedTable;
import io.backupmx.spool.SpoolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keepers write on the board, and what an ingress makes of it. */
class GatesHeardTest {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.test]:25");
    private static final Route OTHER = Route.of("smtp:[mx2.example.test]:25");
    private static final Set<String> ALL_UP = Set.of();

    private long now;
    private final Table table = new Table();
    private final GateBoard board = new GateBoard(table, () -> now);
    private final GatesHeard gates = new GatesHeard(table, () -> now);

    /** All that is put is heard. */
    private static final class Table implements SharedTable {
        final List<Listener> listeners = new ArrayList<>();
        int puts;
        boolean away;

        @Override
        public void start(Listener listener) {
            listeners.add(listener);
            listener.connected();
            listener.complete();
        }

        @Override
        public CompletionStage<Void> put(String key, byte[] value) {
            if (away) {
                return CompletableFuture.failedStage(
                        new SpoolException(SpoolException.Kind.UNAVAILABLE, "as the test says"));
            }
            puts++;
            listeners.forEach(listener -> listener.heard(key, value));
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void listen() {
        gates.start();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /** Two shards, the first with news. */
    private void tell(long epoch, Set<String> shut) {
        board.tell(0, 2, epoch, shut);
        board.tell(1, 2, epoch, ALL_UP);
    }

    @Test
    void aRouteIsUpWhenAllKeepersHaveSpokenAndNoneSaysOtherwise() {
        assertThat(gates.isUp(ROUTE)).isFalse();
        board.tell(0, 2, 1, ALL_UP);
        assertThat(gates.isUp(ROUTE)).isFalse();
        board.tell(1, 2, 1, ALL_UP);
        assertThat(gates.isUp(ROUTE)).isTrue();
        board.tell(1, 2, 1, Set.of(ROUTE.toString()));
        assertThat(gates.isUp(ROUTE)).isFalse();
        assertThat(gates.isUp(OTHER)).isTrue();
        board.tell(1, 2, 1, ALL_UP);
        assertThat(gates.isUp(ROUTE)).isTrue();
    }

    @Test
    void whatIsNotRepeatedIsNotBelieved() {
        tell(1, ALL_UP);
        pass(GatesHeard.STALE.minusNanos(1));
        assertThat(gates.isUp(ROUTE)).isTrue();
        board.tell(0, 2, 1, ALL_UP);
        pass(Duration.ofNanos(1));
        assertThat(gates.isUp(ROUTE)).isFalse();
        board.tell(1, 2, 1, ALL_UP);
        assertThat(gates.isUp(ROUTE)).isTrue();
    }

    @Test
    void aRouteIsShutOnlyAsLongAsItsKeeperSaysSo() {
        assertThat(gates.isShut(ROUTE)).isFalse();
        board.tell(1, 2, 1, Set.of(ROUTE.toString()));
        assertThat(gates.isShut(ROUTE)).as("whatever the other keeper will say").isTrue();
        assertThat(gates.isShut(OTHER)).isFalse();
        pass(GatesHeard.STALE);
        assertThat(gates.isShut(ROUTE)).isFalse();
        board.tell(1, 2, 1, Set.of(ROUTE.toString()));
        board.tell(1, 2, 1, ALL_UP);
        assertThat(gates.isShut(ROUTE)).isFalse();
    }

    /** A slow primary may prove itself for as long as its backlog lasts: what comes meanwhile is fresh. */
    @Test
    void aRouteThatProvesItselfIsNeitherUpNorShut() {
        board.tell(0, 2, 1, ALL_UP);
        board.tell(1, 2, 1, Set.of(ROUTE.toString(), GateBoard.ramping(ROUTE.toString()), OTHER.toString()));
        assertThat(gates.isShut(ROUTE)).isFalse();
        assertThat(gates.isUp(ROUTE)).isFalse();
        assertThat(gates.isShut(OTHER)).isTrue();
    }

    @Test
    void theSameIsWrittenAgainAfterAWhileOnlyAndNewsAtOnce() {
        tell(1, ALL_UP);
        pass(GateBoard.AGAIN.minusNanos(1));
        tell(1, ALL_UP);
        assertThat(table.puts).isEqualTo(2);
        tell(1, Set.of(ROUTE.toString()));
        assertThat(table.puts).isEqualTo(3);
        pass(Duration.ofNanos(1));
        tell(1, Set.of(ROUTE.toString()));
        assertThat(table.puts).isEqualTo(4);
    }

    @Test
    void whatWasNotWrittenIsWrittenTheNextTime() {
        table.away = true;
        tell(1, ALL_UP);
        table.away = false;
        tell(1, ALL_UP);
        assertThat(table.puts).isEqualTo(2);
    }

    @Test
    void theLaterKeeperCounts() {
        tell(2, Set.of(ROUTE.toString()));
        tell(1, ALL_UP);
        assertThat(gates.isUp(ROUTE)).isFalse();
        tell(3, ALL_UP);
        assertThat(gates.isUp(ROUTE)).isTrue();
    }

    @Test
    void whatWasWrittenBeforeAnybodyListenedIsOfUnknownAge() {
        SharedTable.Listener listener = table.listeners.getFirst();
        tell(1, ALL_UP);
        listener.disconnected();
        assertThat(gates.isUp(ROUTE)).isFalse();
        listener.connected();
        listener.heard("gates.0", new GateNews(0, 1, 1, ALL_UP).toBytes(1000));
        listener.complete();
        assertThat(gates.isUp(ROUTE)).isFalse();
        listener.heard("gates.0", new GateNews(0, 1, 1, ALL_UP).toBytes(1000));
        assertThat(gates.isUp(ROUTE)).isTrue();
    }

    @Test
    void tooManyThatAreShutAreAll() {
        Set<String> shut = Set.of(ROUTE.toString());
        assertThat(GateNews.parse(new GateNews(3, 16, 7, shut).toBytes(1000))).contains(new GateNews(3, 16, 7, shut));
        GateNews cut = GateNews.parse(new GateNews(3, 16, 7, shut).toBytes(20)).orElseThrow();
        assertThat(cut.isShut(OTHER.toString())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2 0 1 1\n", "1 1 1 1\n", "1 -1 1 1\n", "1 0 x 1\n", "1 0 99999 1\n", "1 0 1\n", "{}"})
    void whatAnotherVersionWroteSaysNothing(String value) {
        assertThat(GateNews.parse(value.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }
}
