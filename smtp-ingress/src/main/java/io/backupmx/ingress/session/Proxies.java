package io.backupmx.ingress.session;

import io.backupmx.config.Networks;
import io.backupmx.ingress.client.PeerAddress;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Proxies that pass clients on, and say whom by the first octets of each connection (the PROXY protocol, version 1 or 2). Only
 * they are believed, and they have to say it. Thread-safe.
 */
final class Proxies {

    /** A header is the first thing that a proxy says, in one piece. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** The name of what reads the header, in a connection's pipeline. */
    static final String DECODER = "proxy-decoder";

    private final Networks networks;
    private final int maxSilent;
    private final AtomicInteger silent = new AtomicInteger();

    /** @param maxSilent connections that have not said yet whom they pass on */
    Proxies(Networks networks, int maxSilent) {
        this.networks = networks;
        this.maxSilent = maxSilent;
    }

    /** Whether that address is one of theirs. */
    boolean has(String address) {
        return !networks.list().isEmpty() && networks.contains(PeerAddress.parse(address));
    }

    /**
     * Waits for a header. One of the two runs, once, on the loop, unless the connection breaks before.
     *
     * @param then told the client's address: the proxy's own where that speaks for itself
     * @param otherwise what came was none, or nothing came
     */
    void passesOn(NetSocket socket, EventLoop loop, Consumer<String> then, Runnable otherwise) {
        if (silent.incrementAndGet() > maxSilent) {
            silent.decrementAndGet();
            otherwise.run();
            return;
        }
        String proxy = socket.remoteAddress().hostAddress();
        ProxyHeader header = new ProxyHeader(
                client -> {
                    silent.decrementAndGet();
                    try {
                        then.accept(client.orElse(proxy));
                    } catch (RuntimeException | Error e) {
                        var _ = socket.close(); // nobody else would
                        throw e;
                    }
                },
                failed -> {
                    silent.decrementAndGet();
                    if (failed) {
                        otherwise.run();
                    }
                });
        header.forgetAfter(loop, PATIENCE);
        ChannelHandlerContext context = ((NetSocketInternal) socket).channelHandlerContext();
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addFirst("proxy-header", header).addFirst(DECODER, new HAProxyMessageDecoder(true));
    }
}
