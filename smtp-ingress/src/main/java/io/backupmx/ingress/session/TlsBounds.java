package io.backupmx.ingress.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;

/**
 * Stands before TLS, and bounds what a client can have it do and hold. TLS reads on whether the session wants input or not: all
 * that comes while a handshake is computed is kept, and each KeyUpdate (RFC 8446 §4.6.3) is computed and answered. Keeps TLS
 * 1.2 from hearing a goodbye, too, for from then on it would let us say nothing (RFC 5246 §7.2.1), and answers are owed. Tells
 * those behind by events.
 */
final class TlsBounds extends ChannelInboundHandlerAdapter {

    enum Event {
        /** The client goes beyond what we bear with. Nothing of it is heard any more. */
        FLOOD,
        /** The client has said its last, and may still listen. */
        GOODBYE
    }

    /** More than any handshake has, with a flight of it that is read while another waits to be computed. */
    private static final int MAX_HANDSHAKE_OCTETS = 64 << 10;

    /** What may come for nothing: some thousand KeyUpdates, or as many records as a session has, padded to their largest. */
    private static final int MAX_FRUITLESS_OCTETS = 256 << 10;

    /** What each octet for the session makes up for: a record that holds nothing else, and then some. */
    private static final int OCTETS_FOR_ONE = 128;

    private final Future<Channel> handshake;
    private final TlsRecords records = new TlsRecords();
    private int handshakeOctets;
    private long fruitlessOctets;
    private boolean deaf;

    TlsBounds(Future<Channel> handshake) {
        this.handshake = handshake;
    }

    /** Whether the client has said anything at all. */
    boolean hasHeard() {
        return handshakeOctets > 0;
    }

    /** TLS has handed this many octets on. */
    void yielded(int octets) {
        fruitlessOctets = Math.max(0, fruitlessOctets - (long) OCTETS_FOR_ONE * octets);
    }

    @Override
    public void channelRead(ChannelHandlerContext at, Object read) {
        if (deaf) {
            ReferenceCountUtil.release(read);
        } else if (read instanceof ByteBuf octets) {
            hear(octets, at);
        } else {
            at.fireChannelRead(read);
        }
    }

    private void hear(ByteBuf octets, ChannelHandlerContext at) {
        if (isTooMuch(octets.readableBytes())) {
            ReferenceCountUtil.release(octets);
            endWith(Event.FLOOD, at);
            return;
        }
        int heard = records.heard(octets, !handshake.isDone());
        if (heard == octets.readableBytes()) {
            at.fireChannelRead(octets);
            return;
        }
        if (heard > 0) {
            at.fireChannelRead(octets.readRetainedSlice(heard));
        }
        ReferenceCountUtil.release(octets);
        endWith(Event.GOODBYE, at);
    }

    private boolean isTooMuch(int octets) {
        if (handshake.isDone()) {
            fruitlessOctets += octets;
            return fruitlessOctets > MAX_FRUITLESS_OCTETS;
        }
        handshakeOctets += octets;
        return handshakeOctets > MAX_HANDSHAKE_OCTETS;
    }

    private void endWith(Event event, ChannelHandlerContext at) {
        deaf = true;
        at.fireUserEventTriggered(event);
    }
}
