package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.SmtpReply;
import io.backupmx.smtp.client.Loss;
import io.backupmx.smtp.client.Loss.Cause;
import io.backupmx.smtp.client.Loss.Phase;
import io.backupmx.smtp.client.TransactionResult;
import io.backupmx.worker.delivery.RecipientOutcome.Deferred;
import io.backupmx.worker.delivery.RecipientOutcome.Delivered;
import io.backupmx.worker.delivery.RecipientOutcome.Failed;
import io.backupmx.worker.delivery.RecipientOutcome.Untried;
import io.backupmx.worker.retry.RetrySchedule.Next;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OutcomesTest {

    private static final String HOST = "mx.example[192.0.2.9]:25";
    private static final Circumstances FIRST = new Circumstances(false, false, false);
    private static final Circumstances SECOND = new Circumstances(true, false, false);
    private static final Circumstances SUSPECT = new Circumstances(true, true, true);
    private static final Circumstances ROUTE_AT_FAULT = new Circumstances(false, false, true);

    @Test
    void everyRecipientHasItsOwnOutcome() {
        TransactionResult result = replies("250", List.of("250", "450", "550"), "354", "250");
        assertThat(kinds(result, FIRST)).containsExactly("Delivered", "Deferred", "Failed");
    }

    @ParameterizedTest
    @CsvSource({"250,Delivered", "450,Deferred", "421,Deferred", "550,Failed", "354,Deferred"})
    void theReplyToTheContentDecidesForTheAccepted(String content, String kind) {
        assertThat(kinds(replies("250", List.of("250", "251"), "354", content), FIRST))
                .containsExactly(kind, kind);
    }

    @ParameterizedTest
    @CsvSource({"451,Deferred", "550,Failed", "354,Deferred"})
    void aRefusedSenderDecidesForAll(String mail, String kind) {
        assertThat(kinds(replies(mail, List.of("503", ""), "503", ""), FIRST)).containsExactly(kind, kind);
    }

    @ParameterizedTest
    @CsvSource({"451,Deferred", "554,Failed"})
    void refusedDataDecidesForTheAccepted(String data, String kind) {
        assertThat(kinds(replies("250", List.of("250", "450"), data, ""), FIRST))
                .containsExactly(kind, "Deferred");
    }

    @Test
    void aDeliveryNamesReplyAndHost() {
        assertThat(Outcomes.judge(replies("250", List.of("250"), "354", "250"), HOST, FIRST))
                .containsExactly(Optional.of(new Delivered(SmtpReply.of(250, "x"), HOST)));
    }

    @Test
    void aRefusalIsQuotedInFull() {
        assertThat(Outcomes.judge(replies("250", List.of("550 5.1.1"), "554", ""), HOST, FIRST))
                .containsExactly(Optional.of(new Failed("host " + HOST + " said: 550 5.1.1 x")));
    }

    @Test
    void fiveFiveTwoToRcptMeansTooManyUnlessItsStatusDiffers() {
        assertThat(kinds(replies("250", List.of("552", "552 5.5.3", "552 5.2.2"), "554", ""), FIRST))
                .containsExactly("Deferred", "Deferred", "Failed");
        assertThat(kinds(replies("250", List.of("250"), "354", "552"), FIRST)).containsExactly("Failed");
        assertThat(kinds(replies("552", List.of("503"), "503", ""), FIRST)).containsExactly("Failed");
    }

    /** RFC 4954 §6, RFC 3207 §4: it wants a password or TLS of us. */
    @ParameterizedTest
    @CsvSource({"530", "534", "538", "530 5.7.0", "538 5.7.11"})
    void whatIsAboutUsIsNoRefusalOfTheMail(String reply) {
        assertThat(kinds(replies(reply, List.of("503", "503"), "503", ""), FIRST))
                .containsExactly("Deferred", "Deferred");
        assertThat(kinds(replies("250", List.of("250", reply), "354", "250"), FIRST))
                .containsExactly("Delivered", "Deferred");
        assertThat(kinds(replies("250", List.of("250"), reply, ""), FIRST)).containsExactly("Deferred");
        assertThat(kinds(replies("250", List.of("250"), "354", reply), FIRST)).containsExactly("Failed");
        assertThat(kinds(replies("534 5.3.4", List.of("503"), "503", ""), FIRST))
                .containsExactly("Failed");
    }

    @Test
    void oneTooManyIsTriedAgainAtOnceWhenTheOthersWentThrough() {
        assertThat(kinds(replies("250", List.of("250", "452", "552", "452 4.5.3", "452 4.2.2"), "354", "250"), FIRST))
                .containsExactly("Delivered", "again", "again", "again", "Deferred");
        assertThat(kinds(replies("250", List.of("250", "452"), "354", "451"), FIRST))
                .containsExactly("Deferred", "Deferred");
    }

    @Test
    void anUnansweredFinalDotIsADeferral() {
        for (Cause cause : Cause.values()) {
            for (Circumstances circumstances : List.of(FIRST, SECOND, SUSPECT, ROUTE_AT_FAULT)) {
                assertThat(kinds(lost(Phase.AFTER_DOT, cause, "250", List.of("250", "550"), "354"), circumstances))
                        .containsExactly("Deferred", "Failed");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSED", "TIMED_OUT", "GARBAGE", "SERVICE_CLOSING"})
    void aLostContentIsTheMailsUnlessTheGateBlamesTheRoute(Cause cause) {
        TransactionResult result = lost(Phase.IN_CONTENT, cause, "250", List.of("250"), "354");
        assertThat(kinds(result, FIRST)).containsExactly("Deferred");
        assertThat(kinds(result, ROUTE_AT_FAULT)).containsExactly("Untried");
        assertThat(kinds(result, SUSPECT)).containsExactly("Deferred");
        assertThat(Outcomes.signal(result, false)).isInstanceOf(RouteSignal.ContentLost.class);
    }

    @Test
    void whatWeStopOurselvesIsUntried() {
        assertThat(kinds(lost(Phase.IN_CONTENT, Cause.ABORTED, "250", List.of("250"), "354"), FIRST))
                .containsExactly("Untried");
        TransactionResult before = lost(Phase.BEFORE_CONTENT, Cause.ABORTED, "", List.of(""), "");
        assertThat(kinds(before, SECOND)).containsExactly("Untried");
        assertThat(Outcomes.signal(before, true)).isEqualTo(new RouteSignal.Nothing());
    }

    @Test
    void aContentThatWeCannotReadIsADeferral() {
        TransactionResult result = lost(Phase.IN_CONTENT, Cause.CONTENT_UNREADABLE, "250", List.of("250"), "354");
        assertThat(kinds(result, ROUTE_AT_FAULT)).containsExactly("Deferred");
        assertThat(Outcomes.signal(result, false)).isEqualTo(new RouteSignal.Nothing());
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSED", "GARBAGE", "SERVICE_CLOSING"})
    void aConnectionLostBeforeTheContentIsReplacedOnce(Cause cause) {
        TransactionResult result = lost(Phase.BEFORE_CONTENT, cause, "250", List.of("550", "450", "250", ""), "");
        assertThat(kinds(result, FIRST)).containsExactly("Failed", "Deferred", "again", "again");
        assertThat(kinds(result, SECOND)).containsExactly("Failed", "Deferred", "Deferred", "Deferred");
        assertThat(Outcomes.signal(result, false)).isEqualTo(new RouteSignal.Nothing());
    }

    @Test
    void aTimeoutBeforeTheContentIsTheRoutesTrouble() {
        TransactionResult result = lost(Phase.BEFORE_CONTENT, Cause.TIMED_OUT, "250", List.of("550", ""), "");
        assertThat(kinds(result, FIRST)).containsExactly("Failed", "Untried");
        assertThat(kinds(result, SUSPECT)).containsExactly("Failed", "Deferred");
        assertThat(Outcomes.signal(result, false)).isInstanceOf(RouteSignal.Trouble.class);
    }

    @Test
    void closingInPlaceOfAnAnswerToMailIsTheRoutesTroubleAtTheSecondTry() {
        TransactionResult result = lost(Phase.BEFORE_CONTENT, Cause.SERVICE_CLOSING, "421", List.of(""), "");
        assertThat(kinds(result, FIRST)).containsExactly("again");
        assertThat(kinds(result, SECOND)).containsExactly("Untried");
        assertThat(kinds(result, SUSPECT)).containsExactly("Deferred");
        assertThat(Outcomes.signal(result, false)).isEqualTo(new RouteSignal.Nothing());
        assertThat(Outcomes.signal(result, true)).isInstanceOf(RouteSignal.Trouble.class);
    }

    @Test
    void closingInPlaceOfAnAnswerToARecipientIsNoAnswer() {
        TransactionResult result =
                lost(Phase.BEFORE_CONTENT, Cause.SERVICE_CLOSING, "250", List.of("250", "421", ""), "");
        assertThat(kinds(result, FIRST)).containsExactly("again", "again", "again");
        assertThat(kinds(result, SECOND)).containsExactly("Deferred", "Deferred", "Deferred");
    }

    @Test
    void onlyATakenMailSaysThatTheRouteIsWell() {
        assertThat(Outcomes.signal(replies("250", List.of("250"), "354", "250"), false))
                .isEqualTo(new RouteSignal.Well());
        assertThat(Outcomes.signal(replies("250", List.of("250"), "354", "550"), false))
                .isEqualTo(new RouteSignal.Nothing());
        assertThat(Outcomes.signal(replies("250", List.of("550"), "554", ""), false))
                .isEqualTo(new RouteSignal.Nothing());
    }

    @Test
    void expiryEndsTheDeferredOnlyAndOfThoseWhoHaveHadTheirTime() {
        Delivered delivered = new Delivered(SmtpReply.of(250, "x"), HOST);
        Next over = new Next.Expired(Duration.ofDays(30), Duration.ofHours(1));
        assertThat(Outcomes.expired(
                        List.of(
                                delivered,
                                new Deferred("busy"),
                                new Failed("no"),
                                new Untried("down"),
                                new Deferred("young")),
                        List.of(over, over, over, over, new Next.Retry(Duration.ofHours(1)))))
                .containsExactly(
                        delivered,
                        new Failed("given up after 30d: busy"),
                        new Failed("no"),
                        new Untried("down"),
                        new Deferred("young"));
    }

    private static List<String> kinds(TransactionResult result, Circumstances circumstances) {
        return Outcomes.judge(result, HOST, circumstances).stream()
                .map(outcome -> outcome.map(o -> o.getClass().getSimpleName()).orElse("again"))
                .toList();
    }

    private static TransactionResult replies(String mail, List<String> recipients, String data, String content) {
        return result(mail, recipients, data, content, Optional.empty());
    }

    private static TransactionResult lost(Phase phase, Cause cause, String mail, List<String> recipients, String data) {
        return result(mail, recipients, data, "", Optional.of(new Loss(phase, cause, "lost")));
    }

    private static TransactionResult result(
            String mail, List<String> recipients, String data, String content, Optional<Loss> loss) {
        List<Optional<SmtpReply>> replies = new ArrayList<>();
        recipients.forEach(text -> replies.add(reply(text)));
        return new TransactionResult(reply(mail), replies, reply(data), reply(content), loss);
    }

    /** "550 5.1.1", "550", or nothing. */
    private static Optional<SmtpReply> reply(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        int code = Integer.parseInt(text.substring(0, 3));
        return Optional.of(text.length() == 3 ? SmtpReply.of(code, "x") : SmtpReply.of(code, text.substring(4), "x"));
    }
}
