package io.backupmx.ingress.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts what a client says into command lines. Only CRLF ends a line (RFC 5321 §2.3.8). A line that is too long, or holds a
 * bare CR or LF, is reported as soon as that is seen, each once, and skipped up to its CRLF: two servers that disagree on where
 * a line ends can so never disagree on how many there were. Of one that is too long a bare CR or LF behind is reported, too. However
 * the octets are split into buffers, the lines are the same. Holds memory only while a line is incomplete, and never more than
 * {@link #MAX_LINE_OCTETS}.
 */
public final class LineDecoder {

    /**
     * CRLF included. RFC 5321 §4.5.3.1.4 wants 512, and extensions add to it: SIZE 26 (RFC 1870 §3), 8BITMIME 17
     * (RFC 6152 §2), and the largest we know of, DSN, 500 for ORCPT (RFC 3461 §4); rounded up.
     */
    public static final int MAX_LINE_OCTETS = 2048;

    private static final int MAX_TEXT = MAX_LINE_OCTETS - 2;
    private static final int START_OCTETS = 5;
    private static final byte[] NOTHING = {};

    /** The start of the line, when it came in an earlier buffer; without a final CR. */
    private byte[] held = NOTHING;

    private int heldLength;
    private boolean heldCr;
    private Rest rest = Rest.TAKEN;

    /** What becomes of the line we are in. */
    private enum Rest {
        TAKEN,
        SKIPPED_AS_TOO_LONG,
        SKIPPED_AS_BROKEN
    }

    /** The next line in {@code in}, which has an array; empty when all of it is consumed and no line is complete. */
    public Optional<Line> next(ByteBuffer in) {
        byte[] octets = in.array();
        int base = in.arrayOffset();
        int to = base + in.limit();
        while (in.hasRemaining()) {
            int from = base + in.position();
            if (heldCr) {
                heldCr = false;
                if (octets[from] == '\n') {
                    in.position(from + 1 - base);
                    if (!endOfSkipped()) {
                        return Optional.of(text(octets, from, from));
                    }
                } else if (broken()) {
                    return Optional.of(new Line.BareLineEnd());
                }
                continue;
            }
            int end = Octets.indexOfLineEnd(octets, from, to);
            if (rest == Rest.TAKEN && heldLength + (end - from) > MAX_TEXT) {
                in.position(end - base);
                String start = start(octets, from, end);
                skip(Rest.SKIPPED_AS_TOO_LONG);
                return Optional.of(new Line.TooLong(start));
            }
            if (end == to) {
                hold(octets, from, to);
                in.position(in.limit());
            } else if (octets[end] == '\n') {
                in.position(end + 1 - base);
                if (broken()) {
                    return Optional.of(new Line.BareLineEnd());
                }
            } else if (end + 1 < to && octets[end + 1] == '\n') {
                in.position(end + 2 - base);
                if (!endOfSkipped()) {
                    return Optional.of(text(octets, from, end));
                }
            } else {
                hold(octets, from, end);
                heldCr = true;
                in.position(end + 1 - base);
            }
        }
        return Optional.empty();
    }

    /** A bare CR or LF. Returns whether it is the first of the line. */
    private boolean broken() {
        boolean first = rest != Rest.SKIPPED_AS_BROKEN;
        skip(Rest.SKIPPED_AS_BROKEN);
        return first;
    }

    private void skip(Rest why) {
        rest = why;
        forget();
    }

    private boolean endOfSkipped() {
        boolean was = rest != Rest.TAKEN;
        rest = Rest.TAKEN;
        return was;
    }

    private void hold(byte[] octets, int from, int to) {
        int length = to - from;
        if (rest != Rest.TAKEN || length == 0) {
            return;
        }
        if (heldLength + length > held.length) {
            held = Arrays.copyOf(held, Math.clamp(2L * (heldLength + length), 64, MAX_TEXT));
        }
        System.arraycopy(octets, from, held, heldLength, length);
        heldLength += length;
    }

    /** Enough to tell a command by. */
    private String start(byte[] octets, int from, int to) {
        int ofHeld = Math.min(heldLength, START_OCTETS);
        String start = new String(held, 0, ofHeld, StandardCharsets.ISO_8859_1);
        int more = Math.min(to - from, START_OCTETS - ofHeld);
        return start + new String(octets, from, more, StandardCharsets.ISO_8859_1);
    }

    /** One char an octet: what is not ASCII stays visible as such. */
    private Line text(byte[] octets, int from, int to) {
        if (heldLength == 0) {
            return new Line.Text(new String(octets, from, to - from, StandardCharsets.ISO_8859_1));
        }
        hold(octets, from, to);
        String text = new String(held, 0, heldLength, StandardCharsets.ISO_8859_1);
        forget();
        return new Line.Text(text);
    }

    private void forget() {
        held = NOTHING;
        heldLength = 0;
    }
}
