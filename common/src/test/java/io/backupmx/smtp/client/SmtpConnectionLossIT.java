package io.backupmx.smtp.client;

import static io.backupmx.testing.Behaviour.afterOctets;
import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.garbage;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.reset;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.testing.Behaviour.stall;
import static io.backupmx.testing.Moment.first;
import static io.backupmx.testing.Phase.CONTENT;
import static io.backupmx.testing.Phase.DATA;
import static io.backupmx.testing.Phase.DOT;
import static io.backupmx.testing.Phase.MAIL;
import static io.backupmx.testing.Phase.RCPT;
import static io.backupmx.testing.Phase.RSET;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Content;
import io.backupmx.testing.Behaviour;
import io.backupmx.testing.Moment;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpConnectionLossIT extends SmtpClientFixture {

    @ParameterizedTest
    @CsvSource({"MAIL,true", "RCPT,true", "DATA,true", "MAIL,false", "RCPT,false", "DATA,false"})
    void closingServiceBeforeTheContentIsALoss(Phase phase, boolean pipelining) {
        primary.play(script(pipelining).on(phase, sayAndClose("421 4.3.2 Bye")));
        assertLost(connected().send(mail("a@x.test")), Loss.Phase.BEFORE_CONTENT, Loss.Cause.SERVICE_CLOSING);
        assertThat(primary.attempts()).isEmpty();
    }

    /** So OpenSMTPD says that this connection has had its mails; it would answer every further one so. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionThatHasTakenItsMailsIsLost(boolean pipelining) {
        primary.play(script(pipelining).on(MAIL, Moment.transaction(2), say("452 4.5.3 Too many messages sent")));
        SmtpConnection connection = connected();
        assertThat(codes(connection.send(mail("a@x.test")))).containsExactly(250);
        assertLost(connection.send(mail("a@x.test")), Loss.Phase.BEFORE_CONTENT, Loss.Cause.SERVICE_CLOSING);
        assertThat(connection.isUsable()).isFalse();
    }

    @Test
    void theSameToTheFirstMailIsAnAnswer() {
        primary.play(Script.acceptAll().on(MAIL, say("452 4.5.3 Too many messages sent")));
        SmtpConnection connection = connected();
        assertThat(codes(connection.send(mail("a@x.test")))).containsExactly(452);
        assertThat(connection.isUsable()).isTrue();
    }

    @Test
    void closingServiceAfterTheContentIsAnAnswer() {
        primary.play(Script.acceptAll().on(DOT, sayAndClose("421 4.3.2 Bye")));
        SmtpConnection connection = connected();
        assertThat(codes(connection.send(mail("a@x.test")))).containsExactly(421);
        assertThat(connection.isUsable()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"MAIL", "RCPT", "DATA"})
    void silenceCloseResetAndGarbageBeforeTheContentAreLosses(Phase phase) {
        assertLost(phase, hang(), Loss.Phase.BEFORE_CONTENT, Loss.Cause.TIMED_OUT);
        assertLost(phase, close(), Loss.Phase.BEFORE_CONTENT, Loss.Cause.CLOSED);
        assertLost(phase, reset(), Loss.Phase.BEFORE_CONTENT, Loss.Cause.CLOSED);
        assertLost(phase, garbage("what?\r\n".getBytes(ISO_8859_1)), Loss.Phase.BEFORE_CONTENT, Loss.Cause.GARBAGE);
    }

    @Test
    void silenceCloseResetAndGarbageAfterTheDotAreLosses() {
        assertLost(DOT, hang(), Loss.Phase.AFTER_DOT, Loss.Cause.TIMED_OUT);
        assertLost(DOT, close(), Loss.Phase.AFTER_DOT, Loss.Cause.CLOSED);
        assertLost(DOT, reset(), Loss.Phase.AFTER_DOT, Loss.Cause.CLOSED);
        assertLost(DOT, garbage("what?\r\n".getBytes(ISO_8859_1)), Loss.Phase.AFTER_DOT, Loss.Cause.GARBAGE);
    }

    @Test
    void aSecondReplyToDataIsNotTakenForTheReplyToTheContent() {
        // 250 in place of 354: whatever it means, nothing was sent and nothing is delivered.
        primary.play(Script.acceptAll().on(DATA, say("250 2.0.0 Ok")));
        TransactionResult result = connected().send(mail("a@x.test"));
        assertLost(result, Loss.Phase.BEFORE_CONTENT, Loss.Cause.GARBAGE);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void closedWithinALargeContentIsALossBeforeTheDot(boolean inMemory) {
        primary.play(Script.acceptAll().on(CONTENT, afterOctets(100_000, reset())));
        TransactionResult result = connected().send(large(inMemory));
        assertLost(result, Loss.Phase.IN_CONTENT, Loss.Cause.CLOSED);
        assertThat(primary.awaitAttempts(1, LONG).getFirst().complete()).isFalse();
    }

    @Test
    void aPeerThatStopsReadingIsALossBeforeTheDot() {
        primary.play(Script.acceptAll().on(CONTENT, afterOctets(1000, stall())));
        assertLost(connected().send(large(false)), Loss.Phase.IN_CONTENT, Loss.Cause.TIMED_OUT);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aPeerThatReadsOnAfterTheLossNeverSeesTheDot(boolean abort) throws Exception {
        // A header of many megabytes makes one write that no system takes at once; the dot is at its end.
        Transaction large = headedBy("X-Long: header\r\n".repeat(1_000_000));
        try (PausingPeer peer = new PausingPeer()) {
            SmtpConnection connection = connected(peer.port());
            if (abort) {
                Thread.startVirtualThread(() -> {
                    peer.awaitPause();
                    connection.abort();
                });
            }
            assertLost(
                    connection.send(large), Loss.Phase.IN_CONTENT, abort ? Loss.Cause.ABORTED : Loss.Cause.TIMED_OUT);
            assertThat(peer.readOn(LONG)).isNotEmpty().doesNotContain("\r\n.\r\n");
        }
    }

    @Test
    void aRefusalWithinTheContentIsTheAnswer() {
        primary.play(Script.acceptAll().on(CONTENT, afterOctets(1000, sayAndClose("552 5.3.4 Too big"))));
        SmtpConnection connection = connected();
        // Whether the reply or the broken pipe is seen first is the network's choice; neither may deliver.
        TransactionResult result = connection.send(large(false));
        assertThat(result.loss()).isPresent();
        result.answerTo(0).ifPresent(answer -> assertThat(answer.code()).isEqualTo(552));
        assertThat(connection.isUsable()).isFalse();
    }

    @Test
    void aContentThatCannotBeReadIsNeverEnded() {
        Content broken = new StreamedContent(200_000) {
            @Override
            public InputStream open() {
                InputStream start =
                        new ByteArrayInputStream("Subject: x\r\n".repeat(9000).getBytes(ISO_8859_1));
                InputStream end = new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("disk gone");
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        throw new IOException("disk gone");
                    }
                };
                return new SequenceInputStream(start, end);
            }
        };
        TransactionResult result = connected().send(transaction(broken, "a@x.test"));
        assertLost(result, Loss.Phase.IN_CONTENT, Loss.Cause.CONTENT_UNREADABLE);
        assertThat(primary.awaitAttempts(1, LONG).getFirst().complete()).isFalse();
    }

    @Test
    void aContentShorterThanItSaysIsNeverEnded() {
        Content cut = new StreamedContent(200_000) {
            @Override
            public InputStream open() {
                return new ByteArrayInputStream("Subject: x\r\n".getBytes(ISO_8859_1));
            }
        };
        TransactionResult result = connected().send(transaction(cut, "a@x.test"));
        assertThat(result.loss())
                .hasValueSatisfying(loss -> assertThat(loss.cause()).isEqualTo(Loss.Cause.CONTENT_UNREADABLE));
        primary.awaitIdle(LONG);
        assertThat(primary.mails()).isEmpty();
    }

    @Test
    void abortEndsATransactionInProgress() throws Exception {
        try (CannedPeer peer = new CannedPeer(List.of("220 hi", "250 hi", "", ""))) {
            SmtpConnection connection = connected(peer.port());
            Thread aborter = Thread.startVirtualThread(() -> {
                while (!peer.lines().contains("MAIL FROM:<s@client.example>")) {
                    Thread.onSpinWait();
                }
                connection.abort();
            });
            assertLost(connection.send(mail("a@x.test")), Loss.Phase.BEFORE_CONTENT, Loss.Cause.ABORTED);
            aborter.join();
        }
    }

    @Test
    void aConnectionThatThePeerEndedWhileItRestedIsNotUsable() {
        SmtpConnection connection = connected();
        primary.stop();
        Awaitility.await().atMost(LONG).until(() -> !connection.isUsable());
        assertLost(connection.send(mail("a@x.test")), Loss.Phase.BEFORE_CONTENT, Loss.Cause.CLOSED);
    }

    @ParameterizedTest
    @CsvSource({"421 4.3.2 Idle for too long,SERVICE_CLOSING", "250 Ok again,GARBAGE"})
    void anUnaskedReplyEndsAConnectionThatRests(String unasked, Loss.Cause cause) throws Exception {
        try (CannedPeer peer = new CannedPeer(List.of("220 hi", "250 hi\r\n" + unasked, ""))) {
            SmtpConnection connection = connected(peer.port());
            // Not left to whoever uses it next: nobody may, and the peer must not go on.
            assertThat(peer.ended().get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(connection.isUsable()).isFalse();
            assertLost(connection.send(mail("a@x.test")), Loss.Phase.BEFORE_CONTENT, cause);
        }
    }

    @Test
    void aRefusedResetIsALoss() {
        primary.play(Script.acceptAll().on(RCPT, first(1), say("550 No")).on(RSET, say("500 What?")));
        SmtpConnection connection = connected();
        assertThat(codes(connection.send(mail("a@x.test")))).containsExactly(550);
        assertLost(connection.send(mail("b@x.test")), Loss.Phase.BEFORE_CONTENT, Loss.Cause.GARBAGE);
    }

    private void assertLost(Phase phase, Behaviour behaviour, Loss.Phase lost, Loss.Cause cause) {
        for (boolean pipelining : new boolean[] {true, false}) {
            primary.play(script(pipelining).on(phase, behaviour));
            SmtpConnection connection = connected();
            assertLost(connection.send(mail("a@x.test")), lost, cause);
            assertThat(connection.isUsable()).isFalse();
            primary.awaitIdle(LONG);
        }
    }
}
