package io.backupmx.known;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.spool.SharedTable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
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

    /** What is said before all has been heard would take the place of what has not. */
    @Test
    void nothingIsSaidBeforeAllHasBeenHeard() {
        List<String> said = new CopyOnWriteArrayList<>();
        AtomicReference<SharedTable.Listener> listener = new AtomicReference<>();
        SharedTable slow = new SharedTable() {
            @Override
            public void start(Listener hears) {
                listener.set(hears);
            }

            @Override
            public CompletionStage<Void> put(String key, byte[] value) {
                said.add(new String(value, StandardCharsets.UTF_8));
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void close() {}
        };
        String bucket = "known." + KnownRecipients.bucketOf("alice@x.test");
        KnownRecipients late = new KnownRecipients(slow, clock);
        late.exists("alice@x.test");
        listener.get().connected();
        await().during(Duration.ofMillis(1500)).until(said::isEmpty);
        listener.get().heard(bucket, "bob@x.test\t1\t+\n".getBytes(StandardCharsets.UTF_8));
        listener.get().complete();

        await().until(() -> !said.isEmpty());
        assertThat(said).allSatisfy(text -> assertThat(text).contains("alice@x.test", "bob@x.test"));
        late.close();
    }

    @Test
    void whatIsLongGoneIsNotSaidAgainAndAgain() {
        one.exists("alice@x.test");
        now = now.plusSeconds(1);
        one.isGone("alice@x.test");
        await().until(() ->
                other.find("alice@x.test").filter(fact -> !fact.exists()).isPresent());
        now = now.plus(Duration.ofDays(31));
        String sibling = sibling("alice@x.test");
        one.exists(sibling);

        await().until(() -> other.knows(sibling));
        int puts = table.puts();
        await().during(Duration.ofSeconds(2)).until(() -> table.puts() <= puts + 3);
        assertThat(one.find("alice@x.test")).isEmpty();
    }

    /** Another address of the same bucket. */
    private static String sibling(String address) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "user" + i + "@x.test")
                .filter(user -> KnownRecipients.bucketOf(user) == KnownRecipients.bucketOf(address))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void changeOfMindCountsWithinTheSameSecondAndAgainstAFastClock() {
        one.exists("alice@x.test");
        one.isGone("alice@x.test");
        assertThat(one.knows("alice@x.test")).isFalse();
        one.exists("alice@x.test");
        assertThat(one.knows("alice@x.test")).isTrue();
        await().until(() -> other.knows("alice@x.test"));
        now = now.minusSeconds(3600);
        other.isGone("alice@x.test");
        await().until(() -> !one.knows("alice@x.test"));
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
