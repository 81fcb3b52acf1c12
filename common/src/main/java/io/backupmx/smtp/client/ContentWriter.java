package io.backupmx.smtp.client;

import io.backupmx.mail.Content;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Sends header, content and final dot: in one write when the content is in memory and not large, else in blocks, two of
 * which are under way at most.
 */
final class ContentWriter {

    private static final int ONE_WRITE_BYTES = 1 << 20;
    private static final int BLOCK_BYTES = 64 << 10;
    private static final int BLOCKS_UNDER_WAY = 2;

    private final Wire wire;
    private final Duration blockTimeout;
    private Buffer block = Buffer.buffer(0);

    ContentWriter(Wire wire, Duration blockTimeout) {
        this.wire = wire;
        this.blockTimeout = blockTimeout;
    }

    /** Header, content and final dot, where they are sent in one write. */
    static Optional<Buffer> whole(Transaction transaction) {
        if (!(transaction.content() instanceof Content.InMemory memory) || memory.sizeBytes() > ONE_WRITE_BYTES) {
            return Optional.empty();
        }
        byte[] header = transaction.headerOctets();
        byte[] octets = memory.octets();
        Buffer whole = Buffer.buffer(header.length + octets.length + octets.length / 32 + 64);
        DotStuffer stuffer = new DotStuffer((run, offset, count) -> {
            var _ = whole.appendBytes(run, offset, count);
        });
        stuffer.write(header, 0, header.length);
        stuffer.write(octets, 0, octets.length);
        stuffer.end();
        return Optional.of(whole);
    }

    /** @return whether all was handed over, final dot included; otherwise the peer's reply came first and waits */
    boolean send(Transaction transaction, BooleanSupplier mayEnd) throws LostException {
        Optional<Buffer> whole = whole(transaction);
        if (whole.isPresent()) {
            checkMayEnd(mayEnd);
            wire.write(whole.get());
            return true;
        }
        Content content = transaction.content();
        int expected = (int) Math.min(content.sizeBytes(), BLOCK_BYTES);
        byte[] header = transaction.headerOctets();
        block = Buffer.buffer(header.length + expected + expected / 32 + 64);
        DotStuffer stuffer = new DotStuffer((octets, offset, count) -> {
            var _ = block.appendBytes(octets, offset, count);
        });
        stuffer.write(header, 0, header.length);
        if (!stream(content, stuffer)) {
            return false;
        }
        checkMayEnd(mayEnd);
        stuffer.end();
        wire.write(block);
        return true;
    }

    private static void checkMayEnd(BooleanSupplier mayEnd) throws LostException {
        if (!mayEnd.getAsBoolean()) {
            throw new LostException(Loss.Cause.ABORTED, "the mail may be another's by now");
        }
    }

    private boolean stream(Content content, DotStuffer stuffer) throws LostException {
        long sent = 0;
        byte[] octets = new byte[(int) Math.min(BLOCK_BYTES, Math.max(1, content.sizeBytes()))];
        try (InputStream in = content.open()) {
            int count;
            while ((count = in.readNBytes(octets, 0, octets.length)) > 0) {
                if (block.length() >= BLOCK_BYTES) {
                    if (!wire.awaitRoom(BLOCKS_UNDER_WAY, blockTimeout)) {
                        return false;
                    }
                    wire.write(block);
                    block = Buffer.buffer(BLOCK_BYTES + BLOCK_BYTES / 32);
                }
                stuffer.write(octets, 0, count);
                sent += count;
            }
        } catch (IOException e) {
            throw unreadable(String.valueOf(e.getMessage()));
        }
        if (sent != content.sizeBytes()) {
            throw unreadable(sent + " of " + content.sizeBytes() + " octets");
        }
        return wire.awaitRoom(BLOCKS_UNDER_WAY, blockTimeout);
    }

    /** A content that we cannot read to its end is never ended by a dot. */
    private static LostException unreadable(String why) {
        return new LostException(Loss.Cause.CONTENT_UNREADABLE, "content not readable: " + why);
    }
}
