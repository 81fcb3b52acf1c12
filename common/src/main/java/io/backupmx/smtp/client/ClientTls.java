package io.backupmx.smtp.client;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS on the client's side: 1.2 and 1.3, for a server with whatever certificate, which {@link PeerCheck} looks at afterwards.
 * Remembers for a while where it came to nothing. Thread-safe.
 */
final class ClientTls {

    private static final int MAX_REMEMBERED = 1000;
    private static final long REMEMBERED_NANOS = Duration.ofMinutes(10).toNanos();

    private final Map<SocketAddress, Long> failed = Collections.synchronizedMap(new LinkedHashMap<>());
    private @Nullable SslContext context;

    /** Takes its time when nobody has asked before; not for event loops. */
    synchronized SslContext context() {
        if (context == null) {
            try {
                context = SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .protocols("TLSv1.3", "TLSv1.2")
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .endpointIdentificationAlgorithm(null)
                        .build();
            } catch (SSLException e) {
                throw new IllegalStateException("this JDK has no TLS", e);
            }
        }
        return context;
    }

    /**
     * Begins the handshake as soon as it is in a connection's pipeline. Signatures are checked beside the event loop.
     *
     * @param name who is asked for (SNI), if it is a host's
     */
    static SslHandler newHandler(
            SslContext context, ByteBufAllocator allocator, String name, int port, Duration limit) {
        SslHandler handler = context.newHandler(allocator, name, port, Thread::startVirtualThread);
        handler.setHandshakeTimeoutMillis(Math.max(1, limit.toMillis()));
        return handler;
    }

    /** Whether it came to nothing there a short while ago. When that is over, one asks again, and others do not until it has. */
    boolean hasFailed(SocketAddress server) {
        synchronized (failed) {
            Long since = failed.get(server);
            if (since == null) {
                return false;
            }
            if (System.nanoTime() - since < REMEMBERED_NANOS) {
                return true;
            }
            failed.put(server, System.nanoTime());
            return false;
        }
    }

    /** It came to something. */
    void succeeded(SocketAddress server) {
        failed.remove(server);
    }

    void failed(SocketAddress server) {
        synchronized (failed) {
            failed.remove(server);
            failed.put(server, System.nanoTime());
            if (failed.size() > MAX_REMEMBERED) {
                failed.remove(failed.keySet().iterator().next());
            }
        }
    }
}
