package io.backupmx.smtp.client;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A content as DATA carries it: its octets, a dot in front of every line that begins with one, and the end (RFC 5321
 * §4.5.2). A line begins at the start and behind CRLF, nowhere else: a dot behind a bare LF is the content's own.
 */
final class DotStuffer {

    /** Where the octets go, in runs as long as they can be. */
    interface Sink {
        void write(byte[] octets, int offset, int count);
    }

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_ONE = 0x0101010101010101L;
    private static final long EACH_HIGH = 0x8080808080808080L;
    private static final long EACH_DOT = '.' * EACH_ONE;

    private static final byte[] DOT = {'.'};
    private static final byte[] END = ".\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LINE_AND_END = "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Sink sink;
    // The two octets before the next one; a content starts as if behind CRLF.
    private byte beforeLast = '\r';
    private byte last = '\n';

    DotStuffer(Sink sink) {
        this.sink = sink;
    }

    /** The next octets of the content. */
    void write(byte[] octets, int offset, int count) {
        int end = offset + count;
        int start = offset;
        for (int dot = nextDot(octets, offset, end); dot < end; dot = nextDot(octets, dot + 1, end)) {
            if (at(octets, offset, dot - 1) == '\n' && at(octets, offset, dot - 2) == '\r') {
                sink.write(octets, start, dot - start);
                sink.write(DOT, 0, 1);
                start = dot;
            }
        }
        sink.write(octets, start, end - start);
        byte newBeforeLast = at(octets, offset, end - 2);
        last = at(octets, offset, end - 1);
        beforeLast = newBeforeLast;
    }

    /**
     * The content is complete. One that does not end with CRLF gets it, because the final dot stands on a line of its own:
     * SMTP cannot carry it otherwise.
     */
    void end() {
        byte[] end = beforeLast == '\r' && last == '\n' ? END : LINE_AND_END;
        sink.write(end, 0, end.length);
    }

    private byte at(byte[] octets, int offset, int index) {
        return index >= offset ? octets[index] : index == offset - 1 ? last : beforeLast;
    }

    /** Index of the first dot from {@code from} on, or {@code end}: eight octets at a time. */
    private static int nextDot(byte[] octets, int from, int end) {
        int i = from;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            long zeroWhereDot = (long) LONGS.get(octets, i) ^ EACH_DOT;
            long found = (zeroWhereDot - EACH_ONE) & ~zeroWhereDot & EACH_HIGH;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3); // the lowest mark is always exact
            }
        }
        while (i < end && octets[i] != '.') {
            i++;
        }
        return i;
    }
}
