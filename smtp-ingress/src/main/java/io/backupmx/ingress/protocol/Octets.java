package io.backupmx.ingress.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Searches octets for line ends, eight at a time: every octet we are sent passes through here. */
final class Octets {

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long CRS = ONES * '\r';
    private static final long LFS = ONES * '\n';

    private Octets() {}

    /** Index of the first CR or LF within {@code [from, to)}, or {@code to}. */
    static int indexOfLineEnd(byte[] octets, int from, int to) {
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long word = (long) WORD.get(octets, i);
            long found = zeroOctets(word ^ CRS) | zeroOctets(word ^ LFS);
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (octets[i] == '\r' || octets[i] == '\n') {
                return i;
            }
        }
        return to;
    }

    /** Index of the first LF within {@code [from, to)}, or {@code to}. */
    static int indexOfLf(byte[] octets, int from, int to) {
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long found = zeroOctets((long) WORD.get(octets, i) ^ LFS);
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (octets[i] == '\n') {
                return i;
            }
        }
        return to;
    }

    /** The high bit of each octet that is zero; exact up to the lowest of them, which is the one we ask for. */
    private static long zeroOctets(long word) {
        return (word - ONES) & ~word & HIGH_BITS;
    }
}
