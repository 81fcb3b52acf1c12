package io.backupmx.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHopLimits;
import io.backupmx.route.Route;
import io.backupmx.spool.SharedTable;
import io.backupmx.spool.SpoolException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What workers say of next hops, and what ingresses believe. */
class SharedLimitsTest {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.test]:25");
    private static final NextHopLimits SMALL = new NextHopLimits(OptionalLong.of(1000), false);
    private static final NextHopLimits LARGE = new NextHopLimits(OptionalLong.of(5000), true);

    private Instant now = Instant.parse("2026-01-05T10:00:00Z");
    private final Table table = new Table();
    private final SharedLimits worker = new SharedLimits(table, () -> now);
    private final SharedLimits ingress = new SharedLimits(table, () -> now);

    /** All that is put is heard, by those who come later, too. */
    private static final class Table implements SharedTable {
        final List<Listener> listeners = new ArrayList<>();
        final Map<String, byte[]> values = new LinkedHashMap<>();
        int puts;
        boolean away;

        @Override
        public void start(Listener listener) {
            listeners.add(listener);
            if (!away) {
                connect(listener);
            }
        }

        private void connect(Listener listener) {
            listener.connected();
            List.copyOf(values.entrySet()).forEach(entry -> listener.heard(entry.getKey(), entry.getValue()));
            listener.complete();
        }

        /** The broker is there from now on. */
        void comes() {
            away = false;
            List.copyOf(listeners).forEach(this::connect);
        }

        @Override
        public CompletionStage<Void> put(String key, byte[] value) {
            if (away) {
                return CompletableFuture.failedStage(
                        new SpoolException(SpoolException.Kind.UNAVAILABLE, "as the test says"));
            }
            puts++;
            values.put(key, value);
            listeners.forEach(listener -> listener.heard(key, value));
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void close() {}
    }

    @Test
    void whatNobodyHasSaidIsNotKnown() {
        assertThat(ingress.of(ROUTE)).isEmpty();
    }

    @Test
    void theNewestWordCounts() {
        worker.tell(ROUTE, SMALL);
        assertThat(ingress.of(ROUTE)).contains(SMALL);
        worker.tell(ROUTE, LARGE);
        assertThat(ingress.of(ROUTE)).contains(LARGE);
        assertThat(ingress.of(Route.of("smtp:[mx2.example.test]:25"))).isEmpty();
    }

    @Test
    void ofTwoWordsTheOlderOneDoesNotCountThoughItComesLater() {
        byte[] old = new LimitsNews(ROUTE.toString(), SMALL, now.minusSeconds(5)).toBytes();
        worker.tell(ROUTE, LARGE);
        ingress.heard("limits." + ROUTE, old);
        assertThat(ingress.of(ROUTE)).contains(LARGE);
    }

    @Test
    void nothingIsWrittenThatIsNoNews() {
        for (int i = 0; i < 100; i++) {
            worker.tell(ROUTE, SMALL);
        }
        assertThat(table.puts).isOne();
        now = now.plus(SharedLimits.AGAIN).plusSeconds(1);
        worker.tell(ROUTE, SMALL);
        assertThat(table.puts).isEqualTo(2);
    }

    @Test
    void whatIsOldIsNotKnownAnyMore() {
        worker.tell(ROUTE, SMALL);
        now = now.plus(LimitsNews.HOLDS).minusSeconds(1);
        assertThat(ingress.of(ROUTE)).contains(SMALL);
        now = now.plusSeconds(2);
        assertThat(ingress.of(ROUTE)).isEmpty();
        assertThat(new SharedLimits(table, () -> now).of(ROUTE)).isEmpty();
    }

    @Test
    void whatCouldNotBeSaidIsSaidAgain() {
        table.away = true;
        worker.tell(ROUTE, SMALL);
        table.away = false;
        assertThat(ingress.of(ROUTE)).isEmpty();
        worker.tell(ROUTE, SMALL);
        assertThat(ingress.of(ROUTE)).contains(SMALL);
    }

    @Test
    void theFirstWordOfAProcessIsSaidWhenItIsConnected() {
        table.away = true;
        worker.tell(ROUTE, SMALL);
        assertThat(ingress.of(ROUTE)).isEmpty();
        table.comes();
        assertThat(ingress.of(ROUTE)).contains(SMALL);
        assertThat(table.puts).isOne();
        table.comes();
        assertThat(table.puts).isOne();
    }

    @Test
    void whatWasNotSaidIsOutdatedByWhatOthersHaveSaidSince() {
        table.away = true;
        worker.tell(ROUTE, SMALL);
        now = now.plusSeconds(5);
        table.values.put("limits." + ROUTE, new LimitsNews(ROUTE.toString(), LARGE, now).toBytes());
        table.comes();
        assertThat(table.puts).isZero();
        assertThat(worker.of(ROUTE)).contains(LARGE);
    }

    @Test
    void aClockThatIsAheadDoesNotHaveTheLastWord() {
        ingress.heard("limits." + ROUTE, new LimitsNews(ROUTE.toString(), SMALL, now.plusSeconds(1800)).toBytes());
        assertThat(ingress.of(ROUTE)).contains(SMALL);
        now = now.plusSeconds(60);
        ingress.heard("limits." + ROUTE, new LimitsNews(ROUTE.toString(), LARGE, now).toBytes());
        assertThat(ingress.of(ROUTE)).contains(LARGE);
    }

    @Test
    void whatAnotherVersionSaysIsNotKnown() {
        for (String text : List.of("", "2 1 - -\n" + ROUTE, "1 x - -\n" + ROUTE, "1 1 -\n" + ROUTE, "1 1 - -")) {
            assertThat(LimitsNews.parse(text.getBytes(StandardCharsets.UTF_8)))
                    .as(text)
                    .isEmpty();
        }
    }

    @Test
    void itIsBounded() {
        for (int i = 0; i < SharedLimits.MAX_ROUTES + 10; i++) {
            worker.tell(Route.of("smtp:[mx" + i + ".example.test]:25"), SMALL);
        }
        assertThat(table.puts).isEqualTo(SharedLimits.MAX_ROUTES);
        assertThat(worker.of(Route.of("smtp:[mx1.example.test]:25"))).contains(SMALL);
    }

    @Test
    void ofTwoHostsTheMoreGenerousOneCounts() {
        assertThat(SMALL.or(LARGE)).isEqualTo(LARGE);
        assertThat(SMALL.or(new NextHopLimits(OptionalLong.empty(), false)))
                .isEqualTo(new NextHopLimits(OptionalLong.empty(), false));
    }
}
