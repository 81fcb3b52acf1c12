package io.backupmx.ingress.session;

import static io.backupmx.ingress.session.FilteredIngress.MAIL;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.RspamdConfig.OnFailure;
import io.backupmx.testing.LoopbackServer;
import io.backupmx.testing.RspamdServer;
import io.backupmx.testing.SystemTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the real one says, of contents in memory and on the disk. */
@SystemTest
class RealRspamdIT {

    /** It looks for the mark of test mails in short texts only. */
    private static final String HEAD = """
            C!+: MIME-Version: 1.0\\r\\nContent-Type: multipart/mixed; boundary=b\\r\\n\\r\\n
            C!+: --b\\r\\n\\r\\n%s\\r\\n
            C!+: --b\\r\\nContent-Type: application/octet-stream\\r\\n\\r\\n
            """;

    private static final String FILLER = "C!+: " + "x".repeat(70) + "\\r\\n\n";

    private static TestIngress asking(LoopbackServer rspamd) {
        return FilteredIngress.asking(
                "http://127.0.0.1:" + rspamd.port() + "/checkv2", OnFailure.TEMPFAIL, Duration.ofSeconds(20), _ -> {});
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5000})
    void spamIsRefusedAndTheRestTaken(int lines) {
        try (LoopbackServer rspamd = RspamdServer.create().start();
                TestIngress ingress = asking(rspamd)) {
            String filler = FILLER.repeat(lines);
            ingress.play(MAIL + HEAD.formatted(RspamdServer.SPAM) + filler
                    + "C: .\nS: 554 5.7.1 Message rejected as spam\n");
            assertThat(ingress.spool.mails()).isEmpty();
            ingress.play(MAIL + HEAD.formatted("Hello") + filler + "C: .\nS: 250 2.0.0 *\n");
            assertThat(ingress.spool.only().text()).contains("\r\nHello\r\n").hasSizeGreaterThan(72 * lines);
            ingress.awaitNothingHeld();
        }
    }

    @Test
    void withoutItMailIsPutOff() {
        LoopbackServer rspamd = RspamdServer.create();
        rspamd.close();
        try (TestIngress ingress = asking(rspamd)) {
            ingress.play(MAIL + "C: .\nS: 451 4.7.1 *\n");
            assertThat(ingress.spool.mails()).isEmpty();
        }
    }
}
