package io.backupmx.ingress.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;

/**
 * Bounds what a client can make TLS hold in memory, and closes the connection of one that goes beyond. TLS reads on whether the
 * session wants input or not: all that comes while a handshake is computed is kept, and each KeyUpdate (RFC 8446 §4.6.3) is
 * answered, whether the client reads the answers or not.
 */
final class TlsBounds extends ChannelInboundHandlerAdapter {

    /** More than any handshake has, with a flight of it that is read while another waits to be computed. */
    private static final int MAX_HANDSHAKE_OCTETS = 64 << 10;

    /** More than all the replies to what is read at once. */
    private static final int MAX_UNREAD_OCTETS = 1 << 20;

    private final Future<Channel> handshake;
    private int handshakeOctets;

    TlsBounds(Future<Channel> handshake) {
        this.handshake = handshake;
    }

    @Override
    public void channelRead(ChannelHandlerContext at, Object read) {
        if (!handshake.isDone() && read instanceof ByteBuf octets) {
            handshakeOctets += octets.readableBytes();
        }
        boolean tooMuch =
                handshake.isDone() ? unread(at.channel()) > MAX_UNREAD_OCTETS : handshakeOctets > MAX_HANDSHAKE_OCTETS;
        if (tooMuch) {
            ReferenceCountUtil.release(read);
            at.close().addListener(_ -> {}); // it is gone either way
        } else {
            at.fireChannelRead(read);
        }
    }

    private static long unread(Channel channel) {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        return waiting == null ? 0 : waiting.totalPendingWriteBytes();
    }
}
