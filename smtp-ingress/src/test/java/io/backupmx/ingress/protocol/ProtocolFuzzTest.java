package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import org.junit.jupiter.api.Test;

/**
 * Whatever octets a client says, and however the network cuts them: nothing breaks, the same is answered, and not more often than
 * there are lines, no mail is taken that the octets did not complete, and what is taken is what was said. What that is, is judged by
 * searching the whole of it.
 */
class ProtocolFuzzTest {

    private static final Pattern DATA = Pattern.compile("(?is)(?:.*\r\n)?DATA *\r\n");
    private static final Pattern BDAT = Pattern.compile("(?is).*BDAT +(?<bytes>\\d+)(?<last> +LAST)? *\r\n");
    private static final Pattern LF_COMMAND = Pattern.compile("(?:DATA|BDAT \\d+(?: LAST| last)?)\n");
    private static final String BARE_BEHIND_RCPT =
            "250 2.1.5 Ok\n500 5.5.2 Lines must end with <CR><LF>, closing connection\n";
    private static final int LARGE = 16 << 20;
    private static final int SMALL = 1 << 20;

    private static final List<String> COMMANDS = List.of(
            "EHLO client.example\r\n",
            "HELO client.example\r\n",
            "EHLO \u00e9\r\n",
            "MAIL FROM:<>\r\n",
            "MAIL FROM:<bob@client.example> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=a+20b\r\n",
            "mail from: <bob@client.example> SIZE=99999999999\r\n",
            "MAIL FROM:<b\u00c3\u00b6b@client.example> SMTPUTF8\r\n",
            "MAIL FROM:<b\u00f6b@client.example> SMTPUTF8\r\n",
            "RCPT TO:<alice@example.test>\r\n",
            "RCPT TO:<\"a> b\"@example.test> NOTIFY=NEVER ORCPT=rfc822;a@b\r\n",
            "RCPT TO:<j\u00c3\u00bcrgen@example.test>\r\n",
            "RCPT TO:<@relay.test:nobody@example.test>\r\n",
            "RCPT TO:<alice%example.test@elsewhere.test>\r\n",
            "DATA\r\n",
            "data  \r\n",
            "DATA\n",
            "DATA\r",
            "BDAT 0 LAST\r\n",
            "BDAT 00000000000000000004 LAST\r\nabcd",
            "BDAT 999999999999999999 LAST\r\n",
            "BDAT -1\r\n",
            "BDAT\t3\r\nabc",
            "STARTTLS\r\n",
            "STARTTLS\r\nEHLO a\r\nMAIL FROM:<>\r\n",
            "STARTTLS x\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001",
            "PROXY TCP4 192.0.2.1 203.0.113.9 51000 25\r\n",
            "\r\n\r\n\0\r\nQUIT\n",
            "RSET\r\n",
            "RSET\r\nNOOP\r\nVRFY a\r\nHELP\r\nAUTH PLAIN\r\nETRN a\r\nGET / HTTP/1.1\r\n",
            "QUIT\r\n",
            "x".repeat(LineDecoder.MAX_LINE_OCTETS - 2) + "\r\n",
            "x".repeat(LineDecoder.MAX_LINE_OCTETS - 1) + "\r\n",
            "NOOP " + "\u00ff".repeat(5000) + "\r\n",
            "\r\n");

    private static final List<String> CONTENTS = List.of(
            "hello\r\n",
            ".\r\n",
            "\r\n.\r\n",
            "\r\n..\r\n",
            "\n.\n",
            "\n.\r\n",
            "\r\n.\n",
            "\r\n.\r",
            "\r.\r\n",
            "\r\r\n.\r\n",
            "\r",
            "\n",
            ".",
            "\0",
            "\u0080\u00ff",
            "Received: x\r\n".repeat(30),
            "x".repeat(3000) + "\r\n");

    private static final AtomicInteger BY_DATA = new AtomicInteger();
    private static final AtomicInteger BY_CHUNKS = new AtomicInteger();
    private static final AtomicInteger REFUSED = new AtomicInteger();
    private static final AtomicInteger BEHIND_LF = new AtomicInteger();

    /** Else it was not about what it seems to be about. */
    @AfterContainer
    static void everythingHappened() {
        assertThat(List.of(BY_DATA.get(), BY_CHUNKS.get(), REFUSED.get())).allMatch(count -> count > 100);
        assertThat(BEHIND_LF.get()).isGreaterThan(20);
    }

    @Property(tries = 4000)
    void nothingBreaksAndNothingIsTakenThatWasNotSaid(@ForAll("sessions") Split session) {
        Pipeline whole = new Pipeline();
        whole.feed(session.whole());
        Pipeline pieces = new Pipeline();
        session.buffers().forEach(pieces::feed);

        assertThat(pieces.said()).isEqualTo(whole.said());
        assertThat(pieces.mails()).isEqualTo(whole.mails());
        assertThat(pieces.state().getClass()).isEqualTo(whole.state().getClass());
        assertThat(whole.said().split("queued as", -1)).hasSize(whole.mails().size() + 1);
        assertThat(whole.replies()).isLessThanOrEqualTo(mostReplies(session.text(), whole.said()));
        if (whole.said().endsWith(BARE_BEHIND_RCPT)
                && LF_COMMAND.matcher(session.text()).find()) {
            BEHIND_LF.incrementAndGet();
        }
        if (whole.said().contains("550 5.6.11")) {
            REFUSED.incrementAndGet();
        }
        for (Pipeline.Mail mail : whole.mails()) {
            assertThat(mail.recipients())
                    .isNotEmpty()
                    .allMatch(to -> to.endsWith("@example.test>") && !to.contains("nobody"));
            assertThat(mail.content()).isEqualTo(contentSaid(session.text(), mail));
        }
    }

    /**
     * The greeting, and one for each CRLF, which alone ends a command or a content. What has none can be answered for being too long, and
     * for a bare CR or LF, after which nothing is.
     */
    private static int mostReplies(String text, String said) {
        List<String> lines = List.of(text.split("\r\n", -1));
        int most = lines.size(); // of which the last has no CRLF, and the greeting has no line
        if (lines.getLast().length() > LineDecoder.MAX_LINE_OCTETS - 2) {
            most++;
        }
        return said.contains(" Lines must end ") ? most + 1 : most;
    }

    /** The content of the mail that ends there, by whoever reads backwards from its end. */
    private static String contentSaid(String said, Pipeline.Mail mail) {
        int begin = Math.toIntExact(mail.begins().getFirst());
        int end = Math.toIntExact(mail.end());
        if (DATA.matcher(said.substring(0, begin)).matches()) {
            BY_DATA.incrementAndGet();
            String raw = "\r\n" + said.substring(begin, end);
            assertThat(raw.indexOf("\r\n.\r\n")).as("the first end").isEqualTo(raw.length() - 5);
            String lines =
                    raw.substring(0, raw.length() - 3).replace("\r\n.", "\r\n").substring(2);
            assertThat(lines.replace("\r\n", "")).doesNotContain("\r", "\n");
            return lines;
        }
        BY_CHUNKS.incrementAndGet();
        StringBuilder content = new StringBuilder();
        for (int i = 0; i < mail.begins().size(); i++) {
            int from = Math.toIntExact(mail.begins().get(i));
            Matcher bdat = BDAT.matcher(said.substring(0, from));
            assertThat(bdat.matches()).isTrue();
            int to = from + Integer.parseInt(bdat.group("bytes"));
            boolean last = i == mail.begins().size() - 1;
            assertThat(bdat.group("last") != null).isEqualTo(last);
            assertThat(to <= end && (!last || to == end)).isTrue();
            content.append(said, from, to);
        }
        assertThat(content.toString().replace("\r\n", "")).doesNotContain("\r", "\n");
        return content.toString();
    }

    /** A client may go on for as long as it likes. What is answered costs both, and ends by other limits. */
    @Test
    void whatHasNoEndCostsNoMemory() {
        String mail = "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\n";
        int endless = 0;
        for (String opening : List.of("", "EHLO a\r\n\n", mail + "BDAT 60000000 LAST\r\n\n", "BDAT 60000000\r\n")) {
            for (String filling : List.of("x", "\r", "\n", "\r\n", "\r\n.", "\0\u00ff", "BDAT 3\r\n")) {
                endless += isEndless(opening, filling) ? 1 : 0;
            }
        }
        assertThat(endless).isGreaterThan(15);
    }

    private static boolean isEndless(String opening, String filling) {
        Pipeline pipeline = new Pipeline();
        byte[] octets = filling.repeat(8192 / filling.length()).getBytes(StandardCharsets.ISO_8859_1);
        pipeline.feed(Split.buffer(opening));
        pipeline.feed(ByteBuffer.wrap(octets)); // what is needed once
        int replies = pipeline.saidOctets();
        long before = allocatedBytes();
        for (int fed = 0; fed < LARGE; fed += octets.length) {
            pipeline.feed(ByteBuffer.wrap(octets));
            if (pipeline.saidOctets() != replies) {
                return false;
            }
        }
        assertThat(allocatedBytes() - before)
                .as("octets of heap, after " + opening + " then " + filling)
                .isLessThan(SMALL);
        return true;
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @Provide
    Arbitrary<Split> sessions() {
        Arbitrary<String> octets =
                Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(40);
        Arbitrary<String> anything = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.of(COMMANDS)),
                Tuple.of(8, Arbitraries.of(CONTENTS)),
                Tuple.of(2, octets),
                Tuple.of(2, chunks()),
                Tuple.of(9, mails(octets)),
                Tuple.of(2, mails(octets).map(ProtocolFuzzTest::behindLf)));
        Arbitrary<String> text = Combinators.combine(
                        Arbitraries.of("", "EHLO a\r\n"), anything.list().ofMaxSize(12))
                .as((opening, pieces) -> opening + String.join("", pieces));
        Arbitrary<List<Integer>> cuts = Arbitraries.frequencyOf(
                        Tuple.of(1, Arbitraries.just(1)),
                        Tuple.of(1, Arbitraries.integers().between(1, 60)))
                .list()
                .ofMaxSize(200);
        return Combinators.combine(text, cuts).as(Split::new);
    }

    /** Whole mails, so that what comes behind one is met often. */
    private static Arbitrary<String> mails(Arbitrary<String> octets) {
        String opening =
                "MAIL FROM:<bob@client.example>\r\nRCPT TO:<nobody@example.test>\r\nRCPT TO:<alice@example.test>\r\n";
        Arbitrary<String> content = Arbitraries.oneOf(
                        Arbitraries.of(CONTENTS), octets, Arbitraries.of("a\r\n", "..\r\n"))
                .list()
                .ofMaxSize(4)
                .map(pieces -> String.join("", pieces));
        return Arbitraries.oneOf(
                content.map(said -> opening + "DATA\r\n" + said + "\r\n.\r\n"),
                Combinators.combine(content, content).as((one, two) -> opening + bdat(one, "") + bdat(two, " LAST")),
                content.map(said -> opening + bdat(said, " last")));
    }

    /** The command before the content ends with a bare LF, which is an end to other servers. */
    private static String behindLf(String mail) {
        return mail.replaceFirst("(DATA|BDAT \\d+(?: LAST| last)?)\r\n", "$1\n");
    }

    /** Of the length they have, or not. */
    private static Arbitrary<String> chunks() {
        return Combinators.combine(
                        Arbitraries.of(CONTENTS), Arbitraries.integers().between(-2, 2), Arbitraries.of("", " LAST"))
                .as((content, error, last) ->
                        "BDAT " + Math.max(0, content.length() + error) + last + "\r\n" + content);
    }

    private static String bdat(String content, String last) {
        return "BDAT " + content.length() + last + "\r\n" + content;
    }
}
