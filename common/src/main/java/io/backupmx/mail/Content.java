package io.backupmx.mail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The exact octets of a mail between DATA and its final dot, dots un-stuffed. Can be read any number of times until
 * {@link #close}, by several readers at once; closing gives back the memory or the file it holds.
 */
public interface Content extends AutoCloseable {

    long sizeBytes();

    /** A stream over all octets. It need not be closed before the content is. May block on the disk. */
    InputStream open() throws IOException;

    /** Idempotent. */
    @Override
    void close();

    /** A content in memory, held by nobody else. */
    static InMemory of(byte[] octets) {
        return new InMemory(octets);
    }

    /** A content in the heap. */
    final class InMemory implements Content {

        private final byte[] octets;

        private InMemory(byte[] octets) {
            this.octets = octets;
        }

        /** The array itself, for those who copy it anyway; not to be changed. */
        public byte[] octets() {
            return octets;
        }

        @Override
        public long sizeBytes() {
            return octets.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(octets);
        }

        @Override
        public void close() {}
    }
}
