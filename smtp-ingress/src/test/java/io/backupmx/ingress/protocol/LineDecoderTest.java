package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class LineDecoderTest {

    private static final String LONGEST = "x".repeat(LineDecoder.MAX_LINE_OCTETS - 2);

    @Test
    void crLfEndsALine() {
        assertThat(decode("EHLO a\r\n\r\nQUIT\r\nNO"))
                .containsExactly(new Line.Text("EHLO a"), new Line.Text(""), new Line.Text("QUIT"));
    }

    @Test
    void theLongestLineIsTaken() {
        assertThat(decode(LONGEST + "\r\n")).containsExactly(new Line.Text(LONGEST));
    }

    @Test
    void aLongerLineIsReportedAtOnceAndSkipped() {
        assertThat(decode(LONGEST + "x")).containsExactly(new Line.TooLong("xxxxx"));
        assertThat(decode(LONGEST + "x" + LONGEST + "RSET\r\nQUIT\r\n"))
                .containsExactly(new Line.TooLong("xxxxx"), new Line.Text("QUIT"));
    }

    @Test
    void aBareLineEndInALongerLineIsReportedToo() {
        for (String bare : List.of("\n", "\r", "x\n", "x\rx\n\n\r")) {
            String said = LONGEST + "x" + bare + "BDAT 60";
            assertThat(decode(said)).containsExactly(new Line.TooLong("xxxxx"), new Line.BareLineEnd());
            assertThat(decode(said + "\r\nQUIT\r\n" + said))
                    .containsExactly(
                            new Line.TooLong("xxxxx"),
                            new Line.BareLineEnd(),
                            new Line.Text("QUIT"),
                            new Line.TooLong("xxxxx"),
                            new Line.BareLineEnd());
        }
    }

    @Test
    void aBareLfIsReportedAtOnceAndSkippedToTheCrLf() {
        assertThat(decode("EHLO a\n")).containsExactly(new Line.BareLineEnd());
        assertThat(decode("EHLO a\nMAIL FROM:<>\r\nQUIT\r\n"))
                .containsExactly(new Line.BareLineEnd(), new Line.Text("QUIT"));
    }

    @Test
    void aBareCrIsReportedAndSkippedToTheCrLf() {
        assertThat(decode("EHLO a\rMAIL FROM:<>\r\r\nQUIT\r\n"))
                .containsExactly(new Line.BareLineEnd(), new Line.Text("QUIT"));
    }

    @Test
    void octetsBecomeCharsOneByOne() {
        assertThat(decode("HELO \u00e9\u0000\r\n")).containsExactly(new Line.Text("HELO \u00e9\u0000"));
    }

    @Property(tries = 5000)
    void anySplitGivesTheSame(@ForAll("splits") Split split) {
        LineDecoder decoder = new LineDecoder();
        List<Line> lines = new ArrayList<>();
        split.buffers().forEach(in -> drain(decoder, in, lines));
        assertThat(lines).isEqualTo(decode(split.text()));
    }

    @Property(tries = 2000)
    void thereIsOneLineForEachCrLf(@ForAll("splits") Split split) {
        List<String> ended = List.of((split.text() + "\r\n").split("\r\n", -1));
        int reports = ended.stream()
                .limit(ended.size() - 1)
                .mapToInt(LineDecoderTest::reports)
                .sum();
        assertThat(decode(split.text() + "\r\n")).hasSize(reports);
    }

    /** Of a line that is too long before its first bare CR or LF both are told. */
    private static int reports(String line) {
        int bare = line.length() - line.replaceFirst("(?s)^[^\r\n]*", "").length();
        return bare > LONGEST.length() && bare < line.length() ? 2 : 1;
    }

    @Provide
    Arbitrary<Split> splits() {
        return Split.ofLineEndsAndDots()
                .map(split -> split.text().length() % 7 == 0
                        ? new Split("x".repeat(2030) + split.text(), split.cuts())
                        : split);
    }

    private static List<Line> decode(String text) {
        List<Line> lines = new ArrayList<>();
        drain(new LineDecoder(), Split.buffer(text), lines);
        return lines;
    }

    private static void drain(LineDecoder decoder, ByteBuffer in, List<Line> lines) {
        for (Optional<Line> line = decoder.next(in); line.isPresent(); line = decoder.next(in)) {
            lines.add(line.get());
        }
        assertThat(in.hasRemaining()).isFalse();
    }
}
