package io.backupmx.worker.delivery;

import static io.backupmx.spool.Lane.BACKLOG;
import static io.backupmx.spool.Lane.FRESH;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.Lane;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Two lanes, and places for both. */
class LaneTurnsTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // which wraps
    private final List<Lane> told = new ArrayList<>();
    private final LaneTurns turns = new LaneTurns(told::add, nanos::get);
    private int places;

    private boolean take(Lane lane) {
        return turns.take(lane, new LaneTurns.Room() {
            @Override
            public boolean hasFree() {
                return places > 0;
            }

            @Override
            public boolean take() {
                boolean free = places > 0;
                places -= free ? 1 : 0;
                return free;
            }
        });
    }

    private void end(Lane lane) {
        places++;
        turns.free(lane);
    }

    private void none(Lane lane) {
        places++;
        turns.foundNone(lane);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void aLoneLaneHasAllPlaces() {
        places = 3;
        for (int i = 0; i < 3; i++) {
            assertThat(take(BACKLOG)).isTrue();
        }
        assertThat(take(BACKLOG)).isFalse();
        end(BACKLOG);
        assertThat(take(BACKLOG)).isTrue();
    }

    @Test
    void withOnePlaceTheyTakeTurnsWhoeverAsksMoreOften() {
        places = 1;
        assertThat(take(FRESH)).isTrue();
        Lane turn = FRESH;
        for (int i = 0; i < 10; i++) {
            assertThat(take(FRESH)).isFalse();
            assertThat(take(BACKLOG)).isFalse();
            end(turn);
            Lane next = turn == FRESH ? BACKLOG : FRESH;
            assertThat(take(turn)).as("it had the last").isFalse();
            assertThat(take(turn)).isFalse();
            assertThat(take(next)).isTrue();
            turn = next;
        }
    }

    @Test
    void whoComesLaterHasHalfOfThePlacesAsTheyBecomeFree() {
        places = 4;
        for (int i = 0; i < 4; i++) {
            assertThat(take(BACKLOG)).isTrue();
        }
        assertThat(take(FRESH)).isFalse();
        for (int i = 0; i < 2; i++) {
            end(BACKLOG);
            assertThat(take(BACKLOG)).isFalse();
            assertThat(take(FRESH)).isTrue();
            assertThat(take(FRESH)).isFalse();
        }
        end(BACKLOG);
        assertThat(take(FRESH)).as("more than half").isFalse();
        assertThat(take(BACKLOG)).isTrue();
        assertThat(take(BACKLOG)).isFalse();
        end(FRESH);
        assertThat(take(BACKLOG)).isFalse();
        assertThat(take(FRESH)).isTrue();
    }

    @Test
    void anEmptyLaneLeavesThePlacesToTheOtherAndIsLookedAtNowAndThen() {
        places = 1;
        assertThat(take(BACKLOG)).isTrue();
        assertThat(take(BACKLOG)).isFalse();
        end(BACKLOG);
        assertThat(take(FRESH)).isTrue();
        none(FRESH);
        assertThat(take(FRESH)).isFalse();
        for (int i = 0; i < 5; i++) {
            assertThat(take(BACKLOG)).as("one after the other").isTrue();
            assertThat(take(FRESH)).isFalse();
            assertThat(take(BACKLOG)).isFalse();
            end(BACKLOG);
            assertThat(take(FRESH)).isFalse();
        }
        pass(LaneTurns.LOOK_AGAIN_AT_LAST);
        assertThat(take(FRESH)).isTrue();
        assertThat(take(BACKLOG)).isFalse();
        none(FRESH);
        assertThat(take(BACKLOG)).isTrue();
    }

    /** A broker that reads a page may have mail in a moment; one that has none for long is asked four times a second. */
    @Test
    void aLaneThatHadMailAMomentAgoIsLookedAtSoonAndThenEverLater() {
        places = 1;
        turns.hasMail(FRESH);
        Duration pause = LaneTurns.LOOK_AGAIN;
        for (int i = 0; i < 8; i++) {
            assertThat(take(FRESH)).isTrue();
            assertThat(take(BACKLOG)).isFalse();
            none(FRESH);
            assertThat(take(BACKLOG)).isTrue();
            pass(pause.minusNanos(1));
            assertThat(take(BACKLOG)).isFalse();
            assertThat(take(FRESH)).isFalse();
            end(BACKLOG);
            assertThat(turns.isAtWork(FRESH)).isFalse();
            pass(Duration.ofNanos(1));
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LaneTurns.LOOK_AGAIN_AT_LAST) < 0 ? doubled : LaneTurns.LOOK_AGAIN_AT_LAST;
        }
    }

    @Test
    void mailThatIsToldOfNeedNotWaitForThat() {
        places = 1;
        assertThat(take(FRESH)).isTrue();
        assertThat(take(BACKLOG)).isFalse();
        none(FRESH);
        assertThat(take(FRESH)).isFalse();
        turns.hasMail(FRESH);
        assertThat(take(FRESH)).as("the other's turn").isFalse();
        assertThat(take(BACKLOG)).isTrue();
        end(BACKLOG);
        assertThat(take(FRESH)).isTrue();
    }

    /** Its session is gone, say, or there is no room on a disk. */
    @Test
    void whoNoLongerAsksIsNotWaitedFor() {
        places = 1;
        assertThat(take(FRESH)).isTrue();
        assertThat(take(BACKLOG)).isFalse();
        end(FRESH);
        assertThat(take(FRESH)).isFalse();
        pass(LaneTurns.WAITS);
        assertThat(take(FRESH)).isTrue();
    }

    @Test
    void whoWasPassedOverIsToldOnceTheOtherHasHadItsTurn() {
        places = 1;
        assertThat(take(FRESH)).isTrue();
        assertThat(take(BACKLOG)).isFalse();
        end(FRESH);
        places++;
        assertThat(take(FRESH)).isFalse();
        assertThat(told).isEmpty();
        assertThat(take(BACKLOG)).isTrue();
        assertThat(told).containsExactly(FRESH);
        assertThat(take(FRESH)).isTrue();
        none(FRESH);
        assertThat(told).containsExactly(FRESH, BACKLOG);
    }

    @Test
    void aPlaceWaitsForMailOnlyAsLongAsTheOtherLaneHasNoUseForIt() {
        places = 1;
        assertThat(take(FRESH)).isTrue();
        assertThat(turns.patience(FRESH)).isEqualTo(SpoolReader.Taker.PATIENCE);
        assertThat(take(BACKLOG)).isFalse();
        assertThat(turns.patience(FRESH)).isZero();
        turns.hasMail(FRESH);
        assertThat(turns.patience(FRESH))
                .as("the broker may read a page")
                .isBetween(Duration.ofMillis(1), Duration.ofMillis(20));
        pass(LaneTurns.WAITS);
        places = 1;
        assertThat(take(BACKLOG)).isTrue();
        assertThat(turns.patience(FRESH)).isBetween(Duration.ofMillis(1), SpoolReader.Taker.PATIENCE.minusMillis(1));
    }

    /** As on a throttled route: both queues are read anew when the next trial is due. */
    @Test
    void theTurnOfALaneThatIsAboutToBeReadIsKeptForIt() {
        places = 1;
        turns.hasMail(FRESH);
        turns.hasMail(BACKLOG);
        Lane turn = FRESH;
        for (int i = 0; i < 6; i++) {
            Lane next = turn == FRESH ? BACKLOG : FRESH;
            if (i > 0) {
                assertThat(take(next)).as("it had the last").isFalse();
            }
            assertThat(take(turn)).isTrue();
            end(turn);
            pass(Duration.ofSeconds(60));
            turn = next;
        }
    }

    /** As long as the gate is shut nobody has a turn that could be over. */
    @Test
    void aTurnIsKeptFromWhenThereIsAPlace() {
        places = 1;
        turns.hasMail(BACKLOG);
        assertThat(take(FRESH)).isTrue();
        end(FRESH);
        places = 0;
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(100));
            assertThat(take(FRESH)).isFalse();
        }
        places = 1;
        assertThat(take(FRESH)).isFalse();
        assertThat(take(BACKLOG)).isTrue();
    }

    @Test
    void aTurnIsNotKeptForLongNorAgainForALaneThatDoesNotAsk() {
        places = 1;
        turns.hasMail(BACKLOG);
        assertThat(take(FRESH)).isTrue();
        end(FRESH);
        pass(Duration.ofSeconds(60));
        assertThat(take(FRESH)).isFalse();
        for (Duration passed = Duration.ZERO; passed.compareTo(LaneTurns.WAITS) < 0; passed = passed.plusMillis(100)) {
            assertThat(take(FRESH)).isFalse();
            pass(Duration.ofMillis(100));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(take(FRESH)).isTrue();
            end(FRESH);
            pass(Duration.ofSeconds(60));
        }
    }

    @Test
    void aLaneIsAtWorkWhileItIsReadAndNotEmpty() {
        places = 1;
        turns.hasMail(BACKLOG);
        assertThat(turns.isAtWork(BACKLOG)).isFalse();
        assertThat(take(BACKLOG)).isTrue();
        assertThat(turns.isAtWork(BACKLOG)).isTrue();
        none(BACKLOG);
        assertThat(turns.isAtWork(BACKLOG)).isFalse();
    }
}
