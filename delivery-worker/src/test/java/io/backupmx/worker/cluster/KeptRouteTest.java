package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.mail.QueueId;
import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.spool.SpoolException;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.GateRules;
import io.backupmx.worker.gate.GateState;
import io.backupmx.worker.gate.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the keeper of a route makes of what it and others meet there. */
class KeptRouteTest implements KeptRoute.Consequences {

    private static final Route ROUTE = Route.to(new NextHop("192.0.2.1", 25));
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final SplittableRandom RANDOM = new SplittableRandom(1);
    private static final Trouble UNWELL = new Trouble(Trouble.Kind.UNHEALTHY, "421 too many");

    private final GateRules rules = GateRules.of(20, Duration.ofSeconds(5));
    private final List<Facts> published = new ArrayList<>();
    private final KeptRoute route = new KeptRoute(facts(), 1, 7, rules.initial(NOW), rules, () -> NOW, this);
    private CompletableFuture<Void> onDisk = CompletableFuture.completedFuture(null);
    private int connectionsHere;
    private int settlings;
    private boolean inOrder = true;

    private static Facts facts() {
        return new Facts(ROUTE, 1, 7, RouteStatus.State.UP, NOW, "", 20, false, Optional.empty());
    }

    @Override
    public void moved(KeptRoute moved, GateState before, GateState after) {}

    @Override
    public CompletionStage<Void> toPublish(KeptRoute of, Facts facts) {
        published.add(facts);
        inOrder &= Thread.holdsLock(of);
        return onDisk;
    }

    @Override
    public void toSettle(KeptRoute of) {
        settlings++;
    }

    @Override
    public int connections(Route of) {
        return connectionsHere;
    }

    @Test
    void fiveDeferralsInARowThrottle() {
        deferrals(5).forEach(route::met);
        assertThat(route.kind()).isEqualTo(RouteStatus.State.THROTTLED);
        assertThat(settlings).isZero();
    }

    @Test
    void ownDeferralsBesideAnothersDeliveriesAreNotInARow() {
        route.reported("two", 1, List.of(new GateEvent.Delivered(1)));
        route.settleReports();
        deferrals(10).forEach(route::met);
        assertThat(settlings).isPositive();
        route.reported("two", 1, deliveries(10));
        route.settleReports();
        assertThat(route.kind()).isEqualTo(RouteStatus.State.UP);
    }

    @Test
    void anothersDeferralsBesideOwnDeliveriesAreNotInARow() {
        route.reported("two", 1, deferrals(4));
        route.settleReports();
        route.reported("two", 1, deferrals(10));
        deliveries(10).forEach(route::met);
        route.settleReports();
        assertThat(route.kind()).isEqualTo(RouteStatus.State.UP);
    }

    @Test
    void deferralsSpreadOverWorkersAreInARow() {
        route.reported("two", 1, deferrals(3));
        deferrals(2).forEach(route::met);
        route.settleReports();
        assertThat(route.kind()).isEqualTo(RouteStatus.State.THROTTLED);
    }

    @Test
    void theKeepersConnectionsAreAliveToo() {
        connectionsHere = 4;
        route.reported("two", 0, List.of(new GateEvent.Met(UNWELL, 0)));
        assertThat(route.kind()).isEqualTo(RouteStatus.State.UP);
        assertThat(route.connections()).isEqualTo(4);
    }

    @Test
    void othersConnectionsAreAliveWhenTheKeeperIsRefused() {
        route.reported("two", 2, List.of());
        route.reported("three", 1, List.of());
        route.met(new GateEvent.Met(UNWELL, 0));
        assertThat(route.kind()).isEqualTo(RouteStatus.State.UP);
        assertThat(route.connections()).isEqualTo(3);
    }

    @Test
    void whenNoConnectionIsLeftTheRouteIsDown() {
        route.reported("two", 0, List.of(new GateEvent.Met(UNWELL, 0)));
        assertThat(route.kind()).isEqualTo(RouteStatus.State.DOWN);
    }

    @Test
    void anOperatorsWordIsAnsweredWhenItIsOnDisk() {
        onDisk = new CompletableFuture<>();
        CompletableFuture<Facts> done = route.steer(new GateEvent.Hold("wait")).toCompletableFuture();
        assertThat(done).isNotDone();
        onDisk.complete(null);
        assertThat(done.join()).isEqualTo(published.getLast());
        assertThat(done.join().state()).isEqualTo(RouteStatus.State.HELD);
    }

    @Test
    void anOperatorIsToldWhatIsNotKnown() {
        onDisk = CompletableFuture.failedFuture(new IllegalStateException("away"));
        assertThatThrownBy(() -> route.steer(new GateEvent.Hold("wait"))
                        .toCompletableFuture()
                        .join())
                .cause()
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("look at the route when the broker is back");
    }

    @Test
    void nothingOlderIsPublishedAfterAnOperatorsWord() {
        var _ = route.steer(new GateEvent.Hold("wait"));
        var _ = route.steer(new GateEvent.Release());
        // Between a change and its publication nobody else may change it, or the broker keeps the older one.
        assertThat(inOrder).isTrue();
        assertThat(published.getLast().state()).isEqualTo(RouteStatus.State.RAMP);
    }

    @Test
    void whatWasNotPublishedIsPublishedAgain() {
        route.tick();
        assertThat(published).isEmpty();
        route.notPublished();
        route.tick();
        route.tick();
        assertThat(published).hasSize(1);
    }

    @Test
    void whoKeepsItNoLongerHasNothingToSay() {
        route.end();
        route.met(new GateEvent.Met(UNWELL, 0));
        route.reported("two", 0, List.of(new GateEvent.Met(UNWELL, 0)));
        route.settleReports();
        route.notPublished();
        route.tick();
        assertThat(route.kind()).isEqualTo(RouteStatus.State.UP);
        assertThat(published).isEmpty();
        assertThatThrownBy(() -> route.steer(new GateEvent.Hold("wait"))
                        .toCompletableFuture()
                        .join())
                .hasMessageContaining("another worker keeps");
    }

    @Test
    void aProbeInVainIsNoNewsWhoseTimeTheOthersCanTell() {
        Trouble silent = new Trouble(Trouble.Kind.NO_ANSWER, "no route to host");
        route.met(new GateEvent.Met(silent, 0));
        route.probesAt(NOW.plusSeconds(15));
        int before = published.size();
        Facts said = published.getLast();
        route.apply(new GateEvent.NotAnswered(silent));
        route.probesAt(NOW.plusSeconds(13));
        route.tick();
        assertThat(published).hasSize(before);
        assertThat(route.facts().next()).as("here it is known").contains(NOW.plusSeconds(13));
        assertThat(said.asOf(NOW).next()).contains(NOW.plusSeconds(15));
        assertThat(said.asOf(NOW.plusSeconds(16)).next()).contains(NOW.plusSeconds(30));
        assertThat(said.asOf(NOW.plusSeconds(100)).next()).contains(NOW.plusSeconds(105));
        assertThat(Facts.parse(said.toJson())).contains(said);
    }

    @Test
    void anotherPaceIsNews() {
        route.met(new GateEvent.Met(UNWELL, 0));
        route.probesAt(NOW.plusSeconds(20));
        int before = published.size();
        route.probesAt(NOW.plusSeconds(40));
        assertThat(published).hasSize(before + 1);
        route.apply(new GateEvent.NotAnswered(new Trouble(Trouble.Kind.UNHEALTHY, "421 still too many")));
        assertThat(published).as("and so is another reason").hasSize(before + 2);
    }

    private static List<GateEvent> deferrals(int number) {
        return Stream.<GateEvent>generate(() -> new GateEvent.TempFailed(QueueId.next(NOW, RANDOM), "4.2.0 busy"))
                .limit(number)
                .toList();
    }

    private static List<GateEvent> deliveries(int number) {
        return Stream.<GateEvent>generate(() -> new GateEvent.Delivered(1))
                .limit(number)
                .toList();
    }
}
