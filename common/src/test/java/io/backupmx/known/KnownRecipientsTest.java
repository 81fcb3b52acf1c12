package io.backupmx.known;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KnownRecipientsTest {

    private final FakeTable table = new FakeTable();
    private volatile Instant now = Instant.ofEpochSecond(1_000_000);
    private final InstantSource clock = () -> now;
    private final KnownRecipients one = new KnownRecipients(table.part(), clock);
    private final KnownRecipients other = new KnownRecipients(table.part(), clock);

    @BeforeEach
    void start() {
        one.start();
        other.start();
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    @Test
    void whatOneLearnsAllKnow() {
        one.exists("alice@x.test");

        await().until(() -> other.knows("alice@x.test"));
        assertThat(other.knows("bob@x.test")).isFalse();
        now = now.plusSeconds(1);
        other.isGone("alice@x.test");
        await().until(() -> !one.knows("alice@x.test"));
        now = now.plusSeconds(1);
        one.exists("alice@x.test");
        await().until(() -> other.knows("alice@x.test"));
    }

    @Test
    void outlivesItsIngresses() {
        one.exists("alice@x.test");
        one.close();
        other.close();

        try (KnownRecipients later = new KnownRecipients(table.part(), clock)) {
            later.start();
            assertThat(later.isComplete()).isTrue();
            assertThat(later.knows("alice@x.test")).isTrue();
            assertThat(later.count()).isEqualTo(1);
        }
    }

    @Test
    void whatWasLearnedWhileTheBrokerWasAwayIsSaidWhenItIsBack() {
        table.leave();
        one.exists("alice@x.test");
        other.exists("bob@x.test");
        assertThat(one.knows("alice@x.test")).isTrue();

        table.comeBack(true);

        await().until(() -> other.knows("alice@x.test") && one.knows("bob@x.test"));
    }

    @Test
    void aTableThatHasLostEverythingIsToldAgain() {
        one.exists("alice@x.test");
        await().until(() -> other.knows("alice@x.test"));

        table.leave();
        table.comeBack(false);

        await().until(() -> table.size() == 1);
    }

    @Test
    void aYesIsNotWrittenDownAgainForADay() {
        one.exists("alice@x.test");
        Instant first = now;
        now = now.plus(Duration.ofHours(23));
        one.exists("alice@x.test");
        assertThat(one.find("alice@x.test")).contains(new Fact(true, first.getEpochSecond()));

        now = now.plus(Duration.ofHours(2));
        one.exists("alice@x.test");
        assertThat(one.find("alice@x.test")).contains(new Fact(true, now.getEpochSecond()));
    }

    @Test
    void nobodyIsGoneWhoWasNeverKnown() {
        one.isGone("alice@x.test");

        assertThat(one.find("alice@x.test")).isEmpty();
    }

    @Test
    void memoryIsBounded() {
        try (KnownRecipients small = new KnownRecipients(new FakeTable().part(), clock, 10_000)) {
            for (int i = 0; i < 5000; i++) {
                small.exists("user" + i + "@x.test");
            }
            assertThat(small.count()).isBetween(10L, 1000L);
        }
    }
}
