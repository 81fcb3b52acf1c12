package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.protocol.SessionState.ChunksRefused;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.ReceivingChunk;
import io.backupmx.ingress.protocol.SessionState.ReceivingContent;
import io.backupmx.ingress.protocol.SessionState.SkippingChunk;
import io.backupmx.ingress.protocol.SessionState.Storing;
import io.backupmx.mail.QueueId;
import io.backupmx.spool.SpoolException.Kind;
import io.backupmx.spool.SpoolWriter.Room;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is in a mail, and whether it is taken. */
class ContentStepsTest extends MachineFixture {

    @Test
    void aSpoolWithoutRoomIsSaidAtData() {
        assertStep(
                machine.onCommand(MAIL_FOR_ALICE, new Command.Data(), Room.FULL),
                MAIL_FOR_ALICE,
                "452 4.3.1 Insufficient system storage, try again later");
        assertStep(
                machine.onCommand(MAIL_FOR_ALICE, new Command.Data(), Room.UNAVAILABLE),
                MAIL_FOR_ALICE,
                "451 4.3.0 Queue unavailable, try again later");
    }

    @Test
    void dataOutOfOrderIsRefused() {
        assertStep(say(CONNECTED, "DATA"), CONNECTED, "503 5.5.1 Need MAIL first");
        assertStep(say(GREETED, "DATA"), GREETED, "503 5.5.1 Need MAIL first");
        assertStep(say(MAIL, "DATA"), MAIL, "503 5.5.1 Need RCPT first");
    }

    @Test
    void dataIsRefusedWhenEveryRecipientWas() {
        assertStep(say(MAIL.withRefused(), "DATA"), MAIL.withRefused(), "554 5.5.1 No valid recipients");
    }

    @Test
    void dataAsksForTheContent() {
        Step step = say(MAIL_FOR_ALICE.withRefused(), "DATA");
        assertThat(step.next()).isEqualTo(new ReceivingContent(MAIL_FOR_ALICE.withRefused()));
        assertThat(said(step)).isEqualTo("354 End data with <CR><LF>.<CR><LF>");
        assertThat(step.effects()).last().isEqualTo(new Effect.ReceiveContent());
    }

    @Test
    void aCompleteContentIsStoredBeforeAnythingIsSaid() {
        assertThat(machine.onContentComplete(new ReceivingContent(MAIL_FOR_ALICE)))
                .isEqualTo(new Step(new Storing(MAIL_FOR_ALICE), List.of(new Effect.Store())));
    }

    @Test
    void aStoredMailIsAcknowledgedByItsName() {
        assertStep(
                machine.onStored(new Storing(MAIL_FOR_ALICE), new QueueId("0123456789ABCDEF")),
                GREETED,
                "250 2.0.0 Ok: queued as 0123456789ABCDEF");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    FULL        | SPOOL_FULL        | 452 4.3.1 Insufficient system storage, try again later
                    UNAVAILABLE | SPOOL_UNAVAILABLE | 451 4.3.0 Queue unavailable, try again later
                    """)
    void aMailThatWasNotStoredStaysTheClients(Kind kind, Refusal reason, String reply) {
        Step step = machine.onStoreFailed(new Storing(MAIL_FOR_ALICE), kind);
        assertStep(step, GREETED, reply);
        assertRefusal(step, reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    TOO_LARGE             | TOO_LARGE                     | 552 5.3.4 Message size exceeds limit
                    TOO_LARGE_FOR_PRIMARY | CONTENT_TOO_LARGE_FOR_PRIMARY | 552 5.3.4 Message size exceeds the limit of the primary server
                    BARE_LINE_END         | BARE_LINE_END                 | 550 5.6.11 Bare <CR> or <LF> in content
                    TOO_MANY_HOPS         | TOO_MANY_HOPS                 | 554 5.4.6 Too many hops, mail is looping
                    NO_ROOM               | NO_ROOM                       | 452 4.3.1 Insufficient system storage, try again later
                    """)
    void aRefusedContentEndsTheTransaction(ContentFlaw flaw, Refusal reason, String reply) {
        Step step = machine.onContentRefused(new ReceivingContent(MAIL_FOR_ALICE), flaw);
        assertStep(step, GREETED, reply);
        assertRefusal(step, reason);
    }

    /** RFC 3030 §2: the chunks that the client has sent behind it are refused as it was. */
    @Test
    void aRefusedChunkEndsTheTransactionAndThoseBehindItAreAnsweredAsIt() {
        String reply = "552 5.3.4 Message size exceeds the limit of the primary server";
        Step step = machine.onContentRefused(
                new ReceivingChunk(MAIL_FOR_ALICE, 5, false), ContentFlaw.TOO_LARGE_FOR_PRIMARY);
        assertStep(step, new ChunksRefused(GREETED, Replies.TOO_LARGE_FOR_PRIMARY, 5), reply);
        assertRefusal(step, Refusal.CONTENT_TOO_LARGE_FOR_PRIMARY);
        SkippingChunk skipping =
                (SkippingChunk) say((Listening) step.next(), "BDAT 3 LAST").next();
        assertStep(machine.onChunkSkipped(skipping), GREETED, reply);
    }

    @Test
    void aFloodEndsTheSession() {
        Step step = machine.onContentRefused(new ReceivingContent(MAIL_FOR_ALICE), ContentFlaw.FLOOD);
        assertClosing(step, "421 4.3.4 mx2.example.net Message far too large, closing connection", Effect.Ending.FLOOD);
        assertRefusal(step, Refusal.TOO_LARGE);
    }
}
