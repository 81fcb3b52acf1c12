package io.backupmx.standalone;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;

/** Contents that tell who they are, so that whoever gets one can say what it must look like to the last octet. */
final class MarkedMail {

    /** The name of the header field that begins with the mark. */
    static final String FIELD = "X-Mark";

    private static final String MARK = FIELD + ": ";
    private static final int LINE = 76;

    private MarkedMail() {}

    /** Exactly {@code size} octets, at least 100, the same for the same mark; no two marks have equal contents. */
    static byte[] content(int mark, int size) {
        byte[] head = (MARK + mark + " " + size + "\r\nSubject: load\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] octets = Arrays.copyOf(head, size);
        SplittableRandom random = new SplittableRandom(mark);
        for (int i = head.length; i < size; i++) {
            octets[i] = (byte) random.nextInt('.', 'z');
        }
        for (int end = head.length + LINE; end < size - 2; end += LINE) {
            endLine(octets, end);
        }
        endLine(octets, size);
        return octets;
    }

    private static void endLine(byte[] octets, int end) {
        octets[end - 2] = '\r';
        octets[end - 1] = '\n';
    }

    /** The mark of a content that is what {@link #content} made, below whatever trace was put on top; empty if it is not. */
    static Optional<Integer> markOf(byte[] belowTrace) {
        String start = new String(belowTrace, 0, Math.min(belowTrace.length, 60), StandardCharsets.US_ASCII);
        int end = start.indexOf('\r');
        if (!start.startsWith(MARK) || end < 0) {
            return Optional.empty();
        }
        String[] fields = start.substring(MARK.length(), end).split(" ", -1);
        int mark = Integer.parseInt(fields[0]);
        return Arrays.equals(belowTrace, content(mark, Integer.parseInt(fields[1])))
                ? Optional.of(mark)
                : Optional.empty();
    }
}
