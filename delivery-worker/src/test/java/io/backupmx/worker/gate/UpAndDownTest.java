package io.backupmx.worker.gate;

import static io.backupmx.worker.RouteStatus.State.DOWN;
import static io.backupmx.worker.RouteStatus.State.RAMP;
import static io.backupmx.worker.RouteStatus.State.UP;
import static io.backupmx.worker.gate.GateSubject.MAX;
import static io.backupmx.worker.gate.GateSubject.REFUSED;
import static io.backupmx.worker.gate.GateSubject.SICK;
import static io.backupmx.worker.gate.GateSubject.START;
import static io.backupmx.worker.gate.GateSubject.STEP;
import static io.backupmx.worker.gate.GateSubject.mail;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class UpAndDownTest {

    private final GateSubject gate = new GateSubject();

    @Test
    void aRouteStartsUp() {
        gate.is(UP).has(MAX);
        assertThat(gate.isOnProbation()).isFalse();
        assertThat(gate.rules().reason(gate.state())).isEmpty();
    }

    @Test
    void noAnswerIsDownWhateverElseIsOpen() {
        gate.after(Duration.ofSeconds(1)).met(REFUSED, 7).is(DOWN).has(0);
        assertThat(gate.state().since()).isEqualTo(START.plusSeconds(1));
        assertThat(gate.rules().reason(gate.state())).isEqualTo("connection refused");
    }

    @Test
    void theUnwellAreDownWhenNoConnectionIsLeft() {
        gate.met(SICK, 0).is(DOWN).has(0);
    }

    @Test
    void theUnwellBesideLivingConnectionsOnlyLowerTheirNumber() {
        gate.met(SICK, 7).is(UP).has(7);
        gate.met(SICK, 9).has(7); // an older report
        gate.met(SICK, 0).is(DOWN);
    }

    @Test
    void aLoweredNumberGrowsBackOneByOne() {
        gate.met(SICK, 7)
                .after(STEP.minusMillis(1))
                .has(7)
                .after(Duration.ofMillis(1))
                .has(8);
        gate.after(STEP.multipliedBy(12)).has(MAX).after(Duration.ofDays(1000)).has(MAX);
    }

    @Test
    void aClockSetBackTakesNothingAway() {
        gate.met(SICK, 7).after(Duration.ofDays(-1)).has(7);
    }

    @Test
    void flushForgetsALoweredNumber() {
        gate.met(SICK, 1).flushed().has(MAX);
    }

    @Test
    void aGoodProbeOpensTheRouteForOneMail() {
        gate.met(REFUSED, 0).after(Duration.ofMinutes(3)).answered().is(RAMP).has(1);
        assertThat(gate.state().since()).isEqualTo(START.plus(Duration.ofMinutes(3)));
    }

    @Test
    void aDeliveryOpensARouteThatWasUnwell() {
        gate.met(SICK, 0).delivered(1).is(RAMP).has(1);
    }

    @Test
    void aDeliveryStillGoingOnDoesNotOpenARouteThatTakesNoConnection() {
        gate.met(REFUSED, 7).delivered(1).is(DOWN);
    }

    @Test
    void sessionsThatDieAfterTheirHostDoNotHideThatNobodyIsThere() {
        gate.met(REFUSED, 7).met(SICK, 6).delivered(1).is(DOWN);
        assertThat(gate.rules().reason(gate.state())).isEqualTo(REFUSED.why());
    }

    @Test
    void downShowsTheNewestReasonAndItsFirstMoment() {
        gate.met(REFUSED, 0).after(Duration.ofMinutes(1)).happens(new GateEvent.NotAnswered(SICK));
        assertThat(gate.state()).isEqualTo(new GateState.Down(START, SICK, 1, MAX));
    }

    @Test
    void aLateProbeFailureDoesNotCloseAnOpenRoute() {
        gate.happens(new GateEvent.NotAnswered(REFUSED)).is(UP).has(MAX);
    }

    @Test
    void aRelapseCountsOnUntilSomethingIsDelivered() {
        gate.met(SICK, 0).happens(new GateEvent.NotAnswered(SICK)).answered().met(SICK, 0);
        assertThat(gate.unhealthyInRow()).isEqualTo(3);
        gate.met(SICK, 0); // the same relapse, met by another mail
        assertThat(gate.unhealthyInRow()).isEqualTo(3);
        gate.answered().delivered(1).met(SICK, 0);
        assertThat(gate.unhealthyInRow()).isEqualTo(1);
    }

    @Test
    void silenceAndFlushEndTheRowOfTheUnwell() {
        gate.met(SICK, 0).happens(new GateEvent.NotAnswered(REFUSED));
        assertThat(gate.unhealthyInRow()).isZero();
        gate.happens(new GateEvent.NotAnswered(SICK)).flushed();
        assertThat(gate.unhealthyInRow()).isZero();
        gate.happens(new GateEvent.NotAnswered(SICK)).answered().flushed().met(SICK, 0);
        assertThat(gate.unhealthyInRow()).isEqualTo(1);
    }

    @Test
    void oneMailsLostContentIsTheMailsOwn() {
        gate.lost(1).lost(1).lost(1).is(UP).has(MAX);
    }

    @Test
    void aSecondMailsLostContentIsTheRoutes() {
        GateEvent.ContentLost another = new GateEvent.ContentLost(mail(2), SICK, 0);
        assertThat(gate.rules().isRoutesFault(gate.state(), another)).isFalse();
        gate.lost(1);
        assertThat(gate.rules().isRoutesFault(gate.state(), another)).isTrue();
        gate.lost(2).is(DOWN);
        assertThat(gate.rules().isRoutesFault(gate.state(), another)).isTrue();
    }

    @Test
    void aSecondMailsLostContentBesideOthersOnlyLowersTheirNumber() {
        gate.lost(1).happens(new GateEvent.ContentLost(mail(2), SICK, 3)).is(UP).has(3);
    }

    @Test
    void aDeliveryBetweenLostContentsClearsTheRoute() {
        gate.lost(1).delivered(1).lost(2).is(UP).has(MAX);
    }

    @Test
    void allMailRefusedIsTroubleOfTheRoutes() {
        gate.happens(new GateEvent.RefusedAll("554 go away")).is(DOWN);
        assertThat(gate.unhealthyInRow()).isEqualTo(1);
    }
}
