package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.ReceivingContent;
import io.backupmx.ingress.protocol.SessionState.Storing;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.spool.SpoolWriter.Room;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds in any state, and how sessions end. */
class SessionMachineTest extends MachineFixture {

    private static final ForwardPath BOB = new ForwardPath.To(Mailbox.of("bob@example.test"));

    @Test
    void rsetForgetsTheMailAndNothingElse() {
        assertStep(say(CONNECTED, "RSET"), CONNECTED, "250 2.0.0 Ok");
        assertStep(say(GREETED, "RSET"), GREETED, "250 2.0.0 Ok");
        assertStep(say(MAIL_FOR_ALICE, "RSET"), GREETED, "250 2.0.0 Ok");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    NOOP                               | 250 2.0.0 Ok
                    VRFY alice                         | 252 2.5.0 Cannot VRFY user, but will accept message and attempt delivery
                    HELP                               | 214 2.0.0 EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY QUIT; see RFC 5321
                    EXPN list                          | 502 5.5.1 Command not implemented
                    AUTH PLAIN                         | 502 5.5.1 Command not implemented
                    ETRN example.test                  | 502 5.5.1 Command not implemented
                    XYZZY                              | 500 5.5.2 Command not recognized
                    EHLO                               | 501 5.5.4 Syntax: EHLO hostname
                    HELO                               | 501 5.5.4 Syntax: HELO hostname
                    VRFY                               | 501 5.5.4 Syntax: VRFY address
                    MAIL                               | 501 5.5.4 Syntax: MAIL FROM:<address>
                    RCPT                               | 501 5.5.4 Syntax: RCPT TO:<address>
                    STARTTLS now                       | 501 5.5.4 No argument allowed
                    DATA now                           | 501 5.5.4 No argument allowed
                    MAIL FROM:<x>                      | 501 5.1.7 Bad sender address syntax
                    RCPT TO:<x>                        | 501 5.1.3 Bad recipient address syntax
                    RCPT TO:<ü@example.test>           | 501 5.1.3 Bad recipient address syntax
                    MAIL FROM:<Ã¼@example.test>          | 553 5.6.7 Non-ASCII addresses need SMTPUTF8
                    MAIL FROM:<> SIZE=x                | 501 5.5.4 Bad value of a parameter
                    MAIL FROM:<> AUTH=<>               | 555 5.5.4 Parameter not recognized
                    """)
    void theRestIsAnsweredInAnyStateAndChangesNothing(String line, String reply) {
        for (Listening state : List.of(CONNECTED, GREETED, MAIL, MAIL_FOR_ALICE)) {
            assertStep(say(state, line), state, reply);
        }
    }

    @Test
    void linesThatAreNoCommandsAreAnsweredInAnyState() {
        for (Listening state : List.of(CONNECTED, GREETED, MAIL_FOR_ALICE)) {
            assertStep(machine.onLineTooLong(state), state, "500 5.5.2 Line too long");
            assertStep(machine.onLine(state, new Line.TooLong("NOOP "), Room.OPEN), state, "500 5.5.2 Line too long");
        }
    }

    /** What comes next may be a chunk, of nobody knows how many octets: it must not be read as commands. */
    @Test
    void linesThatMayHideABdatEndTheSession() {
        for (Listening state : List.of(CONNECTED, GREETED, MAIL_FOR_ALICE)) {
            assertClosing(
                    machine.onLine(state, new Line.BareLineEnd(), Room.OPEN),
                    "500 5.5.2 Lines must end with <CR><LF>, closing connection",
                    Effect.Ending.OUT_OF_STEP);
            assertClosing(
                    machine.onLine(state, new Line.TooLong("bdat "), Room.OPEN),
                    "501 5.5.4 Syntax: BDAT octets [LAST], closing connection",
                    Effect.Ending.OUT_OF_STEP);
        }
    }

    @Test
    void quitEndsTheSession() {
        for (Listening state : List.of(CONNECTED, GREETED, MAIL_FOR_ALICE)) {
            assertClosing(say(state, "QUIT"), "221 2.0.0 mx2.example.net Bye", Effect.Ending.QUIT);
        }
    }

    @Test
    void silenceEndsTheSession() {
        String reply = "421 4.4.2 mx2.example.net Timeout, closing connection";
        assertClosing(machine.onTimeout(CONNECTED), reply, Effect.Ending.TIMED_OUT);
        assertClosing(machine.onTimeout(MAIL_FOR_ALICE), reply, Effect.Ending.TIMED_OUT);
        Step inContent = machine.onTimeout(new ReceivingContent(MAIL_FOR_ALICE));
        assertClosing(inContent, reply, Effect.Ending.TIMED_OUT);
        assertRefusal(inContent, Refusal.TIMED_OUT);
    }

    @Test
    void tooManyErrorsOrCommandsEndTheSession() {
        assertClosing(
                machine.onExcess(Tolerance.Excess.ERRORS),
                "421 4.7.0 mx2.example.net Too many errors, closing connection",
                Effect.Ending.TOO_MANY_ERRORS);
        assertClosing(
                machine.onExcess(Tolerance.Excess.COMMANDS),
                "421 4.7.0 mx2.example.net Too many commands without a mail, closing connection",
                Effect.Ending.TOO_MANY_COMMANDS);
    }

    @Test
    void aStopEndsTheSession() {
        for (SessionState state :
                List.of(CONNECTED, GREETED, MAIL, new AwaitingRecipient(MAIL, BOB, RcptOptions.NONE))) {
            assertClosing(
                    machine.onShutDown(state),
                    "421 4.3.2 mx2.example.net Service shutting down, try again later",
                    Effect.Ending.SHUT_DOWN);
        }
    }

    @Test
    void aStopWaitsForWhoHasBegunAContent() {
        for (SessionState state :
                List.of(new ReceivingContent(MAIL_FOR_ALICE), new Storing(MAIL_FOR_ALICE), new Closing())) {
            assertThat(machine.onShutDown(state)).isEqualTo(new Step(state, List.of()));
        }
    }
}
