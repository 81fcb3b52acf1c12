package io.backupmx.worker.gate;

import static io.backupmx.worker.RouteStatus.State.DOWN;
import static io.backupmx.worker.RouteStatus.State.HELD;
import static io.backupmx.worker.RouteStatus.State.QUARANTINE;
import static io.backupmx.worker.RouteStatus.State.RAMP;
import static io.backupmx.worker.RouteStatus.State.UP;
import static io.backupmx.worker.gate.GateSubject.MAX;
import static io.backupmx.worker.gate.GateSubject.REFUSED;
import static io.backupmx.worker.gate.GateSubject.START;
import static io.backupmx.worker.gate.GateSubject.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QuarantineTest {

    private static final GateEvent REFUSED_ALL = new GateEvent.RefusedAll("550 relaying denied");

    private final GateSubject back = new GateSubject().met(REFUSED, 0).answered();

    @Test
    void threeKnownRecipientsRefusedAfterAnOutageMeanQuarantine() {
        back.happens(refused(1, true)).delivered(1).happens(refused(2, true)).is(RAMP);
        back.happens(refused(2, true))
                .is(RAMP)
                .happens(refused(3, true))
                .is(QUARANTINE)
                .has(0);
        assertThat(back.rules().reason(back.state()))
                .isEqualTo("refuses after an outage what it should take: recipient after recipient,"
                        + " the last <r3@example.org>: 550 no such user");
    }

    @Test
    void alsoWhenTheRampIsOverBeforeTheProbation() {
        back.met(REFUSED, 2).answered().delivered(1).is(UP);
        assertThat(back.isOnProbation()).isTrue();
        back.happens(refused(1, true))
                .happens(refused(2, true))
                .happens(refused(3, true))
                .is(QUARANTINE);
    }

    @Test
    void allMailRefusedAfterAnOutageMeansQuarantine() {
        back.happens(REFUSED_ALL).is(QUARANTINE).has(0);
    }

    @Test
    void twentyDeliveriesEndTheProbation() {
        back.delivered(19);
        assertThat(back.isOnProbation()).isTrue();
        back.delivered(1);
        assertThat(back.isOnProbation()).isFalse();
        assertThat(back.rules().believesRefusals(back.state(), back.now())).isTrue();
        for (int i = 0; i < 100; i++) {
            back.happens(refused(i, true));
        }
        back.is(RAMP).happens(REFUSED_ALL).is(DOWN);
    }

    @Test
    void anHourFromTheFirstDeliveryEndsItToo() {
        back.after(Duration.ofHours(5)).delivered(1).after(Duration.ofMinutes(59));
        assertThat(back.isOnProbation()).isTrue();
        back.after(Duration.ofMinutes(1));
        assertThat(back.isOnProbation()).isFalse();
        back.happens(refused(1, true))
                .happens(refused(2, true))
                .happens(refused(3, true))
                .is(RAMP);
    }

    @Test
    void otherRefusalsCountOnlyWhileNothingIsTaken() {
        for (int i = 1; i <= 9; i++) {
            back.happens(refused(i, false)).happens(refused(i, false)).is(RAMP);
        }
        back.delivered(1);
        for (int i = 1; i <= 30; i++) {
            back.happens(refused(i, false)).is(RAMP);
        }
    }

    @Test
    void tenMailsRefusedForOtherReasonsAndNoneTakenMeanQuarantine() {
        for (int i = 1; i <= 9; i++) {
            back.happens(refused(i, false)).is(RAMP);
        }
        back.happens(refused(10, false)).is(QUARANTINE);
    }

    @Test
    void aRouteThatWasNeverAwayIsBelieved() {
        GateSubject up = new GateSubject();
        for (int i = 0; i < 100; i++) {
            up.happens(refused(i, true)).is(UP).has(MAX);
        }
    }

    @Test
    void everyOutageBeginsAProbationOfItsOwn() {
        back.delivered(20).happens(refused(1, true)).met(REFUSED, 0).answered();
        assertThat(back.isOnProbation()).isTrue();
        back.happens(refused(2, true)).happens(refused(3, true)).is(RAMP);
    }

    @Test
    void onlyAnOperatorEndsIt() {
        back.happens(REFUSED_ALL)
                .answered()
                .delivered(50)
                .tempFailed(1, 2, 3, 4, 5)
                .met(REFUSED, 0);
        back.flushed().tried().after(Duration.ofDays(30)).is(QUARANTINE).has(0);
        assertThat(back.rules().believesRefusals(back.state(), back.now())).isFalse();
        back.released().is(RAMP).has(1);
    }

    @Test
    void whatAnOperatorReleasedIsBelievedAfterAsManyDeliveriesAsAfterAnOutage() {
        back.happens(REFUSED_ALL).released();
        for (int i = 1; i <= 9; i++) {
            back.happens(refused(i, true)).is(RAMP);
        }
        back.delivered(1);
        for (int i = 1; i <= 30; i++) {
            back.happens(refused(i, true)).is(RAMP);
        }
        assertThat(back.rules().believesRefusals(back.state(), back.now())).isFalse();
        back.delivered(19);
        assertThat(back.rules().believesRefusals(back.state(), back.now())).isTrue();
        for (int i = 1; i <= 100; i++) {
            back.happens(refused(i, true)).is(RAMP);
        }
    }

    @Test
    void whatWasReleasedTooEarlyIsBackInQuarantineBeforeItHasEndedAMail() {
        back.happens(REFUSED_ALL).released();
        for (int i = 1; i <= 9; i++) {
            back.happens(refused(i, true)).is(RAMP);
        }
        back.happens(refused(10, true)).is(QUARANTINE);
    }

    @Test
    void whoReleasesItTwiceIsBelieved() {
        back.happens(REFUSED_ALL).released().happens(REFUSED_ALL).is(QUARANTINE);
        back.released().is(RAMP);
        assertThat(back.isOnProbation()).isFalse();
        assertThat(back.rules().believesRefusals(back.state(), back.now())).isTrue();
    }

    @Test
    void anOperatorHoldsAnyRouteUntilItIsReleased() {
        GateEvent hold = new GateEvent.Hold("moving house");
        GateSubject held = new GateSubject().happens(hold).is(HELD).has(0);
        held.answered()
                .delivered(50)
                .met(REFUSED, 0)
                .tempFailed(1, 2, 3, 4, 5)
                .flushed()
                .is(HELD);
        held.after(Duration.ofDays(1)).happens(new GateEvent.Hold("still moving"));
        assertThat(held.state()).isEqualTo(new GateState.Held(START, "still moving"));
        held.released().is(RAMP).has(1);
        assertThat(held.isOnProbation()).isTrue();
        back.happens(hold).is(HELD);
        back.released().happens(REFUSED_ALL).happens(hold).is(HELD);
        new GateSubject().met(REFUSED, 0).happens(hold).is(HELD);
        new GateSubject().throttled().happens(hold).is(HELD);
    }

    @Test
    void releasingARouteThatIsNotHeldChangesNothing() {
        new GateSubject().released().is(UP).has(MAX).met(REFUSED, 0).released().is(DOWN);
    }
}
