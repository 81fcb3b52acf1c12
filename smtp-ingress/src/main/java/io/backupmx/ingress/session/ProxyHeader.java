package io.backupmx.ingress.session;

import io.backupmx.ingress.client.PeerAddress;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** The header of one connection: stays in its pipeline until that has come. Belongs to one event loop. */
final class ProxyHeader extends ChannelInboundHandlerAdapter {

    private final Consumer<Optional<String>> told;
    private final Consumer<Boolean> notTold;
    private Optional<Runnable> cancel = Optional.empty();
    private boolean over;

    /**
     * @param told whose connection it is; empty: the proxy's own
     * @param notTold with whether the connection is still there
     */
    ProxyHeader(Consumer<Optional<String>> told, Consumer<Boolean> notTold) {
        this.told = told;
        this.notTold = notTold;
    }

    void forgetAfter(EventLoop loop, Duration patience) {
        cancel = Optional.of(loop.after(patience, () -> fail(true)));
    }

    @Override
    public void channelRead(ChannelHandlerContext at, Object read) {
        if (!over && read instanceof HAProxyMessage header) {
            Optional<InetAddress> client;
            try {
                client = client(header).map(PeerAddress::parse);
            } catch (IllegalArgumentException _) {
                fail(true); // digits and dots, but no address
                return;
            } finally {
                header.release();
            }
            over = true;
            cancel.ifPresent(Runnable::run);
            at.pipeline().remove(this);
            told.accept(client.map(InetAddress::getHostAddress));
        } else {
            at.fireChannelRead(read);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext at) {
        fail(false);
        at.fireChannelInactive();
    }

    /** It is no header. */
    @Override
    public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
        fail(true);
    }

    private void fail(boolean isThere) {
        if (!over) {
            over = true;
            cancel.ifPresent(Runnable::run);
            notTold.accept(isThere);
        }
    }

    /** A proxy that asks whether we are well speaks for itself: LOCAL, or UNKNOWN in version 1. */
    private static Optional<String> client(HAProxyMessage header) {
        AddressFamily family = header.proxiedProtocol().addressFamily();
        boolean ofClient = header.command() == HAProxyCommand.PROXY
                && (family == AddressFamily.AF_IPv4 || family == AddressFamily.AF_IPv6);
        return ofClient ? Optional.ofNullable(header.sourceAddress()) : Optional.empty();
    }
}
