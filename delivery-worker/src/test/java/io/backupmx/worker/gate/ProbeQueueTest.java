package io.backupmx.worker.gate;

import static io.backupmx.worker.gate.Trouble.Kind.NO_ANSWER;
import static io.backupmx.worker.gate.Trouble.Kind.UNHEALTHY;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProbeQueueTest {

    private static final double PER_SECOND = 50;
    private static final int MAX_GOING = 3;
    private static final Duration TICK = Duration.ofMillis(20);

    private final ProbeQueue queue = queue(MAX_GOING);
    private long now = -7; // any origin will do

    private OptionalLong expected(NextHop hop) {
        return queue.expected(hop, now, PER_SECOND);
    }

    @Test
    void aHostIsProbedAtItsInterval() {
        queue.add(hop(1), NO_ANSWER, 0, Duration.ofSeconds(2), now);
        assertThat(start()).isEmpty();
        after(Duration.ofMillis(1499));
        assertThat(start()).isEmpty();
        after(Duration.ofMillis(1));
        assertThat(start()).contains(hop(1));
        after(Duration.ofMillis(500));
        queue.ended(hop(1), NO_ANSWER, now);
        assertThat(queue.waitBeforeStart(now, PER_SECOND))
                .hasValue(Duration.ofSeconds(1).toNanos());
    }

    /** It may be back in a moment. */
    @Test
    void aHostThatWasJustLostIsProbedAfterAThirdOfItsInterval() {
        add(1);
        after(Duration.ofMillis(499));
        assertThat(start()).isEmpty();
        after(Duration.ofMillis(1));
        assertThat(start()).contains(hop(1));
        queue.ended(hop(1), NO_ANSWER, now);
        assertThat(expected(hop(1))).hasValue(now + Duration.ofMillis(1500).toNanos());
    }

    @Test
    void theNextProbeWaitsForThePrevious() {
        add(1);
        after(Duration.ofSeconds(2));
        assertThat(start()).contains(hop(1));
        after(Duration.ofMinutes(2));
        assertThat(start()).isEmpty();
        assertThat(queue.waitBeforeStart(now, PER_SECOND)).isEmpty();
        queue.ended(hop(1), NO_ANSWER, now);
        assertThat(start()).contains(hop(1));
    }

    @Test
    void theUnwellAreLeftInPeaceEverLonger() {
        queue.add(hop(1), UNHEALTHY, 3, Duration.ZERO, now); // two relapses before
        for (int seconds : new int[] {20, 40, 60, 60}) {
            assertThat(expected(hop(1)))
                    .hasValue(now + Duration.ofSeconds(seconds).toNanos());
            after(Duration.ofSeconds(seconds));
            assertThat(start()).contains(hop(1));
            assertThat(expected(hop(1))).isEmpty();
            queue.ended(hop(1), UNHEALTHY, now);
        }
    }

    @Test
    void aRouteThatHasBeenDownForLongIsProbedMoreSeldomAlsoByANewKeeper() {
        queue.add(hop(1), NO_ANSWER, 0, Duration.ofDays(3), now);
        assertThat(expected(hop(1))).hasValue(now + Duration.ofSeconds(15).toNanos());
    }

    @Test
    void whoHasToWaitForOthersIsToldUntilWhen() {
        for (int i = 0; i < 1000; i++) {
            add(i);
        }
        after(Duration.ofSeconds(5));
        NextHop first = start().orElseThrow();
        queue.ended(first, NO_ANSWER, now);
        assertThat(expected(first))
                .as("when all the others had their turn")
                .hasValue(now + Duration.ofSeconds(1000 / (int) PER_SECOND).toNanos());
        int turns = 0;
        for (Optional<NextHop> next = Optional.empty(); !next.equals(Optional.of(first)); turns++) {
            after(TICK);
            next = start();
            queue.ended(next.orElseThrow(), NO_ANSWER, now);
        }
        assertThat(turns).isEqualTo(1000);
    }

    @Test
    void noMoreStartThanTheRateAllows() {
        add(1);
        add(2);
        after(Duration.ofSeconds(5));
        assertThat(start()).contains(hop(1));
        assertThat(start()).isEmpty();
        after(TICK.minusNanos(1));
        assertThat(start()).isEmpty();
        after(Duration.ofNanos(1));
        assertThat(queue.start(now, 0)).isEmpty();
        assertThat(queue.waitBeforeStart(now, 0)).isEmpty();
        assertThat(start()).contains(hop(2));
    }

    @Test
    void noMoreGoOnThanAreAllowed() {
        for (int i = 0; i < MAX_GOING + 1; i++) {
            add(i);
        }
        after(Duration.ofSeconds(5));
        for (int i = 0; i < MAX_GOING; i++) {
            assertThat(start()).contains(hop(i));
            after(TICK);
        }
        assertThat(start()).isEmpty();
        queue.ended(hop(1), NO_ANSWER, now);
        assertThat(start()).contains(hop(MAX_GOING));
    }

    @Test
    void whatIsAskedForGoesFirstAndSoonAgain() {
        queue.add(hop(0), NO_ANSWER, 0, Duration.ofDays(3), now);
        add(1);
        after(Duration.ofSeconds(5));
        queue.hurry(hop(0), now);
        assertThat(start()).contains(hop(0));
        queue.hurry(hop(0), now); // once more when this one has ended
        after(TICK);
        queue.ended(hop(0), NO_ANSWER, now);
        assertThat(start()).contains(hop(0));
        queue.ended(hop(0), NO_ANSWER, now);
        assertThat(expected(hop(0))).hasValue(now + Duration.ofMillis(1500).toNanos());
        after(TICK);
        assertThat(start()).contains(hop(1));
    }

    @Test
    void flushForgetsHowOftenSomebodyWasUnwell() {
        queue.add(hop(1), UNHEALTHY, 9, Duration.ZERO, now);
        queue.hurry(hop(1), now);
        assertThat(start()).contains(hop(1));
        queue.ended(hop(1), UNHEALTHY, now);
        assertThat(expected(hop(1))).hasValue(now + Duration.ofSeconds(5).toNanos());
    }

    @Test
    void whatNobodyWantsIsForgottenWhenItsProbeHasEnded() {
        add(1);
        add(2);
        queue.remove(hop(2));
        after(Duration.ofSeconds(2));
        assertThat(start()).contains(hop(1));
        queue.remove(hop(1));
        assertThat(queue.size()).isOne();
        queue.ended(hop(1), now);
        assertThat(queue.size()).isZero();
        assertThat(queue.going()).isZero();
    }

    @Test
    void whatIsWantedAgainMeanwhileWaitsForTheProbeThatWasNot() {
        add(1);
        after(Duration.ofSeconds(2));
        assertThat(start()).contains(hop(1));
        queue.remove(hop(1));
        add(1);
        after(Duration.ofSeconds(9));
        assertThat(start()).isEmpty();
        queue.ended(hop(1), now);
        assertThat(start()).contains(hop(1));
    }

    @Test
    void tenThousandDeadHostsAreEachProbedEvery200Seconds() {
        int hosts = 10_000;
        ProbeQueue many = queue(Probers.MAX_GOING);
        for (int i = 0; i < hosts; i++) {
            many.add(hop(i), NO_ANSWER, 0, Duration.ZERO, now);
        }
        Map<NextHop, Long> last = new HashMap<>();
        int[] perSecond = new int[700];
        long started = now;
        while (now - started < Duration.ofSeconds(perSecond.length).toNanos()) {
            Optional<NextHop> hop = many.start(now, PER_SECOND);
            if (hop.isPresent()) {
                perSecond[(int) Duration.ofNanos(now - started).toSeconds()]++;
                Long before = last.put(hop.get(), now);
                if (before != null) {
                    assertThat(Duration.ofNanos(now - before))
                            .isBetween(Duration.ofSeconds(199), Duration.ofSeconds(201));
                }
                many.ended(hop.get(), NO_ANSWER, now);
            }
            now += Math.max(1, many.waitBeforeStart(now, PER_SECOND).orElseThrow());
        }
        assertThat(last).hasSize(hosts);
        assertThat(Arrays.stream(perSecond).max()).hasValue((int) PER_SECOND);
    }

    private static ProbeQueue queue(int maxGoing) {
        ProbeSchedule schedule = new ProbeSchedule(
                Duration.ofMillis(1500), Duration.ofSeconds(15), Duration.ofSeconds(5), Duration.ofSeconds(60));
        return new ProbeQueue(schedule, () -> 0, maxGoing);
    }

    private Optional<NextHop> start() {
        return queue.start(now, PER_SECOND);
    }

    private void add(int hop) {
        queue.add(hop(hop), NO_ANSWER, 0, Duration.ZERO, now);
    }

    private void after(Duration time) {
        now += time.toNanos();
    }

    private static NextHop hop(int number) {
        return new NextHop("h" + number + ".example", 25);
    }
}
