package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig.Spf;
import io.backupmx.config.RspamdConfig;
import io.backupmx.config.RspamdConfig.OnFailure;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuestionsTest {

    @Test
    void aStopWaitsForWhatIsAsked() {
        Tuning tuning = new Tuning();
        assertThat(Questions.time(tuning.config())).isEqualTo(Duration.ZERO);
        tuning.spf = Spf.RECORD;
        assertThat(Questions.time(tuning.config())).isEqualTo(Duration.ofSeconds(5));
        tuning.rspamd = new RspamdConfig(
                Optional.of("http://127.0.0.1:11333"), Duration.ofMinutes(2), OnFailure.ACCEPT, 1 << 20);
        assertThat(Questions.time(tuning.config())).isEqualTo(Duration.ofSeconds(125));
    }
}
