package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.SpoolWriter.Room;
import io.backupmx.testing.Dialogue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail in chunks (RFC 3030). */
class ChunkingIT {

    private static TestIngress ingress;

    private static final String MAIL = """
            S: 220 *
            C: EHLO client.example
            S: 250 *\\nCHUNKING\\n*
            C: MAIL FROM:<bob@client.example>
            S: 250 2.1.0 Ok
            C: RCPT TO:<alice@example.test>
            S: 250 2.1.5 Ok
            """;

    private int before;

    @BeforeAll
    static void start() {
        ingress = new TestIngress(tuning -> {
            tuning.maxMessageBytes = 64 << 10;
            tuning.contentSpillBytes = 1 << 10;
        });
    }

    @BeforeEach
    void count() {
        before = ingress.spool.mails().size();
    }

    @AfterEach
    void nothingIsHeld() {
        ingress.spool.setRoom(Room.OPEN);
        ingress.awaitNothingHeld();
    }

    @AfterAll
    static void stop() {
        assertThat(ingress.count("backupmx.ingress.connections", "outcome", "internal_error"))
                .isZero();
        ingress.close();
    }

    /** A client that takes a bare LF for the end of a line goes on with the chunk: which is no commands (CVE-2023-51764). */
    @ParameterizedTest
    @ValueSource(strings = {"BDAT 44\\n", "NOOP\\nBDAT 44\\r\\n", "BDAT 44 LAST\\rX\\r\\n"})
    void aChunkBehindABareLineEndIsNoCommands(String announced) {
        ingress.play(MAIL + "C!: " + announced + """
                RCPT TO:<mallory@example.test>\\r\\nDATA\\r\\nhello\\r\\n
                S: 500 5.5.2 Lines must end with <CR><LF>, closing connection
                S: <closed>
                """);
        assertNothingStored();
    }

    @Test
    void aChunkBehindALineThatIsTooLongIsNoCommands() {
        ingress.play(MAIL + "C!: BDAT " + "0".repeat(3000) + """
                5\\r\\nRSET\\r\\n
                S: 501 5.5.4 Syntax: BDAT octets [LAST], closing connection
                S: <closed>
                """);
        assertNothingStored();
    }

    /** Nor is one behind a line that is too long and ends where only the client thinks it does. */
    @Test
    void aChunkBehindABareLineEndIsNoCommandsHoweverLongTheLine() {
        ingress.play(MAIL + "C!: NOOP " + "x".repeat(2100) + """
                \\nBDAT 44\\r\\nRCPT TO:<mallory@example.test>\\r\\nDATA\\r\\nhello\\r\\n
                S: 500 5.5.2 Line too long
                S: 500 5.5.2 Lines must end with <CR><LF>, closing connection
                S: <closed>
                """);
        assertNothingStored();
    }

    private String only() {
        assertThat(ingress.spool.mails()).hasSize(before + 1);
        return ingress.spool.mails().getLast().text();
    }

    private void assertNothingStored() {
        assertThat(ingress.spool.mails()).hasSize(before);
    }

    @Test
    void chunksMakeOneMail() {
        ingress.play(MAIL + """
                C!: BDAT 11\\r\\nSubject: x\\r
                S: 250 2.0.0 11 octets received
                C: NOOP
                S: 250 2.0.0 Ok
                C!+: BDAT 5\\r\\n\\n\\r\\n.\\r
                C!+: BDAT 7\\r\\n\\nhello\\r
                C!: BDAT 1 LAST\\r\\n\\n
                S: 250 2.0.0 5 octets received
                S: 250 2.0.0 7 octets received
                S: 250 2.0.0 Ok: queued as *
                """);
        assertThat(only()).isEqualTo("Subject: x\r\n\r\n.\r\nhello\r\n");
    }

    @Test
    void allMayComeAtOnceAndEndEmpty() {
        ingress.play("""
                S: 220 *
                C: EHLO client.example
                S: 250 *
                C+: MAIL FROM:<bob@client.example>
                C+: RCPT TO:<alice@example.test>
                C!+: BDAT 3\\r\\nx\\r\\n
                C+: BDAT 0 LAST
                C: QUIT
                S: 250 2.1.0 Ok
                S: 250 2.1.5 Ok
                S: 250 2.0.0 3 octets received
                S: 250 2.0.0 Ok: queued as *
                S: 221 *
                S: <closed>
                """);
        assertThat(only()).isEqualTo("x\r\n");
    }

    @Test
    void largeChunksGoToDisk() {
        ingress.play(MAIL + "C!: BDAT 40000\\r\\n" + "x".repeat(39_998) + "\\r\\n\nS: 250 *\nC!: BDAT 20000 LAST\\r\\n"
                + "y".repeat(19_998) + "\\r\\n\nS: 250 2.0.0 Ok: queued as *\n");
        assertThat(only()).isEqualTo("x".repeat(39_998) + "\r\n" + "y".repeat(19_998) + "\r\n");
    }

    @Test
    void betweenChunksThereAreNoOtherMailCommands() {
        ingress.play(MAIL + """
                C!: BDAT 3\\r\\nx\\r\\n
                S: 250 *
                C: MAIL FROM:<x@y.example>
                S: 503 5.5.1 MAIL was already given
                C: RCPT TO:<carol@other.test>
                S: 503 5.5.1 Send BDAT LAST or RSET first
                C: DATA
                S: 503 5.5.1 Send BDAT LAST or RSET first
                C!: BDAT 3 LAST\\r\\ny\\r\\n
                S: 250 2.0.0 Ok: queued as *
                """);
        assertThat(only()).isEqualTo("x\r\ny\r\n");
    }

    @Test
    void resetForgetsTheChunks() {
        ingress.play(MAIL + """
                C!: BDAT 3\\r\\nx\\r\\n
                S: 250 *
                C: RSET
                S: 250 2.0.0 Ok
                C!: BDAT 3 LAST\\r\\ny\\r\\n
                S: 503 5.5.1 Need MAIL first
                C: MAIL FROM:<bob@client.example>
                S: 250 2.1.0 Ok
                C: RCPT TO:<alice@example.test>
                S: 250 2.1.5 Ok
                C!: BDAT 3 LAST\\r\\nz\\r\\n
                S: 250 2.0.0 Ok: queued as *
                """);
        assertThat(only()).isEqualTo("z\r\n");
    }

    @Test
    void aChunkOutOfPlaceIsReadBeforeItIsRefused() {
        ingress.play("""
                S: 220 *
                C!: BDAT 12 LAST\\r\\nRSET\\r\\nNOOP\\r\\n
                S: 503 5.5.1 Need MAIL first
                C: EHLO client.example
                S: 250 *
                C+: MAIL FROM:<bob@client.example>
                C+: RCPT TO:<nobody@example.test>
                C!+: BDAT 6\\r\\nQUIT\\r\\n
                C!: BDAT 6 LAST\\r\\nQUIT\\r\\n
                S: 250 2.1.0 Ok
                S: 550 5.1.1 *
                S: 554 5.5.1 No valid recipients
                S: 554 5.5.1 No valid recipients
                C: BDAT 0 LAST
                S: 503 5.5.1 Need MAIL first
                """);
        assertNothingStored();
    }

    @Test
    void whatWasRefusedIsNotGoneOnWith() {
        ingress.spool.setRoom(Room.FULL);
        try (var conversation = ingress.open()) {
            ingress.spool.setRoom(Room.OPEN);
            var _ = conversation.play(Dialogue.of(MAIL));
            ingress.spool.setRoom(Room.FULL);
            var _ = conversation.play(Dialogue.of("""
                    C!: BDAT 3\\r\\nx\\r\\n
                    S: 452 4.3.1 *
                    """));
            ingress.spool.setRoom(Room.OPEN);
            var _ = conversation.play(Dialogue.of("""
                    C!: BDAT 3\\r\\ny\\r\\n
                    S: 452 4.3.1 *
                    C!: BDAT 3 LAST\\r\\ny\\r\\n
                    S: 452 4.3.1 *
                    C!: BDAT 3 LAST\\r\\ny\\r\\n
                    S: 503 5.5.1 Need MAIL first
                    """));
        }
        assertNothingStored();
    }

    @Test
    void flawsEndTheMailAndKeepTheSession() {
        ingress.play(MAIL + """
                C!: BDAT 4\\r\\nx\\ny\\r
                S: 550 5.6.11 *
                C!: BDAT 1 LAST\\r\\n\\n
                S: 550 5.6.11 *
                """ + MAIL.substring(MAIL.indexOf("C: MAIL")) + "C!: BDAT 70000\\r\\n" + "x".repeat(70_000)
                + """

                S: 552 5.3.4 *
                """ + MAIL.substring(MAIL.indexOf("C: MAIL")) + """
                C!: BDAT 3 LAST\\r\\nx\\ry
                S: 550 5.6.11 *
                C: QUIT
                S: 221 *
                S: <closed>
                """);
        assertNothingStored();
    }

    @Test
    void aChunkThatIsFarTooLargeIsNotReadInVain() {
        ingress.play("""
                S: 220 *
                C: BDAT 99999999999
                S: 421 4.3.4 *
                S: <closed>
                """);
    }

    @Test
    void aChunkOfUnknownLengthEndsTheSession() {
        ingress.play(MAIL + """
                C: BDAT many LAST
                S: 501 5.5.4 *
                S: <closed>
                """);
        assertNothingStored();
    }

    @Test
    void aClientThatIsGoneBetweenChunksLeavesNothing() {
        ingress.play(MAIL + """
                C!: BDAT 2000\\r\\n""" + "x".repeat(2000) + """

                S: 250 *
                C: <close>
                """);
    }

    @Test
    void aRefusalIsOneHoweverManyChunksItTakes() {
        StringBuilder chunks = new StringBuilder(MAIL).append("C!: BDAT 4\\r\\nx\\ny\\r\nS: 550 5.6.11 *\n");
        for (int i = 0; i < 100; i++) {
            chunks.append("C!: BDAT 3\\r\\nx\\r\\n\nS: 550 5.6.11 *\n");
        }
        ingress.play(chunks + "C: MAIL FROM:<>\nS: 250 2.1.0 Ok\n");
        assertNothingStored();
    }

    @Test
    void chunksOfARefusedMailAreNotReadForEver() {
        ingress.play(MAIL + """
                C!: BDAT 4\\r\\nx\\ny\\r
                S: 550 5.6.11 *
                C: BDAT 11000000
                S: 421 4.3.4 *
                S: <closed>
                """);
    }

    @Test
    void helloBetweenChunksForgetsThem() {
        ingress.play(MAIL + """
                C!: BDAT 3\\r\\nx\\r\\n
                S: 250 *
                C: EHLO client.example
                S: 250 *
                C!: BDAT 3 LAST\\r\\ny\\r\\n
                S: 503 5.5.1 Need MAIL first
                C: QUIT
                S: 221 *
                S: <closed>
                """);
        assertNothingStored();
    }
}
