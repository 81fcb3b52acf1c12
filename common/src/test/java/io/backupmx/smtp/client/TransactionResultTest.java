package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.SmtpReply;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TransactionResultTest {

    private static final Optional<SmtpReply> OK = Optional.of(SmtpReply.of(250, "Ok"));
    private static final Optional<SmtpReply> GO_ON = Optional.of(SmtpReply.of(354, "Go on"));
    private static final Optional<SmtpReply> REFUSED = Optional.of(SmtpReply.of(550, "No"));
    private static final Optional<SmtpReply> NOT_NOW = Optional.of(SmtpReply.of(450, "Later"));
    private static final Optional<SmtpReply> NOTHING = Optional.empty();

    @Test
    void theReplyToTheContentDecidesForThoseAccepted() {
        TransactionResult result = result(OK, List.of(OK, REFUSED, NOT_NOW), GO_ON, OK);
        assertThat(result.answerTo(0)).isEqualTo(OK);
        assertThat(result.answerTo(1)).isEqualTo(REFUSED);
        assertThat(result.answerTo(2)).isEqualTo(NOT_NOW);
    }

    @Test
    void aRefusedSenderDecidesForAll() {
        assertThat(result(REFUSED, List.of(OK), NOTHING, NOTHING).answerTo(0)).isEqualTo(REFUSED);
        assertThat(result(REFUSED, List.of(NOTHING), NOTHING, NOTHING).answerTo(0))
                .isEqualTo(REFUSED);
    }

    @Test
    void refusedDataDecidesForThoseAccepted() {
        TransactionResult result = result(OK, List.of(OK, REFUSED), NOT_NOW, NOTHING);
        assertThat(result.answerTo(0)).isEqualTo(NOT_NOW);
        assertThat(result.answerTo(1)).isEqualTo(REFUSED);
    }

    @Test
    void whereTheLossCameFirstThereIsNoAnswer() {
        assertThat(result(NOTHING, List.of(NOTHING), NOTHING, NOTHING).answerTo(0))
                .isEmpty();
        assertThat(result(OK, List.of(OK, NOTHING), NOTHING, NOTHING).answerTo(0))
                .isEmpty();
        assertThat(result(OK, List.of(OK), GO_ON, NOTHING).answerTo(0)).isEmpty();
    }

    @Test
    void aPositiveReplyToDataIsNoDelivery() {
        assertThat(result(OK, List.of(OK), OK, NOTHING).answerTo(0)).isEmpty();
    }

    private static TransactionResult result(
            Optional<SmtpReply> mail,
            List<Optional<SmtpReply>> recipients,
            Optional<SmtpReply> data,
            Optional<SmtpReply> content) {
        return new TransactionResult(mail, recipients, data, content, Optional.empty());
    }
}
