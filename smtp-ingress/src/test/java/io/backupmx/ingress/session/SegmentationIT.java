package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
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

    private static final TestIngress INGRESS = new TestIngress(SegmentationIT::tune);

    private static final TestIngress WITH_TLS = new TestIngress(tuning -> {
        tune(tuning);
        tuning.tls = true;
    });

    private static final TestIngress BEHIND_PROXY = new TestIngress(tuning -> {
        tune(tuning);
        tuning.proxies = List.of("127.0.0.0/8");
    });

    private static void tune(Tuning tuning) {
        tuning.contentSpillBytes = 1 << 10;
        tuning.maxErrors = 1000;
    }

    @AfterContainer
    static void stop() {
        for (TestIngress ingress : List.of(INGRESS, WITH_TLS, BEHIND_PROXY)) {
            ingress.awaitNothingHeld();
            assertThat(ingress.count("backupmx.ingress.connections", "outcome", "internal_error"))
                    .isZero();
            ingress.close();
        }
    }

    @Property(tries = 300)
    void anySegmentationGivesTheSame(@ForAll("sessions") String said, @ForAll("sizes") List<Integer> sizes)
            throws IOException {
        Outcome whole = converse(INGRESS, said, List.of(said.length()));
        assertThat(converse(INGRESS, said, sizes)).isEqualTo(whole);
        assertThat(whole.replies()).startsWith("220 mx2.example.net ").endsWith(farewell(whole));
    }

    /** The header comes in pieces, too, and what is behind it may come with it. */
    @Property(tries = 60)
    void soItDoesBehindAProxy(
            @ForAll("headers") String header, @ForAll("sessions") String said, @ForAll("sizes") List<Integer> sizes)
            throws IOException {
        Outcome whole = converse(BEHIND_PROXY, header + said, List.of(header.length() + said.length()));
        assertThat(converse(BEHIND_PROXY, header + said, sizes)).isEqualTo(whole);
        assertThat(whole.replies()).startsWith("220 mx2.example.net ").endsWith(farewell(whole));
    }

    /**
     * Whatever comes in the clear behind STARTTLS, together with it or not, is not heard (CVE-2011-0411): not before a handshake, which
     * fails here. {@link StartTlsIT} has what would be heard after one.
     */
    @Property(tries = 60)
    void nothingIsHeardBehindStartTls(@ForAll("sessions") String said, @ForAll("sizes") List<Integer> sizes)
            throws IOException {
        String opening = "EHLO a\r\nNOOP\r\nSTARTTLS\r\n";
        Outcome outcome = converse(WITH_TLS, opening + said, sizes);
        assertThat(outcome.stored()).isEmpty();
        String end = "250 2.0.0 Ok\r\n220 2.0.0 Ready to start TLS\r\n";
        int last = outcome.replies().indexOf(end);
        String after = last < 0 ? "" : outcome.replies().substring(last + end.length());
        assertThat(after).as("nothing, or an alert of TLS").matches("(?s)(\u0015\u0003.\u0000\u0002..)?");
        assertThat(outcome.replies()).doesNotContain("354 ", "250 2.1.", "503 ");
    }

    /** Lines that end otherwise end the session, and so does a first octet that begins TLS. */
    private static String farewell(Outcome outcome) {
        if (outcome.replies().contains(" This is SMTP, ")) {
            return "554 5.5.1 This is SMTP, and that is not\r\n";
        }
        return outcome.replies().contains(" Lines must end ")
                ? "500 5.5.2 Lines must end with <CR><LF>, closing connection\r\n"
                : "221 2.0.0 mx2.example.net Bye\r\n";
    }

    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

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
                "NOOP\n",
                "BDAT 12\r\nMAIL FROM:<>\n",
                "STARTTLS\r\n",
                "PROXY TCP4 192.0.2.1 203.0.113.9 51000 25\r\n",
                "MAIL FROM:<b\u00c3\u00b6b@client.example> SMTPUTF8\r\nRCPT TO:<j\u00c3\u00bcrgen@example.test>\r\n",
                "MAIL FROM:<b\u00f6b@client.example> SMTPUTF8\r\n",
                "\u0080\u00ff\0\r\n",
                "DATA\n",
                "DATA\r\0",
                "RCPT TO:<" + "a".repeat(2035) + ">\r\n",
                "\u00ff".repeat(20_000) + "\r\n");
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

    @Provide
    Arbitrary<String> headers() {
        return Arbitraries.of(
                "PROXY TCP4 192.0.2.1 203.0.113.9 51000 25\r\n",
                "PROXY TCP6 2001:db8::1 2001:db8::9 51000 25\r\n",
                "PROXY UNKNOWN\r\n",
                SIGNATURE + "\u0021\u0011\0\u000c\u00c0\0\u0002\u0007\u00cb\0q\u0009\u00c7\u0038\0\u0019",
                SIGNATURE + "\u0020\0\0\0");
    }

    private static Outcome converse(TestIngress ingress, String said, List<Integer> sizes) throws IOException {
        int before = ingress.spool.mails().size();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), ingress.port())) {
            client.setTcpNoDelay(true);
            client.setSoTimeout(10_000);
            try {
                write(client.getOutputStream(), said.getBytes(StandardCharsets.ISO_8859_1), sizes);
                client.shutdownOutput();
            } catch (IOException _) {
                // a handshake has failed: what was answered so far may still be there
            }
            return new Outcome(
                    repliesOf(client).replaceAll("queued as \\S+", "queued"),
                    ingress.spool.mails().stream()
                            .skip(before)
                            .map(MemorySpool.Mail::text)
                            .collect(Collectors.toList()));
        }
    }

    private static void write(OutputStream out, byte[] octets, List<Integer> sizes) throws IOException {
        for (int from = 0, i = 0; from < octets.length; i++) {
            int size = i < sizes.size() ? Math.min(sizes.get(i), octets.length - from) : octets.length - from;
            out.write(octets, from, size);
            from += size;
        }
    }

    private static String repliesOf(Socket client) {
        ByteArrayOutputStream replies = new ByteArrayOutputStream();
        try {
            client.getInputStream().transferTo(replies);
        } catch (IOException e) {
            if (e instanceof SocketTimeoutException) {
                throw new AssertionError("it does not end: " + replies, e);
            }
        }
        return replies.toString(StandardCharsets.ISO_8859_1);
    }
}
