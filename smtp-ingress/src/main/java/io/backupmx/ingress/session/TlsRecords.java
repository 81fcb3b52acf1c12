package io.backupmx.ingress.session;

import io.netty.buffer.ByteBuf;

/** Where one TLS record of a client ends and the next begins, however its octets are split (RFC 8446 §5.1, RFC 5246 §6.2.1). */
final class TlsRecords {

    private static final int HEADER_OCTETS = 5;
    private static final byte ALERT = 21;

    /** Of the header of the record that is being read, or is next. */
    private int headerSeen;

    /** What the record that is being read still has, once its header is seen. */
    private int missing;

    /**
     * How many of {@code octets}, which come next, are to be heard: all of them, or those before the first alert that says it is
     * one.
     */
    int heard(ByteBuf octets, boolean alertsToo) {
        int at = octets.readerIndex();
        int end = octets.writerIndex();
        while (at < end) {
            if (headerSeen == 0 && !alertsToo && octets.getByte(at) == ALERT) {
                break;
            }
            at = headerSeen < HEADER_OCTETS ? header(octets, at) : fragment(at, end);
        }
        return at - octets.readerIndex();
    }

    private int header(ByteBuf octets, int at) {
        headerSeen++;
        if (headerSeen >= HEADER_OCTETS - 1) { // the last two are its length
            missing = (missing << Byte.SIZE) | octets.getUnsignedByte(at);
        }
        if (headerSeen == HEADER_OCTETS && missing == 0) {
            headerSeen = 0;
        }
        return at + 1;
    }

    private int fragment(int at, int end) {
        int taken = Math.min(missing, end - at);
        missing -= taken;
        if (missing == 0) {
            headerSeen = 0;
        }
        return at + taken;
    }
}
