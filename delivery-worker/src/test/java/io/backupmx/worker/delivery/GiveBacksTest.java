package io.backupmx.worker.delivery;

import static io.backupmx.worker.delivery.GiveBacks.Next.BEHIND;
import static io.backupmx.worker.delivery.GiveBacks.Next.DEFER;
import static io.backupmx.worker.delivery.GiveBacks.Next.IN_PLACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.QueueId;
import org.junit.jupiter.api.Test;

class GiveBacksTest {

    private static final QueueId MAIL = new QueueId("0000000000000001");

    private final GiveBacks giveBacks = new GiveBacks();

    @Test
    void aMailThatMeetsTroubleWhileOthersGoIsDeferredAfterThreeTimes() {
        for (int i = 0; i < 3; i++) {
            assertThat(giveBacks.met(MAIL)).isEqualTo(IN_PLACE);
            giveBacks.delivered();
        }
        assertThat(giveBacks.met(MAIL)).isEqualTo(DEFER);
        assertThat(giveBacks.met(MAIL)).isEqualTo(IN_PLACE); // counted anew
    }

    @Test
    void aRouteThatTakesNothingCostsNoMailAnAttempt() {
        assertThat(giveBacks.met(MAIL)).isEqualTo(IN_PLACE);
        for (int i = 0; i < 100; i++) {
            assertThat(giveBacks.met(MAIL)).isEqualTo(BEHIND);
        }
    }

    @Test
    void anotherEndBreaksTheRow() {
        for (int i = 0; i < 10; i++) {
            assertThat(giveBacks.met(MAIL)).isEqualTo(IN_PLACE);
            giveBacks.delivered();
            giveBacks.ended(MAIL);
        }
    }

    @Test
    void itForgetsTheOldestOfVeryMany() {
        assertThat(giveBacks.met(MAIL)).isEqualTo(IN_PLACE);
        for (int i = 0; i < 1000; i++) {
            assertThat(giveBacks.met(new QueueId(String.format("1%015d", i)))).isEqualTo(IN_PLACE);
        }
        assertThat(giveBacks.met(MAIL)).isEqualTo(IN_PLACE);
    }
}
