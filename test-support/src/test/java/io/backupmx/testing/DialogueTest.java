package io.backupmx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DialogueTest {

    @Test
    void starStandsForTheRestOfAReplyOfManyLines() {
        try (CannedServer server = CannedServer.saying("250-mx.example\r\n250-PIPELINING\r\n250 SIZE 1000\r\n")) {
            Dialogue.of("S: 250 mx.example*").against(server.port());
        }
    }

    @Test
    void linesOfAReplyAreJoinedByLineFeeds() {
        try (CannedServer server = CannedServer.saying("250-mx.example\r\n250-PIPELINING\r\n250 SIZE 1000\r\n")) {
            Transcript transcript =
                    Dialogue.of("S: 250 mx.example\\nPIPELINING\\nSIZE *").against("localhost", server.port());
            assertThat(transcript.last().lines()).containsExactly("mx.example", "PIPELINING", "SIZE 1000");
        }
    }

    @Test
    void anotherReplyFailsWithExpectationAndTranscript() {
        try (CannedServer server = CannedServer.saying("220 hello\r\n550 5.1.1 no such user\r\n")) {
            Dialogue dialogue = Dialogue.of("""
                    S: 220 *
                    C: RCPT TO:<x@example.test>
                    S: 250 *
                    """);
            assertThatThrownBy(() -> dialogue.against(server.port()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("3: S: 250 *")
                    .hasMessageContaining("got:      550 5.1.1 no such user")
                    .hasMessageContaining("S: 220 hello\nC: \"RCPT TO:<x@example.test>\\r\\n\"");
        }
    }

    @Test
    void aReplyThatDoesNotComeFailsAtTheDeadline() {
        try (CannedServer server = CannedServer.saying("220 hel")) {
            assertThatThrownBy(() -> Dialogue.of("S: 220 *")
                            .patience(Duration.ofMillis(100))
                            .against(server.port()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("timed out after \"220 hel\"");
        }
    }

    @Test
    void aClosedConnectionIsNoReply() {
        try (CannedServer server = CannedServer.sayingAndClosing("220 hello\r\n")) {
            assertThatThrownBy(() -> Dialogue.of("S: 220 *\nS: 250 *").against(server.port()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("closed after");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "220 hello\n", // LF alone ends no line
                "220-hello\r\n221 bye\r\n", // two codes in one reply
                "22 hello\r\n",
                "120 hello\r\n",
                "220hello\r\n",
                "220 hel\rlo\r\n",
            })
    void whatIsNotAReplyFails(String said) {
        try (CannedServer server = CannedServer.sayingAndClosing(said)) {
            assertThatThrownBy(() -> Dialogue.of("S: *").against(server.port()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("SMTP dialogue failed");
        }
    }

    @Test
    void aReplyLineMayHave512OctetsAndNotOneMore() {
        String longest = "220 " + "x".repeat(506) + "\r\n";
        try (CannedServer server = CannedServer.saying(longest)) {
            Dialogue.of("S: 220 *").against(server.port());
        }
        try (CannedServer server = CannedServer.saying("x" + longest)) {
            assertThatThrownBy(() -> Dialogue.of("S: *").against(server.port())).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void aReplyNobodyExpectedFailsAtTheEnd() {
        try (CannedServer server = CannedServer.saying("220 hello\r\n250 surprise\r\n")) {
            assertThatThrownBy(() -> Dialogue.of("S: 220 *").against(server.port()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("250 surprise");
        }
    }

    @Test
    void closedIsExpectedAndSoIsSilence() {
        try (CannedServer server = CannedServer.sayingAndClosing("220 hello\r\n")) {
            Dialogue.of("S: 220 *\nS: <closed>").against(server.port());
            assertThatThrownBy(() -> Dialogue.of("S: <closed>").against(server.port()))
                    .hasMessageContaining("220 hello");
            assertThatThrownBy(() -> Dialogue.of("S: 220 *\nS: <silence 50>").against(server.port()))
                    .hasMessageContaining("the server closed");
        }
        try (CannedServer server = CannedServer.saying("220 hello\r\n")) {
            Dialogue.of("S: 220 *\nS: <silence 50>").against(server.port());
            assertThatThrownBy(() -> Dialogue.of("S: 220 *\nS: <closed>")
                            .patience(Duration.ofMillis(50))
                            .against(server.port()))
                    .hasMessageContaining("still there");
        }
    }

    @Test
    void joinedAndRawLinesArriveAsWritten() {
        try (CannedServer server = CannedServer.saying("220 hello\r\n")) {
            Dialogue.of("""
                    # greeting first
                    S: 220 *
                    C+: MAIL FROM:<>
                    C!+: a\\x00\\xff\\r.\\n\\s\\t\\\\
                    C: grüße
                    C:
                    C: <close>
                    """).against(server.port());
            assertThat(server.heard(Duration.ofSeconds(5)))
                    .isEqualTo("MAIL FROM:<>\r\na\0\u00ff\r.\n \t\\gr\u00c3\u00bc\u00c3\u009fe\r\n\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"X: 220", "C EHLO", "S: hello", "S: 250-mx", "S+: 250", "C+: MAIL", "C+: a\nS: 250", "C!: \\q"})
    void whatIsNoDialogueIsRefused(String text) {
        assertThatThrownBy(() -> Dialogue.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aConversationGoesOnWhereItWas() {
        try (CannedServer server = CannedServer.saying("220 hello\r\n250 mx\r\n");
                Conversation conversation = Conversation.open(server.port())) {
            conversation.play("S: 220 *");
            assertThatCode(() -> conversation.play("C: EHLO x\nS: 250 mx\nC: <reset>"))
                    .doesNotThrowAnyException();
            assertThat(conversation.transcript().replies())
                    .extracting(Reply::code)
                    .containsExactly(220, 250);
        }
    }
}
