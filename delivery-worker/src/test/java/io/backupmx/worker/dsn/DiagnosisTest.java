package io.backupmx.worker.dsn;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.SmtpReply;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiagnosisTest {

    @Test
    void whatAHostSaidIsReadAsItWasWritten() {
        Diagnosis said = Diagnosis.of(
                Diagnosis.said("mx.example.test[192.0.2.1]:25", SmtpReply.of(550, "5.7.1", "host x said: no")),
                Action.FAILED);
        assertThat(said.host()).contains("mx.example.test");
        assertThat(said.reply()).contains("550 5.7.1 host x said: no");
        assertThat(said.status()).hasToString("5.7.1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            host mx[192.0.2.1]:25 said: 550 no                              | 5.0.0 | mx
            host mx said: 451 4.3.2 later                                   | 4.3.2 | mx
            given up after 30d: host mx[::1]:25 said: 450 4.2.0 grey        | 4.2.0 | mx
            given up after 30d: connect to mx: Connection refused           | 4.4.7 | ''
            556 5.1.10 domain x.test takes no mail (null MX)                | 5.1.10 | ''
            5.6.7 the mail needs SMTPUTF8, which host mx does not offer     | 5.6.7 | ''
            anything else                                                   | 5.0.0 | ''
            """)
    void everyLineHasAStatus(String line, String status, String host) {
        Diagnosis diagnosis = Diagnosis.of(line, Action.FAILED);
        assertThat(diagnosis.status()).hasToString(status);
        assertThat(diagnosis.host()).isEqualTo(host.isEmpty() ? Optional.empty() : Optional.of(host));
    }

    @Test
    void aDelayWithoutAReplyIsNoAnswer() {
        String unsafe = "5.7.30 the mail demands TLS on all its way (REQUIRETLS), which host mx does not offer";
        assertThat(Diagnosis.of(unsafe, Action.DELAYED).status()).isEqualTo(new EnhancedStatus(4, 7, 30));
        assertThat(Diagnosis.of("given up after 30d: " + unsafe, Action.FAILED).status())
                .isEqualTo(new EnhancedStatus(5, 7, 30));
        assertThat(Diagnosis.of("connect to mx: timed out", Action.DELAYED).status())
                .hasToString("4.4.1");
    }
}
