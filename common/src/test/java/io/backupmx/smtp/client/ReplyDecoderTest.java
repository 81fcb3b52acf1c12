package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.smtp.SmtpReply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyDecoderTest {

    @Test
    void aLineIsAReply() throws Exception {
        assertThat(decode("250 Ok\r\n")).containsExactly(SmtpReply.of(250, "Ok"));
    }

    @Test
    void linesWithHyphensAreOneReply() throws Exception {
        assertThat(decode("250-mx.example\r\n250-SIZE 1000\r\n250 PIPELINING\r\n"))
                .singleElement()
                .satisfies(reply -> assertThat(reply.lines()).containsExactly("mx.example", "SIZE 1000", "PIPELINING"));
    }

    @Test
    void pipelinedRepliesComeInOrder() throws Exception {
        assertThat(decode("250 a\r\n550 b\r\n354 c\r\n"))
                .extracting(SmtpReply::code)
                .containsExactly(250, 550, 354);
    }

    @Test
    void everySplitGivesTheSameReplies() throws Exception {
        String text = "220-hello\r\n220 there\r\n250 2.1.0 Ok\r\n";
        List<SmtpReply> whole = decode(text);
        for (int split = 0; split <= text.length(); split++) {
            assertThat(decode(text.substring(0, split), text.substring(split))).isEqualTo(whole);
        }
    }

    @Test
    void enhancedStatusLeavesTheTextOfEveryLine() throws Exception {
        assertThat(decode("550-5.1.1 No such user\r\n550 5.1.1 here\r\n"))
                .singleElement()
                .satisfies(reply -> {
                    assertThat(reply.status()).hasToString("Optional[5.1.1]");
                    assertThat(reply.lines()).containsExactly("No such user", "here");
                });
    }

    @Test
    void enhancedStatusOfAnotherClassIsText() throws Exception {
        assertThat(decode("450 5.1.1 contradictory\r\n")).containsExactly(SmtpReply.of(450, "5.1.1 contradictory"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"250\r\n", "250 \r\n", "250\n", "250-\r\n250\r\n"})
    void missingTextIsTolerated(String text) throws Exception {
        assertThat(decode(text)).singleElement().satisfies(reply -> {
            assertThat(reply.code()).isEqualTo(250);
            assertThat(String.join("", reply.lines())).isEmpty();
        });
    }

    @Test
    void bareLineFeedEndsALine() throws Exception {
        assertThat(decode("220 a\n250 b\n")).extracting(SmtpReply::code).containsExactly(220, 250);
    }

    @Test
    void theLastLineDecidesWhereCodesDiffer() throws Exception {
        assertThat(decode("220-welcome\r\n421 go away\r\n"))
                .singleElement()
                .satisfies(reply -> assertThat(reply.code()).isEqualTo(421));
    }

    @Test
    void controlCharactersDoNotReachALog() throws Exception {
        assertThat(decode("550 a\u0007b\u001b[31m\0c\r\n")).containsExactly(SmtpReply.of(550, "a?b?[31m?c"));
    }

    @Test
    void textBeyondAsciiIsUtf8() throws Exception {
        assertThat(decode("550 Postfach voll für Jürgen\r\n"))
                .containsExactly(SmtpReply.of(550, "Postfach voll für Jürgen"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 400 Bad Request\r\n",
                "\r\n",
                "25\r\n",
                "2500 too many digits\r\n",
                "100 continue\r\n",
                "650 out of range\r\n",
                "2x0 letters\r\n",
                "250Ok\r\n",
                "\u0000\u0001\u0002\n"
            })
    void garbageIsMalformed(String text) {
        assertThatThrownBy(() -> decode(text)).isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void anEndlessLineIsMalformedBeforeItEnds() {
        assertThatThrownBy(() -> decode("250 " + "x".repeat(5000))).isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void anEndlessReplyIsMalformedBeforeItEnds() {
        assertThatThrownBy(() -> decode("250-x\r\n".repeat(101))).isInstanceOf(MalformedReplyException.class);
    }

    private static List<SmtpReply> decode(String... pieces) throws MalformedReplyException {
        ReplyDecoder decoder = new ReplyDecoder();
        List<SmtpReply> replies = new ArrayList<>();
        for (String piece : pieces) {
            decoder.decode(piece.getBytes(StandardCharsets.UTF_8), replies::add);
        }
        return replies;
    }
}
