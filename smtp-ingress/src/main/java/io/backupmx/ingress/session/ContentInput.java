package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.ContentFlaw;
import io.backupmx.ingress.protocol.Effect;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** The content that one session's client is sending, in one piece or in chunks, and chunks that are read in vain. On its loop. */
final class ContentInput {

    private final IngressParts parts;
    private final EventLoop loop;
    private Optional<ContentIntake> intake = Optional.empty();
    private long toSkip;

    ContentInput(IngressParts parts, EventLoop loop) {
        this.parts = parts;
        this.loop = loop;
    }

    /**
     * All of it follows.
     *
     * @param deliverableBytes beyond which it is read in vain
     */
    void begin(OptionalLong deliverableBytes) {
        intake = Optional.of(parts.newIntake(loop, deliverableBytes));
    }

    /**
     * A part of it follows, be it the first.
     *
     * @param deliverableBytes of all parts; asked at the first
     */
    void begin(Effect.ReceiveChunk chunk, Supplier<OptionalLong> deliverableBytes) {
        ContentIntake content = intake.orElseGet(() -> parts.newChunkedIntake(loop, deliverableBytes.get()));
        intake = Optional.of(content);
        content.beginChunk(chunk.bytes(), chunk.last());
    }

    /** As {@link ContentIntake#read}. */
    ContentIntake.Progress read(ByteBuffer octets, Runnable whenReady) {
        return intake.orElseThrow().read(octets, whenReady);
    }

    Optional<ContentFlaw> flaw() {
        return intake.orElseThrow().flaw();
    }

    /** Whether it waits for a disk of ours. */
    boolean isWaiting() {
        return intake.filter(ContentIntake::isWaiting).isPresent();
    }

    /** So many octets follow that nobody wants. */
    void beginSkipping(long bytes) {
        toSkip = bytes;
    }

    /** Reads those that are here of them. Returns whether these were the last. */
    boolean skip(ByteBuffer octets) {
        int count = (int) Math.min(toSkip, octets.remaining());
        octets.position(octets.position() + count);
        toSkip -= count;
        return toSkip == 0;
    }

    /** Gives the content away, complete. */
    ContentIntake take() {
        ContentIntake complete = intake.orElseThrow();
        intake = Optional.empty();
        return complete;
    }

    /** Nobody wants it any more. Idempotent. */
    void drop() {
        intake.ifPresent(ContentIntake::close);
        intake = Optional.empty();
    }
}
