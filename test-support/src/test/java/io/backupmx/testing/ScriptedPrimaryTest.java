package io.backupmx.testing;

import static io.backupmx.testing.Behaviour.accept;
import static io.backupmx.testing.Behaviour.afterOctets;
import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.delay;
import static io.backupmx.testing.Behaviour.garbage;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.reset;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.testing.Behaviour.stall;
import static io.backupmx.testing.Moment.first;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScriptedPrimaryTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    /** As far as the server's 354. */
    private static final String TO_DATA = """
            S: 220 *
            C: EHLO client.example
            S: 250 *
            C: MAIL FROM:<a@client.example>
            S: 250 *
            C: RCPT TO:<alice@example.test>
            S: 250 *
            C: DATA
            S: 354 *
            """;

    private static final String MAIL = TO_DATA + "C!: Subject: x\\r\\n\\r\\nbody\\r\\n.\\r\\n\n";

    private final ScriptedPrimary primary = ScriptedPrimary.started();

    @AfterEach
    void stop() {
        primary.close();
    }

    @Test
    void recordsEnvelopeAndContent() {
        Dialogue.of("""
                S: 220 *
                C: EHLO client.example
                S: 250 *\\nPIPELINING\\nSIZE\\n8BITMIME\\nENHANCEDSTATUSCODES
                C+: mail from:<a@client.example> SIZE=20 BODY=8BITMIME
                C+: RCPT TO:<alice@example.test>
                C+: RCPT TO:<"b>c"@example.test>
                C: DATA
                S: 250 *
                S: 250 *
                S: 250 *
                S: 354 *
                C!: Subject: x\\r\\n\\r\\n..\\r\\n.. x\\r\\n\\xe4\\r\\n.\\r\\n
                S: 250 *
                C: QUIT
                S: 221 *
                S: <closed>
                """).against(primary.port());

        ReceivedMail mail = primary.awaitMails(1, SOON).getFirst();
        assertThat(mail.mail().line()).isEqualTo("mail from:<a@client.example> SIZE=20 BODY=8BITMIME");
        assertThat(mail.mail().parameters()).containsEntry("SIZE", "20").containsEntry("BODY", "8BITMIME");
        assertThat(mail.sender()).isEqualTo("a@client.example");
        assertThat(mail.recipients()).containsExactly("alice@example.test", "\"b>c\"@example.test");
        assertThat(mail.text()).isEqualTo("Subject: x\r\n\r\n.\r\n. x\r\n\u00e4\r\n");
        assertThat(mail.begun()).isBeforeOrEqualTo(mail.ended());
        assertThat(primary.violations()).isEmpty();
    }

    @Test
    void countsConnectionsGreetingsAndTransactions() {
        try (Conversation one = Conversation.open(primary.port());
                Conversation two = Conversation.open(primary.port())) {
            one.play(MAIL + "S: 250 *\nC: MAIL FROM:<>\nS: 250 *\nC: RSET\nS: 250 *\nC: NOOP\nS: 250 *");
            two.play("S: 220 *\nC: HELO client.example\nS: 250 *\nC: VRFY x\nS: 500 *");
            assertThat(primary.openConnections()).isEqualTo(2);
        }
        primary.awaitIdle(SOON);
        assertThat(primary.connections()).isEqualTo(2);
        assertThat(primary.maxOpenConnections()).isEqualTo(2);
        assertThat(primary.ehlos()).isEqualTo(1);
        assertThat(primary.helos()).isEqualTo(1);
        assertThat(primary.transactions()).isEqualTo(2);
        assertThat(primary.mailCount()).isEqualTo(1);
    }

    @Test
    void refusesOneRecipientAndTakesTheOther() {
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, say("550 5.1.1 No such user\nReally"))
                .on(Phase.RCPT, Moment.address("ALICE@example.test"), accept()));
        Dialogue.of("""
                S: 220 *
                C: EHLO client.example
                S: 250 *
                C: MAIL FROM:<>
                S: 250 *
                C: RCPT TO:<bob@example.test>
                S: 550 5.1.1 No such user\\nReally
                C: DATA
                S: 503 *
                C: RCPT TO:<alice@example.test>
                S: 250 *
                C: DATA
                S: 354 *
                C: .
                S: 250 *
                """).against(primary.port());
        ReceivedMail mail = primary.awaitMails(1, SOON).getFirst();
        assertThat(mail.recipients()).containsExactly("alice@example.test");
        assertThat(mail.content()).isEmpty();
    }

    @Test
    void refusesEhloButTakesHelo() {
        primary.play(Script.acceptAll().on(Phase.EHLO, say("502 5.5.1 What?")));
        Dialogue.of("""
                S: 220 *
                C: EHLO client.example
                S: 502 *
                C: HELO client.example
                S: 250 primary.example
                C: MAIL FROM:<> SIZE=1
                S: 250 *
                """).against(primary.port());
        assertThat(primary.violations()).containsExactly("connection 1: parameter SIZE was not offered");
    }

    @Test
    void refusesAtTheDotAsOftenAsItShould() {
        primary.play(Script.acceptAll().on(Phase.DOT, first(1), say("451 4.3.0 Try again")));
        Dialogue.of(MAIL + "S: 451 *").against(primary.port());
        Dialogue.of(MAIL + "S: 250 *").against(primary.port());
        assertThat(primary.awaitAttempts(2, SOON))
                .extracting(ReceivedMail::accepted)
                .containsExactly(false, true);
        assertThat(primary.mails())
                .singleElement()
                .extracting(ReceivedMail::connection)
                .isEqualTo(2);
    }

    @Test
    void closesAfterTheDotWithoutAnAnswer() {
        primary.play(Script.acceptAll().on(Phase.DOT, close()));
        Dialogue.of(MAIL + "S: <closed>").against(primary.port());
        ReceivedMail mail = primary.awaitAttempts(1, SOON).getFirst();
        assertThat(mail.complete()).isTrue();
        assertThat(mail.answer()).isEmpty();
        assertThat(primary.mailCount()).isZero();
    }

    @Test
    void closesInTheMiddleOfTheContent() {
        primary.play(Script.acceptAll().on(Phase.CONTENT, afterOctets(10, close())));
        Dialogue.of(TO_DATA + "C!: 0123456789\nS: <closed>").against(primary.port());
        ReceivedMail mail = primary.awaitAttempts(1, SOON).getFirst();
        assertThat(mail.complete()).isFalse();
        assertThat(mail.text()).isEqualTo("0123456789");
    }

    @Test
    void letsShortContentPassThatEndsBeforeTheScriptedCut() {
        primary.play(Script.acceptAll().on(Phase.CONTENT, afterOctets(1000, sayAndClose("421 4.3.2 Enough"))));
        Dialogue.of(MAIL + "S: 250 *").against(primary.port());
        Dialogue.of(TO_DATA + "C: " + "x".repeat(1000) + "\nS: 421 4.3.2 Enough\nS: <closed>")
                .against(primary.port());
    }

    @Test
    void hangsAtAnyPhaseUntilItIsStopped() {
        primary.play(Script.acceptAll().on(Phase.MAIL, hang()));
        try (Conversation conversation = Conversation.open(primary.port())) {
            conversation.play("S: 220 *\nC: EHLO x\nS: 250 *\nC: MAIL FROM:<>\nS: <silence 100>");
            primary.stop();
            conversation.play("S: <closed>");
        }
        assertThat(primary.openConnections()).isZero();
    }

    @Test
    void stallsSoThatTheClientsWritesBlock() {
        primary.play(Script.acceptAll().on(Phase.CONTENT, afterOctets(3, stall())));
        try (Conversation conversation = Conversation.open(primary.port())) {
            conversation.play(TO_DATA + "C!: abcdef\nS: <silence 100>");
            primary.stop();
            conversation.play("S: <closed>");
        }
        assertThat(primary.attempts())
                .singleElement()
                .extracting(ReceivedMail::text)
                .isEqualTo("abc");
    }

    @Test
    void behavesOddlyAtTheGreeting() {
        primary.play(Script.acceptAll()
                .on(Phase.CONNECT, sayAndClose("554 5.7.1 Go away"))
                .on(Phase.CONNECT, Moment.connection(2), garbage("HTTP/1.1 400\n".getBytes(StandardCharsets.US_ASCII)))
                .on(Phase.CONNECT, Moment.connection(3), delay(Duration.ofMillis(150), accept()))
                .on(Phase.CONNECT, Moment.connection(4), delay(Duration.ofMillis(50), reset())));
        Dialogue.of("S: 554 *\nS: <closed>").against(primary.port());
        assertThatThrownBy(() ->
                        Dialogue.of("S: 220 *").patience(Duration.ofMillis(200)).against(primary.port()))
                .hasMessageContaining("HTTP/1.1 400");
        Dialogue.of("S: <silence 50>\nS: 220 *").against(primary.port());
        Dialogue.of("S: <closed>").against(primary.port());
    }

    @Test
    void changesItsMindDuringASession() {
        try (Conversation conversation = Conversation.open(primary.port())) {
            conversation.play("S: 220 *\nC: EHLO x\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *");
            primary.play(Script.acceptAll().on(Phase.RCPT, Moment.domain("example.test"), say("452 4.3.1 Full")));
            conversation.play("C: RCPT TO:<a@example.test>\nS: 452 *\nC: RCPT TO:<a@other.test>\nS: 250 *");
        }
    }

    @Test
    void tellsWhatOfItsScriptHasNotHappened() {
        primary.play(Script.acceptAll()
                .on(Phase.RCPT, Moment.address("bob@example.test"), say("550 5.1.1 No such user"))
                .on(Phase.CONTENT, afterOctets(10, close()))
                .on(Phase.DOT, say("451 4.3.0 Later")));
        assertThat(primary.unplayed()).hasSize(3);

        Dialogue.of(TO_DATA + "C!: x\\r\\n.\\r\\n\nS: 451 *\nC: QUIT\nS: 221 *").against(primary.port());
        assertThat(primary.unplayed()).hasSize(2);
        assertThat(primary.unplayed().getFirst()).startsWith("RCPT: ").contains("550 5.1.1 No such user");
        assertThat(primary.unplayed().getLast()).startsWith("CONTENT: ");

        Dialogue.of(TO_DATA + "C!: 0123456789\nS: <closed>").against(primary.port());
        assertThat(primary.unplayed()).hasSize(1);

        primary.play(Script.acceptAll().on(Phase.NOOP, accept()));
        assertThat(primary.unplayed()).containsExactly("NOOP: Accept[]");
        Dialogue.of("S: 220 *\nC: NOOP\nS: 250 *").against(primary.port());
        assertThat(primary.unplayed()).isEmpty();
    }

    @Test
    void enforcesTheSizeItOffers() {
        primary.play(Script.acceptAll().offering("SIZE 10"));
        Dialogue.of(MAIL + "S: 552 5.3.4 *").against(primary.port());
        Dialogue.of("S: 220 *\nC: EHLO x\nS: 250 *\\nSIZE 10\nC: MAIL FROM:<> SIZE=11\nS: 552 5.3.4 *")
                .against(primary.port());
        assertThat(primary.attempts())
                .singleElement()
                .extracting(ReceivedMail::accepted)
                .isEqualTo(false);
    }

    @Test
    void comesBackOnItsPort() {
        int port = primary.port();
        Dialogue.of(MAIL + "S: 250 *").against(port);
        for (int i = 0; i < 5; i++) {
            primary.stop();
            assertThat(Ports.accepts(port)).isFalse();
            primary.start();
            Dialogue.of(MAIL + "S: 250 *").against(port);
        }
        assertThat(primary.awaitMails(6, SOON)).hasSize(6);
    }

    @Test
    void noticesTalkOutOfTurn() {
        primary.play(Script.acceptAll().offering("SIZE"));
        Dialogue.of("S: 220 *\nC: EHLO x\nS: 250 *\nC+: MAIL FROM:<>\nC: RCPT TO:<a@b.test>\nS: 250 *\nS: 250 *")
                .against(primary.port());
        assertThat(primary.violations()).containsExactly("connection 1: the client did not wait for the reply to MAIL");
    }

    @Test
    void noticesContentBeforeItsTurn() {
        Dialogue.of("""
                S: 220 *
                C: EHLO x
                S: 250 *
                C+: MAIL FROM:<>
                C+: RCPT TO:<a@b.test>
                C+: DATA
                C: .
                S: 250 *
                S: 250 *
                S: 354 *
                S: 250 *
                """).against(primary.port());
        assertThat(primary.violations()).containsExactly("connection 1: the client did not wait for the reply to DATA");
    }

    @Test
    void awaitingWhatDoesNotComeFails() {
        assertThatThrownBy(() -> primary.awaitMails(1, Duration.ofMillis(50)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 mails")
                .hasMessageContaining("0 connections");
    }
}
