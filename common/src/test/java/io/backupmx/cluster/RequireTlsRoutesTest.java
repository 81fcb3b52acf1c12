package io.backupmx.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.NextHopLimits;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.route.RequireTls.Onward;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.TlsLevel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whether REQUIRETLS can be promised, as routes become known and are forgotten. */
class RequireTlsRoutesTest {

    private static final Route ONE = Route.of("smtp:[mx1.example.test]:25");
    private static final Route OTHER = Route.of("smtp:[mx2.example.test]:25");
    private static final Route DISCARD = Route.of("discard");
    private static final Route MX = Route.of("mx");
    private static final NextHopLimits KEEPING = new NextHopLimits(OptionalLong.empty(), true, true);
    private static final NextHopLimits WITHOUT = new NextHopLimits(OptionalLong.empty(), true, false);

    private Instant now = Instant.parse("2026-01-05T10:00:00Z");
    private final ListeningTable table = new ListeningTable();
    private final SharedLimits worker = new SharedLimits(table, () -> now);
    private final SharedLimits limits = new SharedLimits(table, () -> now);

    private RequireTlsRoutes routes(Route... routes) {
        return new RequireTlsRoutes(tables(TlsLevel.VERIFY, routes), limits, () -> now);
    }

    private static RelayTables tables(TlsLevel level, Route... routes) {
        return new Tables(new LinkedHashSet<>(List.of(routes)), TlsLevels.everywhere(level));
    }

    @Test
    void itIsPromisedOnceEachRoutesHostsHaveSaidSo() {
        RequireTlsRoutes routes = routes(ONE, DISCARD, OTHER);
        assertThat(routes.everywhere()).isFalse();
        assertThat(routes.by(ONE)).isEqualTo(Onward.UNKNOWN);
        worker.tell(OTHER, KEEPING);
        assertThat(routes.everywhere()).isFalse();
        worker.tell(ONE, KEEPING);
        assertThat(routes.everywhere()).isTrue();
        assertThat(List.of(routes.by(ONE), routes.by(OTHER), routes.by(DISCARD)))
                .containsOnly(Onward.KEPT);

        now = now.plusSeconds(1);
        worker.tell(OTHER, WITHOUT);
        assertThat(routes.everywhere()).isFalse();
        assertThat(routes.by(OTHER)).isEqualTo(Onward.BROKEN);
        assertThat(routes.by(ONE)).isEqualTo(Onward.KEPT);
        now = now.plusSeconds(1);
        worker.tell(OTHER, KEEPING);
        assertThat(routes.everywhere()).isTrue();
    }

    @Test
    void whatWasSaidBeforeIsHeard() {
        worker.tell(ONE, KEEPING);
        assertThat(routes(ONE).everywhere()).isTrue();
    }

    @Test
    void mailExchangersAndNobodyPromiseNothing() {
        worker.tell(ONE, KEEPING);
        assertThat(routes(ONE, MX).everywhere()).isFalse();
        assertThat(routes(ONE, Route.to(new NextHop("mx1.example.test", 25, true)))
                        .everywhere())
                .isFalse();
        assertThat(routes(ONE, MX).by(MX)).isEqualTo(Onward.BROKEN);
        assertThat(routes().everywhere()).isFalse();
    }

    @Test
    void whoIsThereHasToBeLookedAt() {
        worker.tell(ONE, KEEPING);
        RequireTlsRoutes routes = routes(ONE);
        for (TlsLevel level : TlsLevel.values()) {
            routes.replace(tables(level, ONE));
            boolean looks = level == TlsLevel.VERIFY || level == TlsLevel.DANE_REQUIRED;
            assertThat(routes.everywhere()).as("%s", level).isEqualTo(looks);
            assertThat(routes.by(ONE)).as("%s", level).isEqualTo(looks ? Onward.KEPT : Onward.BROKEN);
        }
    }

    /** Ordinary installations ask nobody. */
    @Test
    void whereItCannotBeNobodyListens() {
        RequireTlsRoutes routes = new RequireTlsRoutes(tables(TlsLevel.OPPORTUNISTIC, ONE), limits, () -> now);
        assertThat(routes.everywhere()).isFalse();
        assertThat(table.listeners).isEmpty();
    }

    @Test
    void newTablesCountAtOnce() {
        worker.tell(ONE, KEEPING);
        RequireTlsRoutes routes = routes(ONE);
        routes.replace(tables(TlsLevel.VERIFY, ONE, OTHER));
        assertThat(routes.everywhere()).isFalse();
        worker.tell(OTHER, KEEPING);
        assertThat(routes.everywhere()).isTrue();
        routes.replace(tables(TlsLevel.VERIFY, ONE, MX));
        assertThat(routes.everywhere()).isFalse();
        routes.replace(tables(TlsLevel.VERIFY, ONE));
        assertThat(routes.everywhere()).isTrue();
    }

    @Test
    void whatIsOldIsPromisedNoLongerAndWhatWasSaidAgainIs() {
        worker.tell(ONE, KEEPING);
        worker.tell(OTHER, KEEPING);
        RequireTlsRoutes routes = routes(ONE, OTHER);
        now = now.plus(Duration.ofDays(3));
        worker.tell(ONE, KEEPING);
        now = now.plus(Duration.ofDays(4)).minusSeconds(1);
        assertThat(routes.everywhere()).isTrue();
        now = now.plusSeconds(1);
        assertThat(routes.everywhere()).isFalse();
        assertThat(routes.by(OTHER)).isEqualTo(Onward.UNKNOWN);
        worker.tell(OTHER, KEEPING);
        assertThat(routes.everywhere()).isTrue();

        worker.tell(ONE, KEEPING);
        now = now.plus(Duration.ofDays(3)).plusSeconds(1);
        worker.tell(ONE, KEEPING);
        assertThat(routes.everywhere()).isTrue();
    }

    /** What was put and is not on the broker is as if never said. */
    @Test
    void whatCouldNotBeSaidIsNotKnown() {
        RequireTlsRoutes own = new RequireTlsRoutes(tables(TlsLevel.VERIFY, ONE), worker, () -> now);
        table.away = true;
        worker.tell(ONE, KEEPING);
        assertThat(own.everywhere()).isFalse();
        table.comes();
        assertThat(own.everywhere()).isTrue();
    }

    @Test
    void anyOrderComesToTheSame() {
        List<Route> all = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            all.add(Route.of("smtp:[mx" + i + ".example.test]:25"));
        }
        RequireTlsRoutes routes = routes(all.toArray(Route[]::new));
        Collections.shuffle(all, new Random(7));
        for (Route route : all) {
            assertThat(routes.everywhere()).isFalse();
            worker.tell(route, KEEPING);
        }
        assertThat(routes.everywhere()).isTrue();
    }

    private record Tables(Set<Route> routes, TlsLevels tls) implements RelayTables {

        @Override
        public RecipientVerdict verdict(ForwardPath path) {
            return new RecipientVerdict.Unavailable();
        }

        @Override
        public boolean isKnown(ForwardPath path) {
            return false;
        }

        @Override
        public boolean defersWhileUp(ForwardPath path) {
            return false;
        }

        @Override
        public Set<Domain> domains() {
            return Set.of();
        }
    }
}
