package io.backupmx.ingress.protocol;

import java.nio.ByteBuffer;

/** Finds the end of a content, or of a part of it, in what a client says, and gives away what is before it. */
interface ContentDecoder {

    /**
     * Consumes {@code in}, which has an array, up to its limit or the end, whichever is first. Returns whether the end was
     * found; what then remains in {@code in} are commands.
     */
    boolean decode(ByteBuffer in);

    /** Whether a CR without LF or an LF without CR was seen so far. */
    boolean sawBareLineEnd();
}
