package io.backupmx.worker.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.QueueId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateTest {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Duration STEP = Duration.ofSeconds(5);
    private static final int MAX = 20;
    private static final Trouble REFUSED = new Trouble(Trouble.Kind.NO_ANSWER, "connection refused");
    private static final Trouble SICK = new Trouble(Trouble.Kind.UNHEALTHY, "421 busy");
    private static final QueueId ONE = new QueueId("0000000000000001");
    private static final QueueId OTHER = new QueueId("0000000000000002");

    private Instant now = START;
    private final List<Gate.State> changes = new ArrayList<>();
    private final Gate gate = new Gate(MAX, STEP, () -> now, changes::add);

    @Test
    void aRouteStartsUp() {
        assertThat(gate.state()).isInstanceOf(Gate.State.Up.class);
        assertThat(gate.connections()).isEqualTo(MAX);
    }

    @Test
    void troubleWithNoOtherConnectionAliveIsDown() {
        after(Duration.ofSeconds(1));
        gate.trouble(REFUSED, 0);
        assertThat(gate.state()).isEqualTo(new Gate.State.Down(START.plusSeconds(1), REFUSED));
        assertThat(gate.connections()).isZero();
        assertThat(changes).containsExactly(gate.state());
    }

    @Test
    void troubleBesideLivingConnectionsOnlyLowersTheirNumber() {
        gate.trouble(SICK, 7);
        assertThat(gate.connections()).isEqualTo(7);
        assertThat(changes).isEmpty();
    }

    @Test
    void noAnswerIsDownWhateverElseIsOpen() {
        gate.trouble(REFUSED, 7);
        assertThat(gate.state()).isEqualTo(new Gate.State.Down(START, REFUSED));
        assertThat(gate.connections()).isZero();
    }

    @Test
    void aDeliveryStillGoingOnDoesNotOpenARouteThatTakesNoConnection() {
        gate.trouble(REFUSED, 7);
        gate.delivered();
        assertThat(gate.state()).isEqualTo(new Gate.State.Down(START, REFUSED));
        gate.probed();
        assertThat(gate.state()).isInstanceOf(Gate.State.Up.class);
    }

    @Test
    void aLoweredNumberGrowsBackOneByOne() {
        gate.trouble(SICK, 7);
        after(STEP.minusMillis(1));
        assertThat(gate.connections()).isEqualTo(7);
        after(Duration.ofMillis(1));
        assertThat(gate.connections()).isEqualTo(8);
        after(STEP.multipliedBy(12));
        assertThat(gate.connections()).isEqualTo(MAX);
        after(Duration.ofDays(1000));
        assertThat(gate.connections()).isEqualTo(MAX);
    }

    @Test
    void aClockSetBackTakesNothingAway() {
        gate.trouble(SICK, 7);
        after(Duration.ofDays(-1));
        assertThat(gate.connections()).isEqualTo(7);
    }

    @Test
    void aGoodProbeOpensTheRoute() {
        gate.trouble(REFUSED, 0);
        after(Duration.ofMinutes(3));
        gate.probed();
        assertThat(gate.state().since()).isEqualTo(START.plus(Duration.ofMinutes(3)));
        assertThat(gate.connections()).isOne();
        assertThat(changes).hasSize(2);
    }

    @Test
    void aDeliveryThatWasStillGoingOnOpensTheRoute() {
        gate.trouble(SICK, 0);
        gate.delivered();
        assertThat(gate.state()).isInstanceOf(Gate.State.Up.class);
    }

    @Test
    void downShowsTheNewestReasonAndItsFirstMoment() {
        gate.trouble(REFUSED, 0);
        after(Duration.ofMinutes(1));
        gate.probeFailed(SICK);
        assertThat(gate.state()).isEqualTo(new Gate.State.Down(START, SICK));
        gate.trouble(REFUSED, 5);
        assertThat(gate.state()).isEqualTo(new Gate.State.Down(START, REFUSED));
        assertThat(changes).hasSize(1);
    }

    @Test
    void aLateProbeFailureDoesNotCloseAnOpenRoute() {
        gate.probeFailed(REFUSED);
        assertThat(gate.connections()).isEqualTo(MAX);
    }

    @Test
    void oneMailsLostContentIsTheMailsOwn() {
        assertThat(gate.contentLost(ONE, SICK, 0)).isFalse();
        assertThat(gate.contentLost(ONE, SICK, 0)).isFalse();
        assertThat(gate.connections()).isEqualTo(MAX);
    }

    @Test
    void aSecondMailsLostContentIsTheRoutes() {
        assertThat(gate.contentLost(ONE, SICK, 0)).isFalse();
        assertThat(gate.contentLost(OTHER, SICK, 0)).isTrue();
        assertThat(gate.connections()).isZero();
    }

    @Test
    void aDeliveryBetweenLostContentsClearsTheRoute() {
        assertThat(gate.contentLost(ONE, SICK, 0)).isFalse();
        gate.delivered();
        assertThat(gate.contentLost(OTHER, SICK, 0)).isFalse();
        assertThat(gate.connections()).isEqualTo(MAX);
    }

    @Test
    void contentLostOnAClosedRouteIsTheRoutes() {
        gate.trouble(REFUSED, 0);
        assertThat(gate.contentLost(ONE, SICK, 0)).isTrue();
    }

    @Test
    void aReturnedRouteGetsTwiceAsMuchWithEachDelivery() {
        gate.trouble(SICK, 0);
        gate.probed();
        after(STEP.multipliedBy(100)); // time alone proves nothing
        for (int allowed : new int[] {1, 2, 4, 8, 16, MAX, MAX}) {
            assertThat(gate.connections()).isEqualTo(allowed);
            gate.delivered();
        }
    }

    @Test
    void aRouteThatRefusedConnectionsBesideOthersComesBackToTheirNumber() {
        gate.trouble(REFUSED, 3);
        gate.probed();
        for (int allowed : new int[] {1, 2, 3, 3}) {
            assertThat(gate.connections()).isEqualTo(allowed);
            gate.delivered();
        }
        after(STEP);
        assertThat(gate.connections()).isEqualTo(4);
    }

    @Test
    void aRelapseCountsOnUntilSomethingIsDelivered() {
        gate.trouble(SICK, 0);
        assertThat(gate.unhealthyInRow()).isEqualTo(1);
        gate.probeFailed(SICK);
        assertThat(gate.unhealthyInRow()).isEqualTo(2);
        gate.probed();
        gate.trouble(SICK, 0);
        assertThat(gate.unhealthyInRow()).isEqualTo(3);
        gate.trouble(SICK, 0); // the same relapse, met by another mail
        assertThat(gate.unhealthyInRow()).isEqualTo(3);
        gate.probed();
        gate.delivered();
        gate.trouble(SICK, 0);
        assertThat(gate.unhealthyInRow()).isEqualTo(1);
    }

    @Test
    void silenceAndFlushEndTheRowOfTheUnwell() {
        gate.trouble(SICK, 0);
        gate.probeFailed(REFUSED);
        assertThat(gate.unhealthyInRow()).isZero();
        gate.probeFailed(SICK);
        gate.flush();
        assertThat(gate.unhealthyInRow()).isZero();
    }

    @Test
    void flushForgetsALoweredNumber() {
        gate.trouble(SICK, 1);
        gate.flush();
        assertThat(gate.connections()).isEqualTo(MAX);
    }

    private void after(Duration time) {
        now = now.plus(time);
    }
}
