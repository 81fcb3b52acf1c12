package io.backupmx.worker.notice;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PostmanTest {

    private static final Notice DOWN = new Notice(NoticeKind.ROUTE_DOWN, "a subject", "a text", "an occasion");
    private static final Notice UP = new Notice(NoticeKind.ROUTE_UP, "a subject", "a text", "an occasion");

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private long nanos = 1;
    private boolean away;
    private final Postman postman = new Postman(
            _ -> {
                if (away) {
                    throw new Smarthost.NotTaken("nobody there", new IllegalStateException());
                }
                return "taken";
            },
            () -> nanos,
            metrics);

    @Test
    void ofOneKindOneGoesEveryFewMinutes() throws Exception {
        assertThat(postman.mayTry(NoticeKind.ROUTE_DOWN)).isTrue();
        assertThat(postman.isDone(DOWN)).isTrue();
        assertThat(postman.mayTry(NoticeKind.ROUTE_DOWN)).isFalse();
        assertThat(postman.mayTry(NoticeKind.QUARANTINE)).isTrue();
        pass(Postman.APART);
        assertThat(postman.mayTry(NoticeKind.ROUTE_DOWN)).isTrue();
        assertThat(count("sent")).isEqualTo(1);
    }

    @Test
    void aSmarthostThatIsAwayIsTriedEverLessAndGivenUpAfterADay() throws Exception {
        away = true;
        int tries = 0;
        Duration passed = Duration.ZERO;
        boolean done = false;
        while (!done) {
            if (postman.mayTry(NoticeKind.ROUTE_DOWN)) {
                tries++;
                done = postman.isDone(DOWN);
            }
            pass(Duration.ofSeconds(15));
            passed = passed.plusSeconds(15);
            assertThat(passed).isLessThan(Duration.ofHours(25));
        }
        assertThat(passed).isGreaterThan(Duration.ofHours(23));
        assertThat(tries).isBetween(90, 110);
        assertThat(count("failed")).isEqualTo(tries - 1);
        assertThat(count("given_up")).isEqualTo(1);
    }

    @Test
    void oneThatIsBackIsBelievedAtOnce() throws Exception {
        away = true;
        assertThat(postman.isDone(DOWN)).isFalse();
        assertThat(postman.mayTry(NoticeKind.ROUTE_UP)).as("whatever the kind").isFalse();
        pass(Postman.FIRST_WAIT);
        away = false;
        assertThat(postman.isDone(DOWN)).isTrue();
        assertThat(postman.mayTry(NoticeKind.ROUTE_UP)).isTrue();
        assertThat(postman.isDone(UP)).isTrue();
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private double count(String outcome) {
        return metrics.get("backupmx.notices")
                .tag("kind", "route_down")
                .tag("outcome", outcome)
                .counter()
                .count();
    }
}
