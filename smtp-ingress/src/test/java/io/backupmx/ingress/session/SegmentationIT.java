package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;

/** Whatever a client says, and however the network cuts it: the same is answered and stored, and nothing breaks. */
class SegmentationIT {

    private static final TestIngress INGRESS = new TestIngress(tuning -> {
        tuning.contentSpillBytes = 1 << 10;
        tuning.maxErrors = 1000;
    });

    @AfterContainer
    static void stop() {
        INGRESS.awaitNothingHeld();
        assertThat(INGRESS.count("backupmx.ingress.connections", "outcome", "internal_error"))
                .isZero();
        INGRESS.close();
    }

    @Property(tries = 300)
    void anySegmentationGivesTheSame(@ForAll("sessions") String said, @ForAll("sizes") List<Integer> sizes)
            throws IOException {
        Outcome whole = converse(said, List.of(said.length()));
        assertThat(converse(said, sizes)).isEqualTo(whole);
        assertThat(whole.replies()).startsWith("220 mx2.example.net ").endsWith("221 2.0.0 mx2.example.net Bye\r\n");
    }

    /** All that was answered, queue ids aside, and the contents stored meanwhile. */
    private record Outcome(String replies, List<String> stored) {}

    @Provide
    Arbitrary<String> sessions() {
        Arbitrary<String> piece = Arbitraries.of(
                "EHLO client.example\r\n",
                "MAIL FROM:<bob@client.example>\r\n",
                "RCPT TO:<alice@example.test>\r\n",
                "RCPT TO:<nobody@example.test>\r\n",
                "RCPT TO:<carol@other.test>\r\n",
                "DATA\r\n",
                "BDAT 7\r\nhello\r\n",
                "BDAT 3\r\n.\r\nBDAT 6 LAST\r\nQUIT\r\n",
                "BDAT 2 LAST\r\n\ra",
                "BDAT 0 LAST\r\n",
                "RSET\r\n",
                "hello\r\n",
                ".\r\n",
                "..\r\n",
                "\r\n",
                "\n.\n",
                "\r.\r\n",
                "\n.\r\n",
                "\r",
                "\0\u00e9 \r\n",
                "x".repeat(700) + "\r\n",
                "x".repeat(3000) + "\r\n",
                "NOOP\n");
        Arbitrary<String> octets =
                Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(50);
        Arbitrary<String> noise = Arbitraries.frequencyOf(Tuple.of(5, piece), Tuple.of(1, octets))
                .list()
                .ofMaxSize(15)
                .map(pieces -> String.join("", pieces));
        String opening = "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\n";
        String chunks =
                "\r\n.\r\nEHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nBDAT 4\r\nabc\rBDAT 1 LAST\r\n\n";
        return noise.flatMap(
                before -> noise.map(within -> before + opening + within + "\r\n.\r\n" + chunks + "RSET\r\nQUIT\r\n"));
    }

    @Provide
    Arbitrary<List<Integer>> sizes() {
        return Arbitraries.integers().between(1, 40).list().ofMinSize(1).ofMaxSize(40);
    }

    private static Outcome converse(String said, List<Integer> sizes) throws IOException {
        int before = INGRESS.spool.mails().size();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), INGRESS.port())) {
            client.setTcpNoDelay(true);
            client.setSoTimeout(10_000);
            OutputStream out = client.getOutputStream();
            byte[] octets = said.getBytes(StandardCharsets.ISO_8859_1);
            for (int from = 0, i = 0; from < octets.length; i++) {
                int size = i < sizes.size() ? Math.min(sizes.get(i), octets.length - from) : octets.length - from;
                out.write(octets, from, size);
                from += size;
            }
            String replies = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return new Outcome(
                    replies.replaceAll("queued as \\S+", "queued"),
                    INGRESS.spool.mails().stream()
                            .skip(before)
                            .map(MemorySpool.Mail::text)
                            .collect(Collectors.toList()));
        }
    }
}
