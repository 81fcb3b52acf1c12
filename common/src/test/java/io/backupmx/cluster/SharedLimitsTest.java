package io.backupmx.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHopLimits;
import io.backupmx.route.Route;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What workers say of next hops, and what ingresses believe. */
class SharedLimitsTest {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.test]:25");
    private static final NextHopLimits SMALL = new NextHopLimits(OptionalLong.of(1000), false);
    private static final NextHopLimits LARGE = new NextHopLimits(OptionalLong.of(5000), true);

    private Instant now = Instant.parse("2026-01-05T10:00:00Z");
    private final ListeningTable table = new ListeningTable();
    private final SharedLimits worker = new SharedLimits(table, () -> now);
    private final SharedLimits ingress = new SharedLimits(table, () -> now);

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

    /** A worker of before has no fifth word, and an ingress of before reads what has none. */
    @Test
    void requireTlsIsSaidInAWordMore() {
        NextHopLimits keeping = new NextHopLimits(OptionalLong.of(5000), true, true);
        String said = new String(new LimitsNews(ROUTE.toString(), keeping, now).toBytes(), StandardCharsets.UTF_8);
        assertThat(said).endsWith(" 5000 SMTPUTF8 REQUIRETLS\n" + ROUTE);
        assertThat(new String(new LimitsNews(ROUTE.toString(), LARGE, now).toBytes(), StandardCharsets.UTF_8))
                .endsWith(" 5000 SMTPUTF8\n" + ROUTE);

        worker.tell(ROUTE, keeping);
        assertThat(ingress.of(ROUTE)).contains(keeping);
        worker.tell(ROUTE, LARGE);
        assertThat(ingress.of(ROUTE)).contains(LARGE);
    }

    @Test
    void whatAnotherVersionSaysIsNotKnown() {
        for (String text : List.of(
                "",
                "2 1 - -\n" + ROUTE,
                "1 x - -\n" + ROUTE,
                "1 1 -\n" + ROUTE,
                "1 1 - -",
                "1 1 - - OTHER\n" + ROUTE)) {
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
    void ofTwoHostsTheMoreGenerousOneCountsAndWhatIsPromisedHoldsAtBoth() {
        NextHopLimits keeping = new NextHopLimits(OptionalLong.of(1000), false, true);
        assertThat(keeping.or(LARGE)).isEqualTo(LARGE);
        assertThat(keeping.or(keeping).requireTls()).isTrue();
        assertThat(SMALL.or(LARGE)).isEqualTo(LARGE);
        assertThat(SMALL.or(new NextHopLimits(OptionalLong.empty(), false)))
                .isEqualTo(new NextHopLimits(OptionalLong.empty(), false));
    }
}
