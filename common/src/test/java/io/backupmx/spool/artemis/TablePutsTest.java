package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.SpoolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What waits to be written: the newest of each key, bounded, and not for ever. */
final class TablePutsTest {

    private final TablePuts puts = new TablePuts(Duration.ofHours(1));

    private static CompletableFuture<Void> put(TablePuts puts, String key, int length) {
        return puts.put(key, new byte[length]).toCompletableFuture();
    }

    private static SpoolException.Kind kindOf(CompletableFuture<Void> failed) {
        assertThat(failed).isCompletedExceptionally();
        return ((SpoolException) failed.exceptionNow()).kind();
    }

    @Test
    void aNewerValueTakesTheOldersPlaceAndBothAreDoneWithIt() throws Exception {
        CompletableFuture<Void> older = put(puts, "key", 1);
        CompletableFuture<Void> other = put(puts, "other", 3);
        CompletableFuture<Void> newer = put(puts, "key", 2);
        List<TablePut> group = puts.take();
        assertThat(group).extracting(TablePut::key).containsExactly("key", "other");
        assertThat(group.getFirst().value()).hasSize(2);
        CompletableFuture<Void> next = put(puts, "key", 4);
        assertThat(older).isNotDone();
        puts.written();
        assertThat(List.of(older, other, newer)).allMatch(CompletableFuture::isDone);
        assertThat(next).isNotDone();
        assertThat(puts.take().getFirst().value()).hasSize(4);
    }

    @Test
    void groupsAreBounded() throws Exception {
        for (int i = 0; i < 5; i++) {
            put(puts, "large" + i, 1 << 20);
        }
        assertThat(puts.take()).hasSize(2);
        puts.written();
        assertThat(puts.take()).hasSize(2);
        puts.written();
        for (int i = 0; i < 200; i++) {
            put(puts, "small" + i, 1);
        }
        assertThat(puts.take()).hasSize(64);
    }

    @Test
    void tooManyOctetsFailAtOnceUntilSomeAreWritten() throws Exception {
        for (int i = 0; i < 32; i++) {
            put(puts, "key" + i, 1 << 20);
        }
        assertThat(kindOf(put(puts, "more", 1))).isEqualTo(SpoolException.Kind.FULL);
        assertThat(put(puts, "key0", 1 << 20)).as("in place of another").isNotDone();
        puts.take();
        assertThat(kindOf(put(puts, "more", 1))).isEqualTo(SpoolException.Kind.FULL);
        puts.written();
        assertThat(put(puts, "more", 1)).isNotDone();
    }

    @Test
    void tooManyWhoWaitFailAtOnce() throws Exception {
        for (int i = 0; i < TablePuts.MAX_WAITING; i++) {
            put(puts, "key", 1);
        }
        assertThat(kindOf(put(puts, "key", 1))).isEqualTo(SpoolException.Kind.FULL);
        puts.take();
        puts.written();
        assertThat(put(puts, "key", 1)).isNotDone();
    }

    @Test
    void whoHasWaitedForTooLongFailsAndWhatNobodyWaitsForIsNotWritten() throws Exception {
        TablePuts impatient = new TablePuts(Duration.ZERO);
        CompletableFuture<Void> underWay = put(impatient, "key", 1);
        List<TablePut> group = impatient.take();
        CompletableFuture<Void> waiting = put(impatient, "never", 1 << 20);
        impatient.failOverdue();
        assertThat(kindOf(underWay)).isEqualTo(SpoolException.Kind.UNAVAILABLE);
        assertThat(kindOf(waiting)).isEqualTo(SpoolException.Kind.UNAVAILABLE);
        assertThat(group).hasSize(1);
        impatient.written();
        put(impatient, "next", 1);
        assertThat(impatient.take()).extracting(TablePut::key).containsExactly("next");
    }

    @Test
    void endingFailsAllAndAllToCome() throws Exception {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        all.add(put(puts, "under way", 1));
        puts.take();
        all.add(put(puts, "waiting", 1));
        puts.end(Failures.unavailable("lost"));
        all.add(put(puts, "late", 1));
        assertThat(all).allMatch(put -> kindOf(put) == SpoolException.Kind.UNAVAILABLE);
        puts.written();
    }
}
