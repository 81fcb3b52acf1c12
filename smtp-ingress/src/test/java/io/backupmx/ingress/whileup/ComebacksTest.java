package io.backupmx.ingress.whileup;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.recipient.DeferralPolicy.Attempt;
import io.backupmx.ingress.whileup.Comebacks.Judgement;
import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComebacksTest {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.test]:25");

    private long now;
    private final Comebacks comebacks = new Comebacks(() -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private Judgement tried(String client, String from, String to) {
        return comebacks.judge(new Attempt(
                client.equals("-") ? Optional.empty() : Optional.of(InetAddress.ofLiteral(client)),
                ReversePath.parse("<" + from + ">").orElseThrow(),
                ForwardPath.parse("<" + to + "@example.test>").orElseThrow(),
                ROUTE));
    }

    /** The second try, with what it has in common with the first, which came from 192.0.2.1, a@x.test and was for alice. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            192.0.2.1,   a@x.test, alice, 59s,    NOT_YET
            192.0.2.1,   a@x.test, alice, 1m,     CAME_BACK
            192.0.2.1,   a@x.test, ALICE, 1m,     CAME_BACK
            192.0.2.200, a@x.test, alice, 5m,     CAME_BACK
            192.0.2.1,   a@x.test, alice, 23h59m, CAME_BACK
            192.0.2.1,   a@x.test, alice, 24h,    NOT_YET
            192.0.3.1,   a@x.test, alice, 5m,     NOT_YET
            192.0.2.1,   b@x.test, alice, 5m,     NOT_YET
            192.0.2.1,   '',       alice, 5m,     NOT_YET
            192.0.2.1,   a@x.test, bob,   5m,     NOT_YET
            -,           a@x.test, alice, 5m,     NOT_YET
            """)
    void whoComesBackInTimeHasComeBack(String client, String from, String to, String later, Judgement judgement) {
        assertThat(tried("192.0.2.1", "a@x.test", "alice")).isEqualTo(Judgement.NOT_YET);
        pass(Duration.parse("PT" + later));
        assertThat(tried(client, from, to)).isEqualTo(judgement);
    }

    @Test
    void triesInBetweenDoNotStartAnew() {
        for (int i = 0; i < 3; i++) {
            assertThat(tried("192.0.2.1", "a@x.test", "alice")).isEqualTo(Judgement.NOT_YET);
            pass(Duration.ofSeconds(20));
        }
        assertThat(tried("192.0.2.1", "a@x.test", "alice")).isEqualTo(Judgement.CAME_BACK);
    }

    @Test
    void aNetworkThatHasComeBackPassesForAWeekFromEachTime() {
        tried("2001:db8:0:1::1", "", "alice");
        pass(Duration.ofMinutes(2));
        assertThat(tried("2001:db8:0:1::1", "", "alice")).isEqualTo(Judgement.CAME_BACK);
        for (int week = 0; week < 3; week++) {
            pass(Duration.ofDays(7).minusNanos(1));
            assertThat(tried("2001:db8:0:1:ffff::2", "b@x.test", "bob")).isEqualTo(Judgement.KNOWN);
        }
        assertThat(tried("2001:db8:0:2::1", "b@x.test", "bob")).isEqualTo(Judgement.NOT_YET);
        pass(Duration.ofDays(7));
        assertThat(tried("2001:db8:0:1::1", "b@x.test", "bob")).isEqualTo(Judgement.NOT_YET);
    }

    @Test
    void aSenderOfManyNetworksHasComeBackWithItsFourthTry() {
        for (int network = 1; network < Comebacks.TRIES; network++) {
            assertThat(tried("192.0." + network + ".1", "a@x.test", "alice")).isEqualTo(Judgement.NOT_YET);
            pass(Duration.ofMinutes(10));
        }
        assertThat(tried("192.0.200.1", "a@x.test", "alice")).isEqualTo(Judgement.CAME_BACK);
    }

    /** Else one who comes back would open the door for all. */
    @Test
    void clientsOfWhomNothingIsKnownComeBackEachForItself() {
        tried("-", "a@x.test", "alice");
        pass(Duration.ofMinutes(2));
        assertThat(tried("-", "a@x.test", "alice")).isEqualTo(Judgement.CAME_BACK);
        assertThat(tried("-", "b@x.test", "alice")).isEqualTo(Judgement.NOT_YET);
    }

    /** Whatever others do: whoever tries for long enough is through, as long as it is remembered. */
    @Test
    void nobodyIsPutOffForEver() {
        SplittableRandom random = new SplittableRandom(1);
        for (int sender = 0; sender < 200; sender++) {
            String from = "s" + sender + "@x.test";
            int tries = 0;
            Judgement judgement = Judgement.NOT_YET;
            while (judgement == Judgement.NOT_YET) {
                judgement = tried("10." + random.nextInt(256) + "." + random.nextInt(256) + ".1", from, "alice");
                tries++;
                pass(Duration.ofSeconds(random.nextInt(60, 86_400)));
            }
            assertThat(tries).isLessThanOrEqualTo(Comebacks.TRIES);
        }
    }

    @Test
    void whatIsForgottenCostsOneMoreTry() {
        Comebacks small = new Comebacks(() -> now, 0);
        Attempt attempt = new Attempt(
                Optional.empty(),
                new ReversePath.Null(),
                ForwardPath.parse("<alice@example.test>").orElseThrow(),
                ROUTE);
        assertThat(small.judge(attempt)).isEqualTo(Judgement.NOT_YET);
        pass(Duration.ofMinutes(2));
        assertThat(small.judge(attempt)).isEqualTo(Judgement.NOT_YET);
    }
}
