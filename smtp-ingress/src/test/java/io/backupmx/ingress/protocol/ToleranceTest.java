package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.Tolerance.Excess;
import org.junit.jupiter.api.Test;

class ToleranceTest {

    private static final int MAX_ERRORS = IngressConfig.DEFAULT.maxErrors();
    private static final int MAX_RECIPIENTS = IngressConfig.DEFAULT.maxRecipients();
    private static final int MAX_COMMANDS = Tolerance.SPARE_COMMANDS + 2 * MAX_RECIPIENTS;

    private final Tolerance tolerance = new Tolerance(IngressConfig.DEFAULT);

    @Test
    void errorsAndRefusedMailsCountTogether() {
        times(MAX_ERRORS - 2, () -> tolerance.onReply(Replies.UNKNOWN_COMMAND));
        tolerance.onReply(Replies.OK);
        tolerance.onRefusal(Refusal.SPOOL_FULL);
        assertThat(tolerance.exceeded()).isEmpty();
        tolerance.onRefusal(Refusal.UNKNOWN_USER);
        assertThat(tolerance.exceeded()).contains(Excess.ERRORS);
    }

    @Test
    void asManyRecipientsAsAMailMayHaveMayBeToldToComeAgain() {
        times(MAX_RECIPIENTS, () -> tolerance.onRefusal(Refusal.TOO_MANY_RECIPIENTS));
        assertThat(tolerance.exceeded()).isEmpty();
        tolerance.onRefusal(Refusal.LOOKUP_FAILED);
        assertThat(tolerance.exceeded()).contains(Excess.ERRORS);
    }

    @Test
    void commandsAreLimited() {
        times(MAX_COMMANDS, tolerance::onCommand);
        assertThat(tolerance.exceeded()).isEmpty();
        tolerance.onCommand();
        assertThat(tolerance.exceeded()).contains(Excess.COMMANDS);
    }

    @Test
    void aMailThatIsTakenMakesUpForAll() {
        times(MAX_ERRORS - 1, () -> tolerance.onReply(Replies.UNKNOWN_COMMAND));
        times(MAX_RECIPIENTS, () -> tolerance.onRefusal(Refusal.TOO_MANY_RECIPIENTS));
        times(MAX_COMMANDS, tolerance::onCommand);
        tolerance.onMailTaken();
        tolerance.onReply(Replies.UNKNOWN_COMMAND);
        tolerance.onRefusal(Refusal.TOO_MANY_RECIPIENTS);
        tolerance.onCommand();
        assertThat(tolerance.exceeded()).isEmpty();
    }

    @Test
    void whoIsTrustedMayErrButNotWithoutEnd() {
        Tolerance trusting = Tolerance.ofTrusted(IngressConfig.DEFAULT);
        times(10 * MAX_ERRORS, () -> trusting.onRefusal(Refusal.UNKNOWN_USER));
        times(2 * MAX_RECIPIENTS, () -> trusting.onRefusal(Refusal.LOOKUP_FAILED));
        times(MAX_COMMANDS, trusting::onCommand);
        assertThat(trusting.exceeded()).isEmpty();
        trusting.onCommand();
        assertThat(trusting.exceeded()).contains(Excess.COMMANDS);
    }

    private static void times(int count, Runnable action) {
        for (int i = 0; i < count; i++) {
            action.run();
        }
    }
}
