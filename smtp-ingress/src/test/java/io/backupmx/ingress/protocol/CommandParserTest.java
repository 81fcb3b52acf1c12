package io.backupmx.ingress.protocol;

import static io.backupmx.ingress.protocol.CommandParser.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.BodyType;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandParserTest {

    private static final ReversePath BOB = new ReversePath.Sender(Mailbox.of("bob@client.example"));
    private static final ForwardPath ALICE = new ForwardPath.To(Mailbox.of("alice@example.test"));

    @Test
    void verbsAreKnownInAnyCaseAndWithTrailingSpace() {
        assertThat(parse("data")).isEqualTo(new Command.Data());
        assertThat(parse("Rset  ")).isEqualTo(new Command.Rset());
        assertThat(parse("QUIT\t")).isEqualTo(new Command.Quit());
        assertThat(parse("noop whatever")).isEqualTo(new Command.Noop());
        assertThat(parse("HELP MAIL")).isEqualTo(new Command.Help());
        assertThat(parse("vrfy alice")).isEqualTo(new Command.Vrfy());
    }

    @Test
    void whatDoesNotExistIsUnknown() {
        assertThat(parse("")).isEqualTo(new Command.Unknown());
        assertThat(parse("GET / HTTP/1.1")).isEqualTo(new Command.Unknown());
        assertThat(parse(" NOOP")).isEqualTo(new Command.Unknown());
        assertThat(parse("DATA\0")).isEqualTo(new Command.Unknown());
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTH PLAIN x", "BDAT 5 LAST", "ETRN example.test", "EXPN list", "TURN"})
    void whatExistsElsewhereIsNotImplemented(String line) {
        assertThat(parse(line)).isEqualTo(new Command.NotImplemented());
    }

    @ParameterizedTest
    @ValueSource(strings = {"DATA now", "RSET x", "QUIT x"})
    void superfluousArgumentsAreMalformed(String line) {
        assertMalformed(line, Replies.NO_ARGUMENT);
    }

    @Test
    void namesOfClientsAreTakenAsTheyCome() {
        assertThat(parse("EHLO client.example")).isEqualTo(new Command.Ehlo("client.example"));
        assertThat(parse("helo [192.0.2.1]")).isEqualTo(new Command.Helo("[192.0.2.1]"));
        assertThat(parse("HELO M\u00dcLLER_PC\u0001")).isEqualTo(new Command.Helo("M?LLER_PC?"));
        assertMalformed("EHLO", Replies.EHLO_SYNTAX);
        assertMalformed("HELO ", Replies.HELO_SYNTAX);
        assertMalformed("EHLO " + "x".repeat(256), Replies.EHLO_SYNTAX);
        assertMalformed("VRFY", Replies.VRFY_SYNTAX);
    }

    @Test
    void mailHasAReversePath() {
        assertThat(parse("MAIL FROM:<bob@client.example>")).isEqualTo(new Command.Mail(BOB, BodyType.SEVEN_BIT, 0));
        assertThat(parse("mail from:<>")).isEqualTo(new Command.Mail(new ReversePath.Null(), BodyType.SEVEN_BIT, 0));
        assertThat(parse("MAIL FROM: <@relay.example:bob@client.example> "))
                .isEqualTo(new Command.Mail(BOB, BodyType.SEVEN_BIT, 0));
    }

    @Test
    void mailHasParameters() {
        assertThat(parse("MAIL FROM:<bob@client.example> SIZE=12345 BODY=8BITMIME"))
                .isEqualTo(new Command.Mail(BOB, BodyType.EIGHT_BIT_MIME, 12345));
        assertThat(parse("MAIL FROM:<bob@client.example> body=7bit  size=0"))
                .isEqualTo(new Command.Mail(BOB, BodyType.SEVEN_BIT, 0));
        assertThat(parse("MAIL FROM:<> SIZE=99999999999999999999"))
                .isEqualTo(new Command.Mail(new ReversePath.Null(), BodyType.SEVEN_BIT, Long.MAX_VALUE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIZE", "SIZE=", "SIZE=-1", "SIZE=1x", "SIZE=1 SIZE=1", "BODY=BINARYMIME", "BODY"})
    void badParametersAreMalformed(String parameters) {
        assertMalformed("MAIL FROM:<> " + parameters, Replies.BAD_PARAMETER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SMTPUTF8", "RET=HDRS", "AUTH=<>", "=", "SIZE=1 X=Y"})
    void unknownParametersAreMalformed(String parameters) {
        assertMalformed("MAIL FROM:<> " + parameters, Replies.UNKNOWN_PARAMETER);
    }

    @Test
    void rcptTakesNoParameters() {
        assertMalformed("RCPT TO:<alice@example.test> NOTIFY=NEVER", Replies.UNKNOWN_PARAMETER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MAIL",
                "MAIL FROM",
                "MAIL TO:<>",
                "MAIL FROM:",
                "MAIL FROM:bob@client.example",
                "MAIL FROM:<bob@client.example",
                "MAIL FROM:<>SIZE=1",
                "MAIL FROM:<\"x>"
            })
    void mailWithoutAPathIsMalformed(String line) {
        assertMalformed(line, Replies.MAIL_SYNTAX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<bob>",
                "<@client.example>",
                "<bob@>",
                "<bob@-x>",
                "<b ob@client.example>",
                "<bob\0@client.example>"
            })
    void badReversePathsAreMalformed(String path) {
        assertMalformed("MAIL FROM:" + path, Replies.BAD_SENDER);
    }

    @Test
    void rcptHasAForwardPath() {
        assertThat(parse("RCPT TO:<alice@example.test>")).isEqualTo(new Command.Rcpt(ALICE));
        assertThat(parse("rcpt to:   <@a,@b:alice@Example.Test.>  ")).isEqualTo(new Command.Rcpt(ALICE));
        assertThat(parse("RCPT TO:<Postmaster>")).isEqualTo(new Command.Rcpt(new ForwardPath.Postmaster()));
        assertThat(parse("RCPT TO:<\"a \\\"> b\"@example.test>"))
                .isEqualTo(new Command.Rcpt(new ForwardPath.To(Mailbox.of("\"a \\\"> b\"@example.test"))));
        assertMalformed("RCPT TO:<>", Replies.BAD_RECIPIENT);
        assertMalformed("RCPT alice@example.test", Replies.RCPT_SYNTAX);
    }

    @Test
    void addressesBeyondAsciiNeedAnExtension() {
        assertMalformed("RCPT TO:<j\u00fcrgen@example.test>", Replies.ADDRESS_NOT_ASCII);
        assertMalformed("MAIL FROM:<x@b\u00fccher.example>", Replies.ADDRESS_NOT_ASCII);
    }

    @Property(tries = 5000)
    void anyLineIsSomeCommand(@ForAll @StringLength(max = 60) @CharRange(to = '\u00ff') String noise) {
        assertThat(parse(noise)).isNotNull();
        assertThat(parse("MAIL FROM:<" + noise)).isNotNull();
        assertThat(parse("RCPT TO:<" + noise + "@example.test> " + noise)).isNotNull();
    }

    private static void assertMalformed(String line, SmtpReply answer) {
        assertThat(parse(line)).isEqualTo(new Command.Malformed(answer));
    }
}
