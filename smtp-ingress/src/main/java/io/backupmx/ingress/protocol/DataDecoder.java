package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig.BareLineEnd;
import java.nio.ByteBuffer;

/**
 * Finds the end of one content and gives away what is before it, dots un-stuffed (RFC 5321 §4.5.2). Nothing but
 * {@code <CRLF>.<CRLF>} ends a content, the first CRLF being that of the DATA command when the content is empty
 * (§4.1.1.4). Every octet between is given away as it came, NUL and 8-bit ones too; only bare CR and LF, which §2.3.8
 * forbids, become CRLF when they are to be normalized, and even then they end neither a content nor, for dot-stuffing, a
 * line. However the octets are split into buffers, the outcome is the same.
 */
public final class DataDecoder {

    /** Takes slices of the content. The array is only lent. */
    @FunctionalInterface
    public interface Sink {
        void accept(byte[] octets, int offset, int length);
    }

    /** What we have seen and not yet given away: nothing in the first two, else what the name says. */
    private enum At {
        LINE_START,
        WITHIN_LINE,
        CR,
        DOT,
        DOT_CR,
        END
    }

    private static final byte[] CR = {'\r'};
    private static final byte[] CRLF = {'\r', '\n'};

    private final boolean normalize;
    private final Sink sink;
    private At at = At.LINE_START;
    private boolean bareLineEnd;

    public DataDecoder(BareLineEnd policy, Sink sink) {
        this.normalize = policy == BareLineEnd.NORMALIZE;
        this.sink = sink;
    }

    /**
     * Consumes {@code in}, which has an array, up to its limit or the end of the content, whichever is first. Returns
     * whether the end was found; what then remains in {@code in} are commands.
     */
    public boolean decode(ByteBuffer in) {
        byte[] octets = in.array();
        int base = in.arrayOffset();
        int i = base + in.position();
        int to = base + in.limit();
        int pending = i; // from here to i is to be given away
        while (i < to && at != At.END) {
            switch (at) {
                case LINE_START -> {
                    if (octets[i] == '.') {
                        give(octets, pending, i);
                        pending = ++i;
                        at = At.DOT;
                    } else {
                        at = At.WITHIN_LINE;
                    }
                }
                case WITHIN_LINE -> {
                    i = Octets.indexOfLineEnd(octets, i, to);
                    if (i + 1 < to && octets[i] == '\r' && octets[i + 1] == '\n') {
                        i += 2;
                        at = At.LINE_START;
                    } else if (i < to && octets[i] == '\r') {
                        give(octets, pending, i);
                        pending = ++i;
                        at = At.CR;
                    } else if (i < to) {
                        give(octets, pending, i);
                        bareLf();
                        pending = ++i;
                    }
                }
                case CR -> {
                    if (octets[i] == '\n') {
                        give(CRLF, 0, 2);
                        pending = ++i;
                        at = At.LINE_START;
                    } else {
                        bareCr();
                        at = At.WITHIN_LINE;
                    }
                }
                case DOT -> {
                    if (octets[i] == '\r') {
                        pending = ++i;
                        at = At.DOT_CR;
                    } else {
                        at = At.WITHIN_LINE; // the dot was stuffing
                    }
                }
                case DOT_CR -> {
                    if (octets[i] == '\n') {
                        pending = ++i;
                        at = At.END;
                    } else {
                        bareCr();
                        at = At.WITHIN_LINE;
                    }
                }
                case END -> {}
            }
        }
        give(octets, pending, i);
        in.position(i - base);
        return at == At.END;
    }

    /** Whether a CR without LF or an LF without CR was seen so far. */
    public boolean sawBareLineEnd() {
        return bareLineEnd;
    }

    private void bareCr() {
        bareLineEnd = true;
        give(normalize ? CRLF : CR, 0, normalize ? 2 : 1);
    }

    private void bareLf() {
        bareLineEnd = true;
        give(CRLF, normalize ? 0 : 1, 2);
    }

    private void give(byte[] octets, int from, int to) {
        if (from < to) {
            sink.accept(octets, from, to - from);
        }
    }
}
