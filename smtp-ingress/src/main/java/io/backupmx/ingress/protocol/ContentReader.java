package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig;
import io.backupmx.config.IngressConfig.BareLineEnd;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads one content to its end and judges it on the way. What is good so far goes to the sink; from the first flaw on
 * nothing does, but the content is still read to its end, so that the session stays usable. Only a flood is not.
 */
public final class ContentReader {

    /** What we are ready to read in vain: twice the limit and this. */
    private static final long FLOOD_MARGIN_BYTES = 10L << 20;

    private final long maxBytes;
    private final long deliverableBytes;
    private final int maxHops;
    private final boolean refuseBareLineEnds;
    private final Optional<ChunkDecoder> chunks;
    private final ContentDecoder decoder;
    private final HeaderScan header = new HeaderScan();
    private final DataDecoder.Sink sink;
    private Optional<ContentFlaw> flaw = Optional.empty();
    private long octets;

    private ContentReader(IngressConfig config, OptionalLong deliverableBytes, DataDecoder.Sink sink, boolean chunked) {
        this.maxBytes = config.maxMessageBytes();
        this.deliverableBytes = Math.min(deliverableBytes.orElse(maxBytes), maxBytes);
        this.maxHops = config.maxHops();
        this.refuseBareLineEnds = config.bareLineEnd() == BareLineEnd.REJECT;
        this.chunks = chunked ? Optional.of(new ChunkDecoder(config.bareLineEnd(), this::take)) : Optional.empty();
        this.decoder = chunks.isPresent() ? chunks.get() : new DataDecoder(config.bareLineEnd(), this::take);
        this.sink = sink;
    }

    /**
     * Of a content behind DATA.
     *
     * @param deliverableBytes as {@link SessionMachine#deliverableBytes}
     */
    public static ContentReader ofData(IngressConfig config, OptionalLong deliverableBytes, DataDecoder.Sink sink) {
        return new ContentReader(config, deliverableBytes, sink, false);
    }

    /** As {@link #ofData}, of a content that comes in chunks, each announced by {@link #begin}. */
    public static ContentReader ofChunks(IngressConfig config, OptionalLong deliverableBytes, DataDecoder.Sink sink) {
        return new ContentReader(config, deliverableBytes, sink, true);
    }

    /** How many octets of what we do not take we read all the same. */
    static long floodBytes(long maxBytes) {
        return 2 * maxBytes + FLOOD_MARGIN_BYTES;
    }

    /** A chunk begins, the one before having ended; {@link #read} ends with it. */
    public void begin(long bytes, boolean last) {
        chunks.orElseThrow().begin(bytes, last);
    }

    /**
     * Consumes {@code in} up to its limit or the end of the content or chunk. Returns whether nothing more is to be read:
     * the end was found, and what remains in {@code in} are commands, or there is a {@link ContentFlaw#FLOOD}.
     */
    public boolean read(ByteBuffer in) {
        boolean ended = decoder.decode(in);
        if (decoder.sawBareLineEnd() && refuseBareLineEnds) {
            refuse(ContentFlaw.BARE_LINE_END);
        }
        if (!ended && octets > floodBytes(maxBytes)) {
            flaw = Optional.of(ContentFlaw.FLOOD);
            return true;
        }
        return ended;
    }

    /** Whether the header, as far as it has come, is ASCII; else it is one of RFC 6532. */
    public boolean isHeaderAscii() {
        return header.isAscii();
    }

    /** Stops giving to the sink, for a reason of ours or the caller's; the first reason stands. */
    public void refuse(ContentFlaw reason) {
        if (flaw.isEmpty()) {
            flaw = Optional.of(reason);
        }
    }

    /** Why the content will not be taken, so far; final once {@link #read} has returned true. */
    public Optional<ContentFlaw> flaw() {
        return flaw;
    }

    private void take(byte[] array, int offset, int length) {
        octets += length;
        if (octets > deliverableBytes) {
            refuse(deliverableBytes < maxBytes ? ContentFlaw.TOO_LARGE_FOR_PRIMARY : ContentFlaw.TOO_LARGE);
        }
        header.accept(array, offset, length);
        if (header.hops() > maxHops) {
            refuse(ContentFlaw.TOO_MANY_HOPS);
        }
        if (flaw.isEmpty()) {
            sink.accept(array, offset, length);
        }
    }
}
