package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig;
import io.backupmx.config.IngressConfig.BareLineEnd;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Reads one content to its end and judges it on the way. What is good so far goes to the sink; from the first flaw on
 * nothing does, but the content is still read to its end, so that the session stays usable. Only a flood is not.
 */
public final class ContentReader {

    /** What we are ready to read in vain: twice the limit and this. */
    private static final long FLOOD_MARGIN_BYTES = 10L << 20;

    private final long maxBytes;
    private final int maxHops;
    private final boolean refuseBareLineEnds;
    private final DataDecoder decoder;
    private final HopCounter hops = new HopCounter();
    private final DataDecoder.Sink sink;
    private Optional<ContentFlaw> flaw = Optional.empty();
    private long octets;

    public ContentReader(IngressConfig config, DataDecoder.Sink sink) {
        this.maxBytes = config.maxMessageBytes();
        this.maxHops = config.maxHops();
        this.refuseBareLineEnds = config.bareLineEnd() == BareLineEnd.REJECT;
        this.decoder = new DataDecoder(config.bareLineEnd(), this::take);
        this.sink = sink;
    }

    /**
     * Consumes {@code in} up to its limit or the end of the content. Returns whether nothing more is to be read: the end
     * was found, and what remains in {@code in} are commands, or there is a {@link ContentFlaw#FLOOD}.
     */
    public boolean read(ByteBuffer in) {
        boolean ended = decoder.decode(in);
        if (decoder.sawBareLineEnd() && refuseBareLineEnds) {
            refuse(ContentFlaw.BARE_LINE_END);
        }
        if (!ended && octets > 2 * maxBytes + FLOOD_MARGIN_BYTES) {
            flaw = Optional.of(ContentFlaw.FLOOD);
            return true;
        }
        return ended;
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
        if (octets > maxBytes) {
            refuse(ContentFlaw.TOO_LARGE);
        }
        hops.accept(array, offset, length);
        if (hops.hops() > maxHops) {
            refuse(ContentFlaw.TOO_MANY_HOPS);
        }
        if (flaw.isEmpty()) {
            sink.accept(array, offset, length);
        }
    }
}
