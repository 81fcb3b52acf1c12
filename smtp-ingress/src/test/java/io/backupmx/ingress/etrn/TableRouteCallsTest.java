package io.backupmx.ingress.etrn;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.protocol.EtrnAnswer;
import io.backupmx.ingress.protocol.EtrnNode;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.TlsLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class TableRouteCallsTest {

    private static final Route ONE = Route.of("smtp:[mx1.example.test]:25");
    private static final Route OTHER = Route.of("smtp:[mx1.other.test]:25");

    private final Map<Domain, Route> routes = new LinkedHashMap<>();
    private final List<Route> wishes = new ArrayList<>();
    private boolean away;
    private int searches;
    private CompletionStage<Void> put = CompletableFuture.completedStage(null);
    private long now;
    private final RouteCalls calls = new TableRouteCalls(
            new Tables(),
            route -> {
                if (away) {
                    return CompletableFuture.failedStage(new IllegalStateException("as the test says"));
                }
                wishes.add(route);
                return put;
            },
            () -> now);

    TableRouteCallsTest() {
        routes.put(Domain.of("example.test"), ONE);
        routes.put(Domain.of("sub.example.test"), OTHER);
        routes.put(Domain.of("twin.example.test"), ONE);
        routes.put(Domain.of("wide.test"), Route.of("mx"));
    }

    private EtrnAnswer call(String domain, boolean subdomains) {
        return calls.call(new EtrnNode(Domain.of(domain), subdomains));
    }

    @Test
    void aDomainsRouteIsTried() {
        assertThat(call("example.test", false)).isEqualTo(EtrnAnswer.STARTED);
        assertThat(wishes).containsExactly(ONE);
    }

    @Test
    void thoseOfItsSubdomainsAreEachTriedOnce() {
        assertThat(call("example.test", true)).isEqualTo(EtrnAnswer.STARTED);
        assertThat(wishes).containsExactly(ONE, OTHER);
        assertThat(call("test", true)).isEqualTo(EtrnAnswer.STARTED);
        assertThat(wishes).hasSize(2);
    }

    @Test
    void whatWaitsForNobodyIsNotTried() {
        assertThat(call("elsewhere.test", true)).isEqualTo(EtrnAnswer.NOT_OURS);
        assertThat(call("wide.test", false)).isEqualTo(EtrnAnswer.NOT_OURS);
        assertThat(call("le.test", true)).isEqualTo(EtrnAnswer.NOT_OURS);
        assertThat(wishes).isEmpty();
    }

    @Test
    void whoeverAsksAgainHasAskedAlready() {
        call("example.test", false);
        assertThat(call("twin.example.test", false)).isEqualTo(EtrnAnswer.STARTED);
        assertThat(wishes).hasSize(1);
        now += TableRouteCalls.OF_LATE.toNanos();
        call("example.test", false);
        assertThat(wishes).hasSize(2);
    }

    @Test
    void whileNobodyCanBeToldItIsSaid() {
        away = true;
        assertThat(call("example.test", false)).isEqualTo(EtrnAnswer.NOT_NOW);
        away = false;
        assertThat(call("example.test", false)).isEqualTo(EtrnAnswer.STARTED);
        assertThat(wishes).hasSize(1);
    }

    /** The broker may say so only later. */
    @Test
    void aWishThatWasNotTakenIsNone() {
        CompletableFuture<Void> late = new CompletableFuture<>();
        put = late;
        assertThat(call("example.test", false)).isEqualTo(EtrnAnswer.STARTED);
        assertThat(call("example.test", true)).isEqualTo(EtrnAnswer.STARTED);
        late.completeExceptionally(new IllegalStateException("as the test says"));
        put = CompletableFuture.completedStage(null);
        assertThat(call("example.test", true)).isEqualTo(EtrnAnswer.STARTED);
        assertThat(wishes).containsExactly(ONE, OTHER, ONE, OTHER);
    }

    @Test
    void theTablesAreReadForFewAndNotForTheSameAgain() {
        for (int i = 0; i < 3; i++) {
            assertThat(call("elsewhere.test", true)).isEqualTo(EtrnAnswer.NOT_OURS);
        }
        assertThat(searches).isOne();
        for (int i = 0; i < 100; i++) {
            call("d" + i + ".elsewhere.test", true);
        }
        assertThat(searches).isEqualTo(TableRouteCalls.MAX_SEARCHES);
        assertThat(call("example.test", true)).isEqualTo(EtrnAnswer.NOT_NOW);
        assertThat(call("example.test", false)).isEqualTo(EtrnAnswer.STARTED);
        now += TableRouteCalls.OF_LATE.toNanos();
        assertThat(call("example.test", true)).isEqualTo(EtrnAnswer.STARTED);
    }

    @Test
    void tooManyAreNotTried() {
        for (int i = 0; i <= TableRouteCalls.MAX_ROUTES; i++) {
            routes.put(Domain.of("d" + i + ".many.test"), Route.of("smtp:[mx" + i + ".many.test]:25"));
        }
        routes.put(Domain.of("many.test"), ONE);
        assertThat(call("many.test", true)).isEqualTo(EtrnAnswer.NOT_NOW);
        assertThat(wishes).hasSize(TableRouteCalls.MAX_ROUTES);
        now += Duration.ofSeconds(11).toNanos();
        assertThat(call("example.test", false)).isEqualTo(EtrnAnswer.STARTED);
    }

    private final class Tables implements RelayTables {
        @Override
        public RecipientVerdict verdict(ForwardPath path) {
            Domain domain = Domain.of(path.address().substring(path.address().indexOf('@') + 1));
            return routes.containsKey(domain)
                    ? new RecipientVerdict.Accepted(routes.get(domain))
                    : new RecipientVerdict.RelayDenied();
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
            searches++;
            return routes.keySet();
        }

        @Override
        public Set<Route> routes() {
            return Set.copyOf(routes.values());
        }

        @Override
        public TlsLevels tls() {
            return TlsLevels.everywhere(TlsLevel.OPPORTUNISTIC);
        }
    }
}
