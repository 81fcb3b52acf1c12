package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.Settlement.Copy;
import io.backupmx.worker.delivery.RecipientOutcome.Deferred;
import io.backupmx.worker.delivery.RecipientOutcome.Delivered;
import io.backupmx.worker.delivery.RecipientOutcome.Failed;
import io.backupmx.worker.delivery.RecipientOutcome.Postponed;
import io.backupmx.worker.delivery.RecipientOutcome.Untried;
import io.backupmx.worker.report.Wishes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettlementsTest {

    private static final Duration DELAY = Duration.ofMinutes(5);
    private static final List<Duration> DELAYS = List.of(DELAY, DELAY, DELAY, DELAY);
    private static final RecipientOutcome DELIVERED = new Delivered(SmtpReply.of(250, "Ok"), "mx");
    private static final RecipientOutcome DEFERRED = new Deferred("450 later");
    private static final RecipientOutcome FAILED = new Failed("550 no");
    private static final RecipientOutcome UNTRIED = new Untried("down");

    private final Envelope envelope =
            Mails.envelope("a@x.test", "b@x.test", "c@x.test", "d@x.test").withAttempts(3);

    @Test
    void allDeliveredIsDone() {
        assertThat(settle(DELIVERED, DELIVERED, DELIVERED, DELIVERED)).isEqualTo(Settlement.done());
    }

    @Test
    void allUntriedIsGivenBack() {
        assertThat(settle(UNTRIED, UNTRIED, UNTRIED, UNTRIED)).isEqualTo(new Settlement.GiveBack());
    }

    @Test
    void thePostponedWaitEachForItsTimeAndBurnNoAttempt() {
        RecipientOutcome briefly = new Postponed("refused", Duration.ofSeconds(2), true);
        RecipientOutcome longer = new Postponed("silent", Duration.ofSeconds(64), false);
        assertThat(settle(longer, briefly, DELIVERED, briefly))
                .isEqualTo(new Settlement.Replace(List.of(
                        new Copy.Retry(
                                envelope.withRecipients(List.of(
                                        recipient(1).withLastReply("refused"),
                                        recipient(3).withLastReply("refused"))),
                                Duration.ofSeconds(2)),
                        new Copy.Retry(
                                envelope.withRecipients(List.of(recipient(0).withLastReply("silent"))),
                                Duration.ofSeconds(64)))));
    }

    @Test
    void everyKindOfOutcomeGetsItsOwnCopy() {
        assertThat(settle(DELIVERED, DEFERRED, FAILED, UNTRIED))
                .isEqualTo(new Settlement.Replace(List.of(
                        new Copy.Retry(
                                envelope.withRecipients(List.of(recipient(1).withLastReply("450 later")))
                                        .withAttempts(4),
                                DELAY),
                        new Copy.Failed(
                                envelope.withRecipients(List.of(recipient(2).withLastReply("550 no")))
                                        .withAttempts(4)),
                        new Copy.Requeued(envelope.withRecipients(List.of(recipient(3)))))));
    }

    @Test
    void theDeferredWaitEachForItsTimeAndThoseWithTheSameTogether() {
        Duration longer = Duration.ofHours(2);
        assertThat(Settlements.of(
                        envelope,
                        List.of(DEFERRED, DEFERRED, DELIVERED, DEFERRED),
                        List.of(longer, DELAY, DELAY, longer),
                        Wishes.NONE))
                .isEqualTo(new Settlement.Replace(List.of(
                        new Copy.Retry(
                                envelope.withRecipients(List.of(recipient(1).withLastReply("450 later")))
                                        .withAttempts(4),
                                DELAY),
                        new Copy.Retry(
                                envelope.withRecipients(List.of(
                                                recipient(0).withLastReply("450 later"),
                                                recipient(3).withLastReply("450 later")))
                                        .withAttempts(4),
                                longer))));
    }

    @Test
    void untriedBesideDeliveredIsRequeuedWithoutAnAttempt() {
        assertThat(settle(DELIVERED, UNTRIED, DELIVERED, DELIVERED))
                .isEqualTo(new Settlement.Replace(
                        List.of(new Copy.Requeued(envelope.withRecipients(List.of(recipient(1)))))));
    }

    @Test
    void failedRecipientsOfWhomTheSenderMayBeToldWaitForThat() {
        Settlement settlement = Settlements.of(
                envelope, List.of(FAILED, FAILED, DELIVERED, DELIVERED), DELAYS, new WishesFor("a", "none", "none"));
        assertThat(settlement)
                .isEqualTo(new Settlement.Replace(List.of(
                        new Copy.Failed(
                                envelope.withRecipients(List.of(recipient(1).withLastReply("550 no")))
                                        .withAttempts(4)),
                        new Copy.Report(
                                envelope.withRecipients(List.of(recipient(0).withLastReply("550 no")))
                                        .withAttempts(4),
                                ReportKind.FAILED))));
    }

    /** RFC 3461 §5.2.2; a host that was told of the wish reports itself. */
    @Test
    void theSenderHearsOfWhoWentToAHostThatDoesNotReport() {
        RecipientOutcome toldOn = new Delivered(SmtpReply.of(250, "Ok"), "mx", Optional.empty(), true);
        Settlement settlement = Settlements.of(
                envelope, List.of(DELIVERED, toldOn, DELIVERED, DELIVERED), DELAYS, new WishesFor("none", "a", "none"));
        assertThat(settlement)
                .isEqualTo(new Settlement.Replace(List.of(new Copy.Report(
                        envelope.withRecipients(List.of(recipient(0).withLastReply("host mx said: 250 Ok"))),
                        ReportKind.RELAYED))));
        assertThat(Settlements.of(envelope, List.of(toldOn, toldOn, toldOn, toldOn), DELAYS, new WishesFor("", "", "")))
                .isEqualTo(Settlement.done());
    }

    @Test
    void aDelayIsToldOnceAndThatIsRemembered() {
        Settlement settlement = Settlements.of(
                envelope,
                List.of(DEFERRED, DEFERRED, DELIVERED, DELIVERED),
                DELAYS,
                new WishesFor("none", "none", "a"));
        assertThat(settlement)
                .isEqualTo(new Settlement.Replace(List.of(
                        new Copy.Retry(
                                envelope.withRecipients(List.of(
                                                recipient(0).withLastReply("450 later"),
                                                recipient(1).withLastReply("450 later")))
                                        .withAttempts(4)
                                        .withDelayReported(),
                                DELAY),
                        new Copy.Report(
                                envelope.withRecipients(List.of(recipient(0).withLastReply("450 later"))),
                                ReportKind.DELAYED))));
    }

    @Test
    void anEndlessReplyIsCut() {
        Settlement settlement = settle(new Deferred("x".repeat(99_999)), DELIVERED, DELIVERED, DELIVERED);
        assertThat(settlement)
                .isInstanceOfSatisfying(
                        Settlement.Replace.class,
                        replace -> assertThat(replace.copies()
                                        .getFirst()
                                        .envelope()
                                        .recipients()
                                        .getFirst()
                                        .lastReply()
                                        .orElseThrow())
                                .hasSize(1001));
    }

    private Recipient recipient(int index) {
        return envelope.recipients().get(index);
    }

    private Settlement settle(RecipientOutcome... outcomes) {
        return Settlements.of(envelope, List.of(outcomes), DELAYS, Wishes.NONE);
    }

    /** Of recipients whose address begins with this. */
    private record WishesFor(String failed, String relayed, String delayed) implements Wishes {
        @Override
        public boolean ifFailed(Recipient recipient) {
            return recipient.path().address().startsWith(failed);
        }

        @Override
        public boolean ifRelayed(Recipient recipient) {
            return recipient.path().address().startsWith(relayed);
        }

        @Override
        public boolean ifDelayed(Recipient recipient) {
            return recipient.path().address().startsWith(delayed);
        }
    }
}
