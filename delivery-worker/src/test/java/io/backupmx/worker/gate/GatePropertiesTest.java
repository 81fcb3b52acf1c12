package io.backupmx.worker.gate;

import static io.backupmx.worker.gate.GateSubject.MAX;
import static io.backupmx.worker.gate.GateSubject.REFUSED;
import static io.backupmx.worker.gate.GateSubject.SICK;
import static io.backupmx.worker.gate.GateSubject.mail;
import static io.backupmx.worker.gate.GateSubject.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.worker.RouteStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What holds whatever happens to a route, in whatever order. */
class GatePropertiesTest {

    /** @param before how long after the last one it happens */
    record Happening(Duration before, GateEvent event) {}

    @Provide
    Arbitrary<List<Happening>> stories() {
        return stories(events());
    }

    private static Arbitrary<List<Happening>> stories(Arbitrary<GateEvent> events) {
        Arbitrary<Duration> before = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.integers().between(0, 2000).map(Duration::ofMillis)),
                Tuple.of(1, Arbitraries.integers().between(0, 3).map(Duration::ofHours)),
                Tuple.of(1, Arbitraries.integers().between(-1000, 0).map(Duration::ofSeconds)));
        return Combinators.combine(before, events).as(Happening::new).list().ofMaxSize(120);
    }

    private static Arbitrary<GateEvent> events() {
        Arbitrary<Integer> mails = Arbitraries.integers().between(1, 12);
        Arbitrary<Integer> alive = Arbitraries.of(0, 0, 1, 3, 7, MAX, 1000);
        Arbitrary<Trouble> troubles = Arbitraries.of(REFUSED, SICK);
        return Arbitraries.frequencyOf(
                Tuple.of(12, Arbitraries.of(1, 1, 2, 5, 40).map(GateEvent.Delivered::new)),
                Tuple.of(9, mails.map(id -> new GateEvent.TempFailed(mail(id), "450 later"))),
                Tuple.of(2, Combinators.combine(troubles, alive).as(GateEvent.Met::new)),
                Tuple.of(
                        2,
                        Combinators.combine(mails, alive)
                                .as((id, others) -> new GateEvent.ContentLost(mail(id), SICK, others))),
                Tuple.of(
                        3,
                        Combinators.combine(mails, Arbitraries.of(true, false)).as(GateSubject::refused)),
                Tuple.of(1, Arbitraries.just(new GateEvent.RefusedAll("554 no"))),
                Tuple.of(2, Arbitraries.just(new GateEvent.Slow("slow"))),
                Tuple.of(6, Arbitraries.just(new GateEvent.Answered())),
                Tuple.of(2, troubles.map(GateEvent.NotAnswered::new)),
                Tuple.of(4, Arbitraries.just(new GateEvent.Tried())),
                Tuple.of(1, Arbitraries.just(new GateEvent.Hold("because"))),
                Tuple.of(2, Arbitraries.just(new GateEvent.Release())),
                Tuple.of(1, Arbitraries.just(new GateEvent.Flush())));
    }

    @Property
    void connectionsAreBoundedAndNoneWhereNoMailIsTaken(@ForAll("stories") List<Happening> story) {
        GateSubject gate = new GateSubject();
        for (Happening it : story) {
            gate.after(it.before()).happens(it.event());
            int connections = gate.connections();
            switch (gate.name()) {
                case UP, RAMP -> assertThat(connections).isBetween(1, MAX);
                case THROTTLED -> assertThat(connections).isBetween(0, 1);
                case DOWN, HELD, QUARANTINE, GONE -> assertThat(connections).isZero();
            }
        }
    }

    @Property
    void onlyAnOperatorOpensWhatIsHeldOrInQuarantine(@ForAll("stories") List<Happening> story) {
        GateSubject gate = new GateSubject();
        for (Happening it : story) {
            RouteStatus.State before = gate.name();
            gate.after(it.before()).happens(it.event());
            boolean released = it.event() instanceof GateEvent.Release;
            switch (before) {
                case HELD -> assertThat(gate.name() == RouteStatus.State.HELD).isNotEqualTo(released);
                case QUARANTINE -> {
                    boolean held = it.event() instanceof GateEvent.Hold;
                    assertThat(gate.name() == RouteStatus.State.QUARANTINE).isNotEqualTo(released || held);
                }
                case UP, RAMP, THROTTLED, DOWN, GONE -> {}
            }
        }
    }

    @Property
    void noRefusalIsBelievedWhileTheRouteMayBeWrong(@ForAll("stories") List<Happening> story) {
        GateSubject gate = new GateSubject();
        for (Happening it : story) {
            gate.after(it.before()).happens(it.event());
            RouteStatus.State name = gate.name();
            boolean open = name == RouteStatus.State.UP || name == RouteStatus.State.RAMP;
            assertThat(gate.rules().believesRefusals(gate.state(), gate.now()))
                    .isEqualTo(open && !gate.isOnProbation());
        }
    }

    @Property
    void sinceIsWhenTheStateBegan(@ForAll("stories") List<Happening> story) {
        GateSubject gate = new GateSubject();
        for (Happening it : story) {
            GateState before = gate.state();
            gate.after(it.before()).happens(it.event());
            boolean same = gate.state().getClass() == before.getClass();
            assertThat(gate.state().since()).isEqualTo(same ? before.since() : gate.now());
        }
    }

    @Property
    void aRampNeedsAsManyDeliveriesAsConnectionsToDouble(@ForAll("stories") List<Happening> story) {
        GateSubject gate = new GateSubject();
        long delivered = 0;
        int atStart = 0;
        for (Happening it : story) {
            RouteStatus.State before = gate.name();
            int connections = gate.connections();
            gate.after(it.before()).happens(it.event());
            if (gate.name() != RouteStatus.State.RAMP) {
                continue;
            }
            if (before != RouteStatus.State.RAMP || gate.connections() < connections) {
                delivered = 0;
                atStart = gate.connections();
            } else if (it.event() instanceof GateEvent.Delivered(int mails)) {
                delivered += mails;
            }
            if (gate.connections() > connections && before == RouteStatus.State.RAMP) {
                assertThat(gate.connections()).isEqualTo(2 * atStart);
                assertThat(delivered).isGreaterThanOrEqualTo(atStart);
                delivered = 0;
                atStart = gate.connections();
            }
        }
    }

    @Property
    void whatAnswersAndTakesMailIsUpInTheEnd(@ForAll("stories") List<Happening> story) {
        GateSubject gate = new GateSubject();
        story.forEach(it -> gate.after(it.before()).happens(it.event()));
        gate.released().answered();
        for (int i = 0; i < 10; i++) {
            gate.delivered(MAX);
        }
        gate.is(RouteStatus.State.UP);
        gate.after(GateSubject.STEP.multipliedBy(MAX)).has(MAX);
    }

    @Property
    void theSameMailDeferredForEverThrottlesNothing(@ForAll("stories") List<Happening> story) {
        GateSubject gate = new GateSubject();
        for (Happening it : story) {
            boolean deferral = it.event() instanceof GateEvent.TempFailed;
            gate.after(it.before()).happens(deferral ? new GateEvent.TempFailed(mail(1), "450 later") : it.event());
            assertThat(gate.name()).isNotEqualTo(RouteStatus.State.THROTTLED);
        }
    }

    @Property
    void whatIsPublishedIsEnoughToGoOn(
            @ForAll("stories") List<Happening> before, @ForAll("stories") List<Happening> after) {
        GateSubject gate = new GateSubject();
        before.forEach(it -> gate.after(it.before()).happens(it.event()));
        GateState restored = gate.restored();
        GateRules rules = gate.rules();
        assertThat(restored.getClass()).isEqualTo(gate.state().getClass());
        assertThat(restored.since()).isEqualTo(gate.state().since());
        assertThat(rules.reason(restored)).isEqualTo(rules.reason(gate.state()));
        assertThat(rules.connections(restored, gate.now())).isEqualTo(gate.connections());
        assertThat(rules.believesRefusals(restored, gate.now()) && gate.isOnProbation())
                .isFalse();
        // what is restored is a state like any other
        for (Happening it : after) {
            gate.after(it.before());
            restored = rules.after(restored, it.event(), gate.now());
            assertThat(rules.connections(restored, gate.now())).isBetween(0, MAX);
        }
    }

    @Property
    void aTrialIsAlwaysDueInTheEnd(@ForAll("stories") List<Happening> story) {
        GateSubject gate = new GateSubject();
        for (Happening it : story) {
            gate.after(it.before()).happens(it.event());
            if (gate.state() instanceof GateState.Throttled throttled) {
                GateRules rules = gate.rules();
                Instant later = gate.now().plus(rules.trialPatience());
                int soon = gate.connections() + rules.connections(throttled, later);
                assertThat(soon).isPositive(); // also when the clock was set back
            }
        }
    }

    @Property(tries = 50)
    void aPrimaryThatRefusesAllItIsGivenAfterAnOutageEndsNobody(@ForAll List<Boolean> listed) {
        GateSubject gate = new GateSubject().met(REFUSED, 0).answered();
        for (int i = 0; i < listed.size(); i++) {
            assertThat(gate.rules().believesRefusals(gate.state(), gate.now())).isFalse();
            gate.happens(refused(i, listed.get(i)));
        }
        if (listed.size() >= 12) {
            gate.is(RouteStatus.State.QUARANTINE);
        }
    }
}
