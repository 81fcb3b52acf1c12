package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig.BareLineEnd;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDecoderTest {

    /** What came of decoding: the content, whether it ended, what is left, whether a bare line end was seen. */
    private record Outcome(String content, boolean ended, String rest, boolean bare) {}

    @Test
    void contentEndsWithADotAlone() {
        assertThat(decode("Subject: x\r\n\r\nhello\r\n.\r\n"))
                .isEqualTo(new Outcome("Subject: x\r\n\r\nhello\r\n", true, "", false));
    }

    @Test
    void theDotMayBeTheFirstLine() {
        assertThat(decode(".\r\n")).isEqualTo(new Outcome("", true, "", false));
    }

    @Test
    void whatFollowsTheEndIsLeftToTheCommands() {
        assertThat(decode("a\r\n.\r\nQUIT\r\n")).isEqualTo(new Outcome("a\r\n", true, "QUIT\r\n", false));
    }

    @Test
    void leadingDotsAreUnstuffed() {
        assertThat(decode("..\r\n...\r\n.a\r\na.\r\n.\r\n").content()).isEqualTo(".\r\n..\r\na\r\na.\r\n");
    }

    @Test
    void everyOctetButLineEndsPasses() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            all.append(c == '\r' || c == '\n' ? ' ' : c);
        }
        assertThat(decode(all + "\r\n.\r\n")).isEqualTo(new Outcome(all + "\r\n", true, "", false));
    }

    @Test
    void linesOfAnyLengthPass() {
        String line = "x".repeat(100_000) + "\r\n";
        assertThat(decode(line + line + ".\r\n").content()).isEqualTo(line + line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n.\n",
                "\n.\r\n",
                "\r\n.\n",
                "\r\n.\r",
                "\r.\r",
                "\r.\r\n",
                "\r\n.\r\r\n",
                "\n.\r",
                "\r.\n",
                "\r\r\n.\r\r\n",
                "\r\n\0.\r\n",
                "\r\n.\0\r\n",
                "\n\r.\n\r",
                "\r\n. \r\n",
                "\r\n .\r\n",
                "\r\n.\r\0\n",
                "\n\n.\n\n",
                "\r\r.\r\r"
            })
    void whatSmugglersSendEndsNothing(String sequence) {
        for (BareLineEnd policy : BareLineEnd.values()) {
            Outcome outcome = decode("a" + sequence + "MAIL FROM:<x@y.example>\r\n", policy);
            assertThat(outcome.ended()).as("%s", policy).isFalse();
            assertThat(outcome.bare()).isEqualTo(withoutCrLf(sequence).matches("(?s).*[\r\n].*"));
        }
    }

    @Test
    void bareLineEndsAreSeenAndKeptWhenTheyAreToBeRefused() {
        assertThat(decode("a\rb\nc\r\n.\r\n", BareLineEnd.REJECT))
                .isEqualTo(new Outcome("a\rb\nc\r\n", true, "", true));
    }

    @Test
    void bareLineEndsBecomeCrLfWhenTheyAreToBeNormalized() {
        assertThat(decode("a\rb\nc\r\r\n\n\r\n.\r\n", BareLineEnd.NORMALIZE))
                .isEqualTo(new Outcome("a\r\nb\r\nc\r\n\r\n\r\n\r\n", true, "", true));
    }

    @Test
    void aNormalizedLineEndUnstuffsNoDot() {
        assertThat(decode("a\n..b\r\n.\r\n", BareLineEnd.NORMALIZE).content()).isEqualTo("a\r\n..b\r\n");
    }

    @Test
    void aBareCrIsNoLineStart() {
        assertThat(decode("a\r.\r\n.\r\n", BareLineEnd.REJECT).content()).isEqualTo("a\r.\r\n");
    }

    @Property(tries = 5000)
    void anySplitGivesTheSame(@ForAll("splits") Split split, @ForAll BareLineEnd policy) {
        assertThat(decodeSplit(split, policy)).isEqualTo(decode(split.text(), policy));
    }

    @Property(tries = 5000)
    void theEndIsTheFirstCrLfDotCrLfAndNothingElse(@ForAll("splits") Split split) {
        String said = "\r\n" + split.text(); // that of the DATA command
        int end = said.indexOf("\r\n.\r\n");
        String content = (end < 0 ? said : said.substring(0, end + 2))
                .replace("\r\n.", "\r\n")
                .substring(2);
        Outcome outcome = decodeSplit(split, BareLineEnd.REJECT);
        assertThat(outcome.ended()).isEqualTo(end >= 0);
        if (end >= 0) {
            assertThat(outcome.content()).isEqualTo(content);
            assertThat(outcome.rest()).isEqualTo(said.substring(end + 5));
            assertThat(outcome.bare()).isEqualTo(withoutCrLf(content).matches("(?s).*[\r\n].*"));
        } else {
            assertThat(content).startsWith(outcome.content()); // less what may yet be part of an end
            assertThat(content.length() - outcome.content().length()).isLessThanOrEqualTo(1);
        }
    }

    @Provide
    Arbitrary<Split> splits() {
        return Split.ofLineEndsAndDots();
    }

    private static String withoutCrLf(String text) {
        return text.replace("\r\n", "");
    }

    private static Outcome decode(String text) {
        return decode(text, BareLineEnd.REJECT);
    }

    private static Outcome decode(String text, BareLineEnd policy) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        DataDecoder decoder = new DataDecoder(policy, content::write);
        ByteBuffer in = Split.buffer(text);
        boolean ended = decoder.decode(in);
        return new Outcome(content.toString(StandardCharsets.ISO_8859_1), ended, rest(in), decoder.sawBareLineEnd());
    }

    private static Outcome decodeSplit(Split split, BareLineEnd policy) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        DataDecoder decoder = new DataDecoder(policy, content::write);
        StringBuilder rest = new StringBuilder();
        boolean ended = false;
        for (ByteBuffer in : split.buffers()) {
            ended = decoder.decode(in);
            rest.append(rest(in));
        }
        return new Outcome(
                content.toString(StandardCharsets.ISO_8859_1), ended, rest.toString(), decoder.sawBareLineEnd());
    }

    private static String rest(ByteBuffer in) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return new String(rest, StandardCharsets.ISO_8859_1);
    }
}
