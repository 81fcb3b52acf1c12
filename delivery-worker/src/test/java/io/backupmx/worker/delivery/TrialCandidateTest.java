package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.InFlightMail;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Whose turn the next trial of a throttled route is. */
class TrialCandidateTest {

    private static final Route ROUTE = Route.to(new NextHop("127.0.0.1", 25));
    private final TrialCandidate candidate = new TrialCandidate();

    @Test
    void thereIsRoomForOne() {
        assertThat(candidate.reserve()).isTrue();
        assertThat(candidate.reserve()).isFalse();
        candidate.none();
        assertThat(candidate.reserve()).isTrue();
        keep();
        assertThat(candidate.reserve()).isFalse();
        assertThat(candidate.take()).isPresent();
        assertThat(candidate.take()).isEmpty();
        assertThat(candidate.reserve()).isTrue();
    }

    @Test
    void itTakesTurnsWithTheQueue() {
        keep();
        assertThat(candidate.isNext(true)).isTrue();
        assertThat(candidate.isNext(false)).isFalse();
        assertThat(candidate.take()).isPresent();
        keep();
        assertThat(candidate.isNext(true)).isFalse();
        candidate.queueHadItsTurn();
        assertThat(candidate.isNext(true)).isTrue();
    }

    @Test
    void anEmptyQueueLosesItsTurn() {
        keep();
        assertThat(candidate.take()).isPresent();
        keep();
        candidate.queueIsEmpty();
        assertThat(candidate.isNext(true)).isTrue();
    }

    private void keep() {
        TakenMail mail = new Mail(Mails.envelope("a@x.test"));
        candidate.keep(mail, new Hands().take(new InFlightMail(ROUTE, mail.envelope(), 1, Instant.EPOCH), () -> {}));
    }

    private record Mail(Envelope envelope) implements TakenMail {
        @Override
        public Route route() {
            return ROUTE;
        }

        @Override
        public Content content() {
            return WorkerRig.text("x\r\n");
        }

        @Override
        public int deliveryCount() {
            return 1;
        }

        @Override
        public boolean isOurs() {
            return true;
        }

        @Override
        public CompletionStage<Void> settle(Settlement settlement) {
            return CompletableFuture.completedFuture(null);
        }
    }
}
