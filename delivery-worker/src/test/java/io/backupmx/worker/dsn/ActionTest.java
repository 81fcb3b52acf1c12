package io.backupmx.worker.dsn;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Recipient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 3461 §4.1. */
class ActionTest {

    @ParameterizedTest
    @CsvSource({
        "'', true, true, false",
        "NEVER, false, false, false",
        "FAILURE, true, false, false",
        "'failure,Delay', true, true, false",
        "SUCCESS, false, false, true",
        "'SUCCESS,FAILURE,DELAY', true, true, true"
    })
    void theSenderHearsWhatItAskedFor(String notify, boolean failed, boolean delayed, boolean relayed) {
        Recipient recipient =
                notify.isEmpty() ? Samples.recipient("b@example.test") : Samples.notifiedOf(notify, "b@example.test");
        assertThat(Action.FAILED.isWantedFor(recipient)).isEqualTo(failed);
        assertThat(Action.DELAYED.isWantedFor(recipient)).isEqualTo(delayed);
        assertThat(Action.RELAYED.isWantedFor(recipient)).isEqualTo(relayed);
    }
}
