package io.backupmx.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Mail content that relays have broken. All of it is lines ending with CRLF; some of it is no proper message (RFC 5322) or
 * exceeds RFC 5321 §4.5.3.1.6, and has to pass unchanged all the same.
 *
 * <p>{@code @MethodSource("io.backupmx.testing.MailCorpus#all")} runs a test for each.
 */
public final class MailCorpus {

    private static final String HEADER = """
            From: Alice <alice@client.example>
            To: bob@example.test
            Subject: corpus
            Date: Mon, 5 Jan 2026 10:00:00 +0100
            Message-ID: <1@client.example>
            """.replace("\n", "\r\n");

    /** Where buffers of readers and writers commonly end. */
    private static final List<Integer> BUFFER_SIZES = List.of(512, 1024, 4096, 8192, 16_384, 65_536, 102_400);

    private MailCorpus() {}

    /** Every content that has a name; the order is fixed. */
    public static List<MailContent> all() {
        List<MailContent> all = new ArrayList<>();
        all.addAll(headers());
        all.addAll(bodies());
        all.addAll(dots());
        all.addAll(sizes());
        return List.copyOf(all);
    }

    /** A small, ordinary mail. */
    public static MailContent ordinary() {
        return MailContent.of("ordinary", HEADER + "\r\nHello Bob,\r\n\r\nall is well.\r\n");
    }

    private static List<MailContent> headers() {
        return List.of(
                ordinary(),
                MailContent.of(
                        "UTF-8 in headers",
                        HEADER + "X-Name: Gr\u00c3\u00bc\u00c3\u009fe \u00e2\u0082\u00ac\r\n\r\nx\r\n"),
                MailContent.of(
                        "Latin-1 in headers", "Subject: Gr\u00fc\u00dfe aus K\u00f6ln\r\n" + HEADER + "\r\nx\r\n"),
                MailContent.of(
                        "no blank after the colon", "Subject:x\r\nFrom:alice@client.example\r\nX-Empty:\r\n\r\nx\r\n"),
                MailContent.of("blanks before and after the colon", "Subject :  x \r\nX-Tab:\tx\t\r\n\r\nx\r\n"),
                MailContent.of(
                        "odd case of names", "sUBJECT: x\r\nMIME-version: 1.0\r\nmessage-id: <X@y>\r\n\r\nx\r\n"),
                MailContent.of(
                        "folded headers",
                        "Subject: a\r\n b\r\n\tc\r\n   \r\n d\r\nX-Long:\r\n " + "y".repeat(900) + "\r\n" + HEADER
                                + "\r\nx\r\n"),
                MailContent.of(
                        "duplicated headers", HEADER + HEADER + "Subject: 3\r\nSubject: 1\r\nSubject: 2\r\n\r\nx\r\n"),
                MailContent.of(
                        "trace of earlier hops",
                        "Return-Path: <x@y>\r\nReceived: from a by b;\r\n\tMon, 5 Jan 2026 10:00:00 +0100\r\n" + HEADER
                                + "\r\nx\r\n"),
                MailContent.of(
                        "Bcc and Resent fields",
                        HEADER + "Bcc: c@example.test\r\nResent-To: d@example.test\r\n\r\nx\r\n"),
                MailContent.of(
                        "a line that is no field",
                        "From alice Mon Jan  5 10:00:00 2026\r\n" + HEADER + "no field\r\n\r\nx\r\n"),
                MailContent.of("begins with a folded line", " folded onto nothing\r\n" + HEADER + "\r\nx\r\n"),
                MailContent.of(
                        "header of 64 KiB",
                        ("X-Field: " + "z".repeat(500) + "\r\n").repeat(129) + HEADER + "\r\nx\r\n"),
                MailContent.of("headers only, no blank line", HEADER),
                MailContent.of("empty body", HEADER + "\r\n"),
                MailContent.of("body only", "\r\nno header at all\r\n"),
                MailContent.of("one empty line", "\r\n"),
                MailContent.of("no content at all", ""));
    }

    private static List<MailContent> bodies() {
        return List.of(
                MailContent.of("trailing blanks and tabs", HEADER + "\r\na \r\nb\t\r\n \r\n\t \r\nc  \t  \r\n"),
                MailContent.of("empty lines at the end", HEADER + "\r\nx\r\n\r\n\r\n\r\n"),
                MailContent.of("From at the start of a line", HEADER + "\r\nFrom here on\r\n>From there\r\nFrom\r\n"),
                MailContent.of(
                        "looks like commands", HEADER + "\r\nQUIT\r\nRSET\r\nMAIL FROM:<>\r\nDATA\r\nBDAT 3 LAST\r\n"),
                MailContent.of("looks like replies", HEADER + "\r\n250 Ok\r\n354-\r\n421 4.3.2 Bye\r\n"),
                MailContent.of("binary without NUL", HEADER + "\r\n" + binary()),
                MailContent.of(
                        "control characters", HEADER + "\r\n\u0001\u0007\b\u000b\f\u001b[31m\u007f\u001a\u0004\r\n"),
                MailContent.of("broken UTF-8", HEADER + "\r\n\u00c3\r\n\u00e2\u0082\r\n\u00ff\u00fe\u00f0\u009f\r\n"),
                MailContent.of("Latin-1 line feeds", HEADER + "\r\na\u0085b\u008dc\r\n\u00e2\u0080\u00a8\r\n"));
    }

    private static List<MailContent> dots() {
        List<MailContent> dots = new ArrayList<>(List.of(
                MailContent.of("lone dot", HEADER + "\r\na\r\n.\r\nb\r\n"),
                MailContent.of("lone dot on the first line", ".\r\n" + HEADER + "\r\nx\r\n"),
                MailContent.of("lone dot on the last line", HEADER + "\r\nx\r\n.\r\n"),
                MailContent.of("nothing but a dot", ".\r\n"),
                MailContent.of("dots of every count", HEADER + "\r\n.\r\n..\r\n...\r\n....\r\n.....\r\n"),
                MailContent.of("dots before text", HEADER + "\r\n.x\r\n..x\r\n...x\r\n. x\r\n.\t\r\n.\u00e4\r\n"),
                MailContent.of("dots elsewhere", HEADER + "\r\nx.\r\nx..\r\n .\r\nx.x\r\n"),
                MailContent.of("dots in the header", ".X: 1\r\n..Y: 2\r\nSubject: .\r\n .\r\n" + HEADER + "\r\n.\r\n"),
                MailContent.of("thousands of dot lines", HEADER + "\r\n" + ".\r\n".repeat(10_000))));
        for (int size : BUFFER_SIZES) {
            dots.add(MailContent.of("dot lines around octet " + size, dotsAround(size)));
        }
        return dots;
    }

    private static List<MailContent> sizes() {
        return List.of(
                MailContent.of("line of 998 octets", HEADER + "\r\n" + "l".repeat(998) + "\r\n"),
                MailContent.of("line of 999 octets", HEADER + "\r\n" + "l".repeat(999) + "\r\n"),
                MailContent.of("line of 100000 octets", HEADER + "\r\n" + "l".repeat(100_000) + "\r\n"),
                MailContent.of(
                        "header line of 100000 octets", HEADER + "X-Long: " + "l".repeat(99_992) + "\r\n\r\nx\r\n"),
                ofSize("100 KiB", 100 << 10),
                ofSize("100 KiB and an octet", (100 << 10) + 1),
                ofSize("1 MiB", 1 << 20));
    }

    /** Ordinary text of exactly {@code size} octets, at least 400. */
    public static MailContent ofSize(String name, int size) {
        String line = "The quick brown fox jumps over the lazy dog, again and again and again.\r\n";
        StringBuilder text = new StringBuilder(size).append(HEADER).append("\r\n");
        while (text.length() + 2 * line.length() < size) {
            text.append(line);
        }
        return MailContent.of(
                name,
                text.append("=".repeat(size - 2 - text.length())).append("\r\n").toString());
    }

    /**
     * {@code count} contents, the same for the same seed: lines of letters, dots, blanks and arbitrary octets but NUL, CR and
     * LF, mostly short, up to about 100 KiB in all.
     */
    public static List<MailContent> random(long seed, int count) {
        RandomGenerator random = new SplittableRandom(seed);
        List<MailContent> contents = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            contents.add(MailContent.of("random " + seed + "/" + i, randomLines(random)));
        }
        return contents;
    }

    private static String randomLines(RandomGenerator random) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? HEADER + "\r\n" : "");
        int lines = random.nextInt(random.nextInt(10) == 0 ? 2000 : 40);
        for (int i = 0; i < lines; i++) {
            int length = random.nextInt(20) == 0 ? random.nextInt(5000) : random.nextInt(80);
            switch (random.nextInt(6)) {
                case 0 -> text.append(".".repeat(random.nextInt(4)));
                case 1 -> text.append(" \t".repeat(random.nextInt(4)));
                case 2 -> text.append('.').append("x".repeat(Math.min(length, 80)));
                default ->
                    random.ints(Math.min(length, 102_400 / Math.max(1, lines) + 80), 1, 256)
                            .filter(octet -> octet != '\r' && octet != '\n')
                            .forEach(octet -> text.append((char) octet));
            }
            text.append("\r\n");
        }
        return text.toString();
    }

    /** Every octet but NUL, CR and LF, in lines of every length from 1 to 253, with each octet at the start of one. */
    private static String binary() {
        StringBuilder octets = new StringBuilder();
        for (int octet = 1; octet < 256; octet++) {
            if (octet != '\r' && octet != '\n') {
                octets.append((char) octet);
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < octets.length(); i++) {
            text.append(octets, i, octets.length()).append("\r\n");
            text.append(octets, 0, i + 1).append("\r\n");
        }
        return text.toString();
    }

    /** Text with nothing but dot lines for 64 octets before and behind {@code offset}, at each phase of a dot line's octets. */
    private static String dotsAround(int offset) {
        StringBuilder text = new StringBuilder(offset + 2000);
        for (int shift = 0; shift < 4; shift++) {
            int before = offset * (shift + 1) - 64 + shift - text.length() - 2;
            text.append("x".repeat(Math.max(0, before))).append("\r\n");
            text.append(".\r\n..\r\n".repeat(18));
        }
        return text.toString();
    }
}
