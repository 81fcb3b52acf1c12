package io.backupmx.ingress.recipient;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CachedLookupTest {

    private static final String ALICE = "alice@x.test";

    private final Source source = new Source();
    private long nanos = 1;
    private final CachedLookup lookup = new CachedLookup("test", source, () -> nanos);

    private static final class Source implements RecipientLookup {
        private final List<String> asked = new ArrayList<>();
        private Future<Boolean> answer = Future.succeededFuture(true);

        @Override
        public Future<Boolean> exists(String address) {
            asked.add(address);
            return answer;
        }

        @Override
        public void close() {}
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private void sourceFails() {
        source.answer = Future.failedFuture("no route to host");
    }

    @Test
    void yesIsRememberedForTenMinutesAndNoForOne() {
        assertThat(lookup.exists(ALICE).result()).isTrue();
        pass(Duration.ofMinutes(9));
        source.answer = Future.succeededFuture(false);
        assertThat(lookup.exists(ALICE).result()).isTrue();
        pass(Duration.ofMinutes(2));
        assertThat(lookup.exists(ALICE).result()).isFalse();
        pass(Duration.ofSeconds(50));
        source.answer = Future.succeededFuture(true);
        assertThat(lookup.exists(ALICE).result()).isFalse();
        pass(Duration.ofSeconds(20));
        assertThat(lookup.exists(ALICE).result()).isTrue();
        assertThat(source.asked).hasSize(3);
    }

    @Test
    void lastGoodYesStandsWhileTheSourceFailsAndNoDoesNot() {
        lookup.exists(ALICE);
        source.answer = Future.succeededFuture(false);
        lookup.exists("bob@x.test");
        sourceFails();
        pass(Duration.ofDays(29));

        assertThat(lookup.exists(ALICE).result()).isTrue();
        assertThat(lookup.exists("bob@x.test").failed()).isTrue();
        assertThat(lookup.exists("carol@x.test").failed()).isTrue();
        assertThat(lookup.isWell()).isFalse();
    }

    @Test
    void deadSourceIsAskedOnceASecond() {
        sourceFails();
        for (int i = 0; i < 100; i++) {
            assertThat(lookup.exists("user" + i + "@x.test").failed()).isTrue();
            pass(Duration.ofMillis(100));
        }
        assertThat(source.asked.size()).isBetween(8, 11);

        source.answer = Future.succeededFuture(true);
        pass(Duration.ofSeconds(2));
        assertThat(lookup.exists("a@x.test").result()).isTrue();
        assertThat(lookup.exists("b@x.test").result()).isTrue();
        assertThat(lookup.isWell()).isTrue();
    }

    @Test
    void nobodyWaitsForADeadSource() {
        sourceFails();
        assertThat(lookup.exists(ALICE).failed()).isTrue();
        Promise<Boolean> late = Promise.promise();
        source.answer = late.future();
        pass(Duration.ofSeconds(2));

        assertThat(lookup.exists(ALICE).failed()).isTrue();
        assertThat(source.asked).hasSize(2);
        late.complete(true);
        assertThat(lookup.exists(ALICE).result()).isTrue();
        assertThat(lookup.isWell()).isTrue();
    }

    @Test
    void whatIsKnownTakesNoQuestion() {
        assertThat(lookup.known(ALICE)).isEmpty();
        lookup.exists(ALICE);
        assertThat(lookup.known(ALICE).orElseThrow().result()).isTrue();
        pass(Duration.ofMinutes(11));
        assertThat(lookup.known(ALICE)).as("not fresh any more").isEmpty();

        sourceFails();
        lookup.exists("bob@x.test");
        pass(Duration.ofSeconds(2));
        assertThat(lookup.known(ALICE).orElseThrow().result()).isTrue();
        assertThat(lookup.known("carol@x.test").orElseThrow().failed()).isTrue();
        assertThat(source.asked).containsExactly(ALICE, "bob@x.test");
    }

    @Test
    void manyWhoWantToKnowTheSameAreOneQuestion() {
        Promise<Boolean> answer = Promise.promise();
        source.answer = answer.future();
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(lookup.exists(ALICE));
        }
        answer.complete(true);

        assertThat(all).allSatisfy(one -> assertThat(one.result()).isTrue());
        assertThat(source.asked).hasSize(1);
    }
}
