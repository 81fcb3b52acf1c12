package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A queue whose gate is shut, so that nobody reads it. */
final class SupplyTest {

    private final InMemorySpool spool = new InMemorySpool();
    private final Supply supply = new Supply(
            new SpoolQueue.ForRoute(WorkerRig.route(2525)),
            spool,
            new NoTaker(),
            new FeedBudget(1),
            () -> false,
            () -> false);

    @AfterEach
    void close() {
        spool.close();
    }

    @Test
    void whereALookFoundNothingThereIsNoMailUntilItIsToldOfAgain() {
        supply.mailWaits();
        supply.noneAtHead(supply.hints());
        assertThat(supply.hasMail()).isFalse();
        supply.mailWaits();
        assertThat(supply.hasMail()).isTrue();
    }

    @Test
    void mailThatCameDuringALookIsThereWhateverThatFound() {
        supply.mailWaits();
        long before = supply.hints();
        supply.mailWaits();
        supply.noneAtHead(before);
        assertThat(supply.hasMail()).isTrue();
    }

    private static final class NoTaker implements SpoolReader.Taker {
        @Override
        public boolean wantsMail() {
            return false;
        }

        @Override
        public void accept(TakenMail mail) {}

        @Override
        public void none() {}
    }
}
