package io.backupmx.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A content on disk, in a file that has no name any more: whatever happens to the process, nothing is left behind.
 * Written once by {@link #append}, then read. Blocks on the disk: not for event loops.
 */
public final class SpilledContent implements Content {

    private final FileChannel channel;
    private long sizeBytes;

    private SpilledContent(FileChannel channel) {
        this.channel = channel;
    }

    /** @param directory an existing directory on the disk to use */
    public static SpilledContent in(Path directory) throws IOException {
        Path file = Files.createTempFile(directory, "content", ".spill");
        try {
            return new SpilledContent(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } finally {
            Files.delete(file);
        }
    }

    public void append(byte[] octets, int offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(octets, offset, length);
        while (buffer.hasRemaining()) {
            sizeBytes += channel.write(buffer, sizeBytes);
        }
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public InputStream open() {
        return new PositionalStream(channel, sizeBytes);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing an unlinked file", e);
        }
    }

    /** Reads by position, so that several streams of one channel do not disturb each other. */
    private static final class PositionalStream extends InputStream {
        private final FileChannel channel;
        private final long end;
        private long position;

        PositionalStream(FileChannel channel, long end) {
            this.channel = channel;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (position >= end) {
                return -1;
            }
            int wanted = (int) Math.min(length, end - position);
            int got = channel.read(ByteBuffer.wrap(target, offset, wanted), position);
            if (got > 0) {
                position += got;
            }
            return got;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, end - position);
        }
    }
}
