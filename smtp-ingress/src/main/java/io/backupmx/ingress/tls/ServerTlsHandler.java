package io.backupmx.ingress.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLEngine;

/**
 * TLS of one connection. Does not wait for what is being computed for it when the connection is gone: to say goodbye to the
 * engine takes a lock that a task holds until it is done.
 */
final class ServerTlsHandler extends SslHandler {

    private final HandshakeTasks tasks;

    ServerTlsHandler(SSLEngine engine, boolean firstWritePasses, HandshakeTasks tasks) {
        super(engine, firstWritePasses, tasks);
        this.tasks = tasks;
        setHandshakeTimeoutMillis(0); // the session has a deadline
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        if (tasks.abandon()) {
            context.fireChannelInactive(); // the pipeline falls apart next, and the handshake fails with it
        } else {
            super.channelInactive(context);
        }
    }
}
