package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who is there, by what is heard. */
class MembersTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Members members = new Members("a");
    private long now = -SECOND; // a steady clock starts anywhere

    @Test
    void whoIsSilentIsGoneAndItsWordStaleLater() {
        members.heard("b", Map.of(1, 5L), now);
        now += 3 * SECOND;
        assertThat(members.roster(now).alive()).containsExactly("a", "b");
        now += 2 * SECOND;
        assertThat(members.roster(now).alive()).containsExactly("a");
        assertThat(members.roster(now).hasKeeper(1)).isTrue();
        now += 6 * SECOND;
        assertThat(members.roster(now).hasKeeper(1)).isFalse();
    }

    @Test
    void theLaterEpochKeepsTheShardWhoeverSpeaksLast() {
        members.heard("b", Map.of(1, 6L), now);
        members.heard("c", Map.of(1, 5L), now + 1);
        assertThat(members.roster(now + 2).keeperOf(1)).contains("b");
        members.heard("c", Map.of(1, 7L), now + 3);
        assertThat(members.roster(now + 4).keeperOf(1)).contains("c");
    }

    @Test
    void aKeeperThatTakesLeaveIsToldNothingButWhatItSaidStaysFresh() {
        members.heard("b", Map.of(1, 5L), now);
        members.left("b");
        Roster roster = members.roster(now + SECOND);
        assertThat(roster.alive()).containsExactly("a");
        assertThat(roster.keeperOf(1)).isEmpty();
        assertThat(roster.hasKeeper(1)).isTrue();
        assertThat(members.roster(now + 11 * SECOND).hasKeeper(1)).isFalse();
    }

    @Test
    void aWorkerSettlesAfterItsOwnWordCameBack() {
        members.heard("b", Map.of(), now);
        now += 10 * SECOND;
        assertThat(members.roster(now).informed()).isFalse();
        assertThat(members.silence(now)).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
        members.heard("a", Map.of(), now);
        members.echo(now, now);
        assertThat(members.silence(now + SECOND)).isEqualTo(Duration.ofSeconds(1));
        assertThat(members.roster(now + SECOND / 2).informed()).isFalse();
        assertThat(members.roster(now + SECOND).informed()).isTrue();
        assertThat(members.roster(now + 2 * SECOND).settled()).isFalse();
        assertThat(members.roster(now + 3 * SECOND).settled()).isTrue();
    }

    @Test
    void anEchoThatWaitedToBeHeardIsAsOldAsItsWord() {
        members.echo(now, now);
        members.echo(now + SECOND, now + 8 * SECOND); // it came at once, but this worker was frozen
        assertThat(members.silence(now + 8 * SECOND)).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void withTheBrokerEverythingKnownIsGone() {
        members.heard("a", Map.of(1, 5L), now);
        members.echo(now, now);
        members.heard("b", Map.of(2, 5L), now);
        members.disconnected();
        Roster roster = members.roster(now + 5 * SECOND);
        assertThat(roster.alive()).containsExactly("a");
        assertThat(roster.keepers()).isEmpty();
        assertThat(roster.settled()).isFalse();
    }

    private void say(String worker, String ways) {
        members.heard(worker, Map.of(), now);
        members.heardWays(worker, ways, now);
    }

    private void sayForSeconds(int seconds, String mine, String theirs) {
        for (int second = 0; second < seconds; second++) {
            now += SECOND;
            members.echo(now, now);
            say("a", mine);
            say("b", theirs);
            members.roster(now);
        }
    }

    @Test
    void workersAgreeWhenAllHaveSaidTheSameForAWhile() {
        members.ways("one", now);
        sayForSeconds(3, "one", "one");
        assertThat(members.agree(now)).isFalse();
        sayForSeconds(1, "one", "one");
        assertThat(members.agree(now)).isTrue();
        assertThat(members.differ()).isFalse();

        members.ways("two", now);
        assertThat(members.agree(now)).isFalse();
        sayForSeconds(60, "two", "one");
        assertThat(members.agree(now)).isFalse();
        assertThat(members.differ()).isTrue();

        sayForSeconds(2, "two", "two");
        assertThat(members.agree(now)).isFalse();
        assertThat(members.differ()).isFalse();
        sayForSeconds(2, "two", "two");
        assertThat(members.agree(now)).isTrue();
    }

    @Test
    void whoIsGoneOrKnowsNothingOfItIsNotAgreedWith() {
        members.ways("one", now);
        sayForSeconds(10, "one", "");
        assertThat(members.agree(now)).isFalse();
        assertThat(members.differ()).isTrue();

        for (int second = 0; second < 5; second++) {
            assertThat(members.agree(now)).isFalse(); // it is alive still, or was until now
            now += SECOND;
            members.echo(now, now);
            say("a", "one");
            members.roster(now);
        }
        assertThat(members.agree(now)).isTrue();
        assertThat(members.differ()).isFalse();

        assertThat(members.agree(now + 4 * SECOND)).isFalse(); // it has heard nothing of late, not even itself
        members.disconnected();
        assertThat(members.agree(now)).isFalse();
    }
}
