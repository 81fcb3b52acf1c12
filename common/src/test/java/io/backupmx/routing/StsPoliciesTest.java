package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.Domain;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How long a policy holds, and when it is fetched (RFC 8461 §3.3, §5.1). */
final class StsPoliciesTest {

    private static final Domain DOMAIN = Domain.of("example.test");
    private static final Duration DAY = Duration.ofDays(1);

    private Instant now = Instant.ofEpochSecond(1_000_000);
    private Optional<List<String>> records = Optional.of(List.of("v=STSv1; id=1"));
    private Optional<String> served = Optional.of(policy("one"));
    private final List<Instant> fetches = new ArrayList<>();
    private final StsPolicies policies = new StsPolicies(
            _ -> records,
            _ -> {
                fetches.add(now);
                return served.orElseThrow(() -> new IOException("not there"));
            },
            () -> now);

    private static String policy(String host) {
        return "version: STSv1\nmode: enforce\nmx: " + host + "\nmax_age: 604800\n";
    }

    private String named() throws InterruptedException {
        return policies.of(DOMAIN)
                .map(policy -> String.join(",", policy.exchangers()))
                .orElse("");
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void itIsFetchedOnceForAsLongAsItsRecordIsTheSame() throws InterruptedException {
        assertThat(named()).isEqualTo("one");
        served = Optional.of(policy("two"));
        for (int i = 0; i < 10; i++) {
            pass(StsPolicies.LOOK_AGAIN);
            assertThat(named()).isEqualTo("one");
        }
        records = Optional.of(List.of("v=STSv1; id=2"));
        pass(StsPolicies.LOOK_AGAIN);
        assertThat(named()).isEqualTo("two");
        assertThat(fetches).hasSize(2);
    }

    @Test
    void itHoldsWhateverCannotBeFetchedLater() throws InterruptedException {
        assertThat(named()).isEqualTo("one");
        served = Optional.empty();
        records = Optional.of(List.of("v=STSv1; id=2"));
        pass(DAY);
        assertThat(named()).isEqualTo("one");
        served = Optional.of("<html>");
        pass(DAY);
        assertThat(named()).isEqualTo("one");
        records = Optional.of(List.of());
        pass(DAY);
        assertThat(named()).isEqualTo("one");
        records = Optional.empty();
        pass(DAY.multipliedBy(3));
        assertThat(named()).isEqualTo("one");
        pass(DAY);
        assertThat(named()).as("after its max_age").isEmpty();
    }

    @Test
    void onceADayItIsFetchedAnew() throws InterruptedException {
        assertThat(named()).isEqualTo("one");
        for (int i = 0; i < 20; i++) {
            pass(StsPolicies.FETCH_AGAIN);
            assertThat(named()).isEqualTo("one");
        }
        assertThat(fetches).hasSize(21);
    }

    @Test
    void whatIsNotThereIsNotAskedForAllTheTime() throws InterruptedException {
        served = Optional.empty();
        assertThat(named()).isEmpty();
        served = Optional.of(policy("one"));
        pass(StsPolicies.LOOK_AGAIN.minusSeconds(1));
        assertThat(named()).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(named()).isEqualTo("one");
        assertThat(fetches).hasSize(2);
    }

    @Test
    void withoutARecordNothingIsFetched() throws InterruptedException {
        records = Optional.of(List.of("v=spf1 -all"));
        assertThat(named()).isEmpty();
        assertThat(fetches).isEmpty();
    }
}
