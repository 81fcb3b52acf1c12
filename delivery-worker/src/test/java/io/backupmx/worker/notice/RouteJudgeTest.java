package io.backupmx.worker.notice;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.Route;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.RouteStatus.State;
import io.backupmx.worker.notice.RouteJudge.Due;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouteJudgeTest {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.org]:25");
    private static final Instant START = Instant.parse("2026-03-04T05:06:07Z");

    private final RouteJudge judge = new RouteJudge(Duration.ofMinutes(10));
    private ToldRoute told = ToldRoute.NOTHING;

    @Test
    void anOutageIsToldOfOnceItIsLongAndSoIsItsEnd() {
        assertThat(at(0, State.DOWN, 0)).isEmpty();
        assertThat(at(9, State.DOWN, 0)).isEmpty();
        assertThat(at(10, State.DOWN, 0)).contains(NoticeKind.ROUTE_DOWN);
        assertThat(at(600, State.DOWN, 0)).isEmpty();
        assertThat(at(601, State.RAMP, 601)).isEmpty();
        assertThat(at(602, State.UP, 602)).contains(NoticeKind.ROUTE_UP);
        assertThat(at(603, State.UP, 602)).isEmpty();
    }

    @Test
    void aShortOutageIsNobodysBusiness() {
        assertThat(at(0, State.DOWN, 0)).isEmpty();
        assertThat(at(5, State.UP, 5)).isEmpty();
        assertThat(at(6, State.DOWN, 6)).isEmpty();
        assertThat(at(15, State.DOWN, 6)).as("nine minutes of another one").isEmpty();
    }

    @Test
    void aRouteThatComesBackForMomentsIsToldOf() {
        assertThat(at(0, State.DOWN, 0)).isEmpty();
        assertThat(at(6, State.RAMP, 6)).isEmpty();
        assertThat(at(7, State.THROTTLED, 7)).isEmpty();
        assertThat(at(11, State.THROTTLED, 7)).contains(NoticeKind.ROUTE_DOWN);
    }

    @Test
    void quarantineIsToldOfAtOnceAndAnotherOneAfterAnHour() {
        assertThat(at(0, State.QUARANTINE, 0)).contains(NoticeKind.QUARANTINE);
        assertThat(at(1, State.QUARANTINE, 0)).isEmpty();
        assertThat(at(2, State.RAMP, 2)).isEmpty();
        assertThat(at(3, State.QUARANTINE, 3)).as("again, within the hour").isEmpty();
        assertThat(at(60, State.QUARANTINE, 3)).contains(NoticeKind.QUARANTINE);
        assertThat(at(61, State.UP, 61)).contains(NoticeKind.ROUTE_UP);
    }

    @Test
    void anOperatorsHoldIsNoNews() {
        assertThat(at(0, State.DOWN, 0)).isEmpty();
        assertThat(at(30, State.HELD, 5)).isEmpty();
        assertThat(at(31, State.DOWN, 31)).as("begins anew").isEmpty();
        assertThat(at(41, State.DOWN, 31)).contains(NoticeKind.ROUTE_DOWN);
    }

    @Test
    void mailThatNobodyTakesAnyMoreIsToldOfWithinMinutesAndOnceADay() {
        assertThat(at(0, State.GONE, 0)).isEmpty();
        assertThat(at(2, State.GONE, 0)).as("it may be on its way elsewhere").isEmpty();
        assertThat(at(3, State.GONE, 0)).contains(NoticeKind.ROUTE_GONE);
        assertThat(at(4, State.GONE, 0)).isEmpty();
        assertThat(at(600, State.GONE, 590))
                .as("by another worker, which has just started")
                .isEmpty();
        assertThat(told.isOver(START.plus(Duration.ofHours(23)))).isFalse();
        assertThat(at(3 + 1440, State.GONE, 590)).contains(NoticeKind.ROUTE_GONE);
        assertThat(told.isOver(START.plus(Duration.ofHours(50)))).isTrue();
        assertThat(at(1500, State.UP, 1500)).isEmpty();
    }

    /** What is due is told. */
    private Optional<NoticeKind> at(int minute, State state, int sinceMinute) {
        Instant now = START.plus(Duration.ofMinutes(minute));
        Instant since = START.plus(Duration.ofMinutes(sinceMinute));
        RouteStatus status = new RouteStatus(ROUTE, state, since, "why", 0, 0, false, Optional.empty());
        List<Due> due = judge.due(List.of(status), _ -> told, now);
        due.forEach(one -> told = told.after(one.kind(), one.status().since(), now));
        assertThat(due).hasSizeLessThanOrEqualTo(1);
        return due.stream().map(Due::kind).findFirst();
    }
}
