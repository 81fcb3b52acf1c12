package io.backupmx.ingress.protocol;

/**
 * Counts the {@code Received} fields of a content as it passes, up to the empty line that ends its header (RFC 5321 §6.3,
 * RFC 5322 §2.1), and looks whether the header is ASCII. Costs nothing after that.
 */
final class HeaderScan implements DataDecoder.Sink {

    private static final byte[] NAME = {'r', 'e', 'c', 'e', 'i', 'v', 'e', 'd', ':'};
    private static final int ELSEWHERE = -1;

    /** How much of the name this line has begun with, or {@link #ELSEWHERE}. */
    private int matched;

    private boolean inBody;
    private int hops;
    private boolean ascii = true;

    int hops() {
        return hops;
    }

    /** Whether the header has been ASCII so far; else it is one of RFC 6532. */
    boolean isAscii() {
        return ascii;
    }

    @Override
    public void accept(byte[] octets, int offset, int length) {
        int i = offset;
        int to = offset + length;
        while (i < to && !inBody) {
            if (matched == ELSEWHERE) {
                int from = i;
                i = Octets.indexOfLf(octets, i, to);
                ascii = ascii && isAscii(octets, from, i);
                if (i < to) {
                    i++;
                    matched = 0;
                }
            } else if (matched == 0 && octets[i] == '\r') {
                inBody = true;
            } else if (lowerCase(octets[i]) == NAME[matched]) {
                i++;
                if (++matched == NAME.length) {
                    hops++;
                    matched = ELSEWHERE;
                }
            } else {
                matched = ELSEWHERE;
            }
        }
    }

    private static boolean isAscii(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) {
            if (octets[i] < 0) {
                return false;
            }
        }
        return true;
    }

    private static int lowerCase(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
    }
}
