package io.backupmx.ingress.protocol;

import static io.backupmx.ingress.protocol.CommandParser.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.BodyType;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
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
    @ValueSource(strings = {"AUTH PLAIN x", "EXPN list", "TURN"})
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
        assertThat(parse("MAIL FROM:<bob@client.example>")).isEqualTo(new Command.Mail(BOB, MailOptions.NONE));
        assertThat(parse("mail from:<>")).isEqualTo(new Command.Mail(new ReversePath.Null(), MailOptions.NONE));
        assertThat(parse("MAIL FROM: <@relay.example:bob@client.example> "))
                .isEqualTo(new Command.Mail(BOB, MailOptions.NONE));
    }

    @Test
    void mailHasParameters() {
        assertThat(parse("MAIL FROM:<bob@client.example> SIZE=12345 BODY=8BITMIME"))
                .isEqualTo(new Command.Mail(BOB, sized(BodyType.EIGHT_BIT_MIME, 12345)));
        assertThat(parse("MAIL FROM:<bob@client.example> body=7bit  size=0"))
                .isEqualTo(new Command.Mail(BOB, MailOptions.NONE));
        assertThat(parse("MAIL FROM:<> SIZE=99999999999999999999"))
                .isEqualTo(new Command.Mail(new ReversePath.Null(), sized(BodyType.SEVEN_BIT, Long.MAX_VALUE)));
    }

    @Test
    void mailSaysWhatItsReportsAreToBe() {
        assertThat(parse("MAIL FROM:<bob@client.example> ret=hdrs ENVID=QQ314159+3Dx SMTPUTF8"))
                .isEqualTo(new Command.Mail(
                        BOB,
                        new MailOptions(
                                BodyType.SEVEN_BIT, 0, true, Optional.of("HDRS"), Optional.of("QQ314159+3Dx"))));
    }

    /** RFC 8689 §2: it has no value. */
    @Test
    void mailMayDemandTls() {
        assertThat(parse("MAIL FROM:<bob@client.example> SIZE=5 requiretls"))
                .isEqualTo(new Command.Mail(
                        BOB, new MailOptions(BodyType.SEVEN_BIT, 5, false, true, Optional.empty(), Optional.empty())));
        assertMalformed("MAIL FROM:<bob@client.example> REQUIRETLS=yes", Replies.BAD_PARAMETER);
        assertMalformed("MAIL FROM:<bob@client.example> REQUIRETLS REQUIRETLS", Replies.BAD_PARAMETER);
        assertMalformed("RCPT TO:<alice@example.test> REQUIRETLS", Replies.UNKNOWN_PARAMETER);
    }

    @Test
    void rcptSaysWhenItIsToBeReportedOn() {
        assertThat(parse("RCPT TO:<alice@example.test> NOTIFY=success,Delay ORCPT=rfc822;Alice+2Bx@example.test"))
                .isEqualTo(new Command.Rcpt(
                        ALICE,
                        new RcptOptions(Optional.of("SUCCESS,DELAY"), Optional.of("rfc822;Alice+2Bx@example.test")),
                        true));
        assertThat(parse("RCPT TO:<alice@example.test> NOTIFY=NEVER"))
                .isEqualTo(new Command.Rcpt(ALICE, new RcptOptions(Optional.of("NEVER"), Optional.empty()), true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOTIFY",
                "NOTIFY=",
                "NOTIFY=NEVER,DELAY",
                "NOTIFY=DELAY,DELAY",
                "NOTIFY=SUCCESS,",
                "NOTIFY=ALWAYS",
                "NOTIFY=NEVER NOTIFY=NEVER",
                "ORCPT",
                "ORCPT=alice@example.test",
                "ORCPT=rfc822;",
                "ORCPT=rfc822;a+2bx",
                "ORCPT=rfc822;a=x"
            })
    void badParametersOfRcptAreMalformed(String parameters) {
        assertMalformed("RCPT TO:<alice@example.test> " + parameters, Replies.BAD_PARAMETER);
    }

    @Test
    void whatReportsQuoteIsBounded() {
        assertThat(parse("MAIL FROM:<> ENVID=" + "x".repeat(100))).isInstanceOf(Command.Mail.class);
        assertMalformed("MAIL FROM:<> ENVID=" + "x".repeat(101), Replies.BAD_PARAMETER);
        assertThat(parse("RCPT TO:<alice@example.test> ORCPT=rfc822;" + "x".repeat(493)))
                .isInstanceOf(Command.Rcpt.class);
        assertMalformed("RCPT TO:<alice@example.test> ORCPT=rfc822;" + "x".repeat(494), Replies.BAD_PARAMETER);
    }

    @Test
    void bdatSaysHowMuchFollows() {
        assertThat(parse("BDAT 86")).isEqualTo(new Command.Bdat(86, false));
        assertThat(parse("bdat 0000000000000000000000000005  last")).isEqualTo(new Command.Bdat(5, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BDAT",
                "BDAT LAST",
                "BDAT -1",
                "BDAT 1x",
                "BDAT 1 LAST x",
                "BDAT 1LAST",
                "BDAT\t1 LAST",
                "BDAT 9999999999999999999"
            })
    void bdatThatDoesNotIsHopeless(String line) {
        assertThat(parse(line)).isEqualTo(new Command.BadBdat());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SIZE",
                "SIZE=",
                "SIZE=-1",
                "SIZE=1x",
                "SIZE=1 SIZE=1",
                "BODY=BINARYMIME",
                "BODY",
                "SMTPUTF8=1",
                "RET=ALL",
                "RET",
                "ENVID=",
                "ENVID=a+zz"
            })
    void badParametersAreMalformed(String parameters) {
        assertMalformed("MAIL FROM:<> " + parameters, Replies.BAD_PARAMETER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOTIFY=NEVER", "AUTH=<>", "=", "SIZE=1 X=Y"})
    void unknownParametersAreMalformed(String parameters) {
        assertMalformed("MAIL FROM:<> " + parameters, Replies.UNKNOWN_PARAMETER);
    }

    @Test
    void rcptKnowsNoOtherParameters() {
        assertMalformed("RCPT TO:<alice@example.test> SIZE=1", Replies.UNKNOWN_PARAMETER);
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
        assertThat(parse("RCPT TO:<alice@example.test>")).isEqualTo(rcpt(ALICE));
        assertThat(parse("rcpt to:   <@a,@b:alice@Example.Test.>  ")).isEqualTo(rcpt(ALICE));
        assertThat(parse("RCPT TO:<Postmaster>")).isEqualTo(rcpt(new ForwardPath.Postmaster()));
        assertThat(parse("RCPT TO:<\"a \\\"> b\"@example.test>"))
                .isEqualTo(rcpt(new ForwardPath.To(Mailbox.of("\"a \\\"> b\"@example.test"))));
        assertMalformed("RCPT TO:<>", Replies.BAD_RECIPIENT);
        assertMalformed("RCPT alice@example.test", Replies.RCPT_SYNTAX);
    }

    @Test
    void addressesBeyondAsciiNeedAnExtension() {
        assertThat(parse("RCPT TO:<" + octets("j\u00fcrgen") + "@example.test>"))
                .isEqualTo(new Command.Rcpt(
                        new ForwardPath.To(Mailbox.of("j\u00fcrgen@example.test")), RcptOptions.NONE, false));
        assertThat(parse("RCPT TO:<x@" + octets("b\u00fccher") + ".example>"))
                .isEqualTo(new Command.Rcpt(
                        new ForwardPath.To(Mailbox.of("x@xn--bcher-kva.example")), RcptOptions.NONE, false));
        String mail = "MAIL FROM:<x@" + octets("b\u00fccher") + ".example>";
        assertMalformed(mail, Replies.NEED_SMTPUTF8);
        assertThat(parse(mail + " SMTPUTF8")).isInstanceOf(Command.Mail.class);
    }

    @Test
    void addressesBeyondAsciiAreUtf8() {
        assertMalformed("RCPT TO:<j\u00fcrgen@example.test>", Replies.BAD_RECIPIENT);
        assertMalformed("MAIL FROM:<j\u00fcrgen@client.example> SMTPUTF8", Replies.BAD_SENDER);
        assertMalformed("RCPT TO:<\u00c0\u00afx@example.test>", Replies.BAD_RECIPIENT); // overlong
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

    /** UTF-8, one octet a character, as it comes from the network. */
    private static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static MailOptions sized(BodyType body, long bytes) {
        return new MailOptions(body, bytes, false, Optional.empty(), Optional.empty());
    }

    private static Command rcpt(ForwardPath to) {
        return new Command.Rcpt(to, RcptOptions.NONE, true);
    }
}
