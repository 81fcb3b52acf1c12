package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.smtp.client.TransactionResult;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsTest {

    private static final SmtpReply OK = SmtpReply.of(250, "Ok");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "550 5.1.1 <a@x.test>: Recipient address rejected: User unknown", // Postfix
                "550 Unrouteable address", // Exim
                "550 No such user here",
                "550 5.2.1 Mailbox disabled",
                "554 5.7.1 <a@x.test>: Relay access denied", // Postfix
                "550 relay not permitted", // Exim
                "550 5.0.0 Cannot relay.",
                "550 5.0.0 Nobody",
                "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", // Exchange
                "550 5.4.4 Unable to route",
                "553 5.3.5 System config error",
                "500 What?"
            })
    void aNextHopWithoutItsTablesRefusesRecipients(String reply) {
        assertThat(isOfRecipient(OK, reply)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "554 5.7.1 Service unavailable; blocked using dnsbl.example", // Postfix
                "550 5.7.23 SPF validation failed",
                "550 5.1.8 <b@y.test>: Sender address rejected: Domain not found", // Postfix
                "553 5.1.7 Bad sender address",
                "550 Sender verify failed", // Exim
                "550 Administrative prohibition", // Exim
                "550 5.0.0 Sender refused",
                "550 5.1.8 <x@relay.invalid>: Sender address rejected: Domain not found",
                "554 5.7.1 Service unavailable; blocked using relays.dnsbl.example",
                "552 5.2.2 Mailbox full",
                "552 5.3.4 Message size exceeds fixed limit",
                "550 5.6.7 SMTPUTF8 needed",
                "450 4.1.1 Later",
                "250 Ok"
            })
    void otherRefusalsAreTheMailsOwn(String reply) {
        assertThat(isOfRecipient(OK, reply)).isFalse();
    }

    @Test
    @Timeout(10)
    void aReplyOfAnyFormIsReadInNoTime() {
        assertThat(isOfRecipient(OK, "550 " + "x".repeat(300_000))).isTrue();
        assertThat(isOfRecipient(OK, "550 " + "<".repeat(300_000))).isTrue();
        assertThat(isOfRecipient(OK, "550 " + "x".repeat(300_000) + "@relay.test"))
                .isTrue();
    }

    @Test
    void whatIsSaidToMailOrToTheContentIsTheMailsOwn() {
        SmtpReply no = SmtpReply.of(550, "No");
        assertThat(isOfRecipient(no, "550 No")).isFalse();
        TransactionResult refusedContent = new TransactionResult(
                Optional.of(OK),
                List.of(Optional.of(OK)),
                Optional.of(SmtpReply.of(354, "Go on")),
                Optional.of(no),
                Optional.empty());
        assertThat(Refusals.isOfRecipient(0, refusedContent)).isFalse();
    }

    private static boolean isOfRecipient(SmtpReply mail, String reply) {
        return Refusals.isOfRecipient(
                0,
                new TransactionResult(
                        Optional.of(mail),
                        List.of(Optional.of(parsed(reply))),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    private static SmtpReply parsed(String reply) {
        int code = Integer.parseInt(reply.substring(0, 3));
        String text = reply.substring(4);
        Optional<EnhancedStatus> status = EnhancedStatus.parse(text.split(" ", 2)[0]);
        return new SmtpReply(code, status, List.of(status.isPresent() ? text.split(" ", 2)[1] : text));
    }
}
