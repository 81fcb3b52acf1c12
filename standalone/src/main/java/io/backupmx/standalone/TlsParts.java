package io.backupmx.standalone;

import io.backupmx.ingress.tls.IngressTls;
import io.backupmx.ops.StartException;
import io.backupmx.tls.UnusableCertificate;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The ingress' TLS, in the making while other parts start: a certificate that is made, and the JDK's cryptography that is
 * loaded, would else be a good part of the time until the door opens.
 */
final class TlsParts {

    private final Host host;
    private final FutureTask<Optional<IngressTls>> start;

    private TlsParts(Host host) {
        this.host = host;
        this.start = new FutureTask<>(() -> IngressTls.start(
                host.config().ingress(), host.name().domain(), host.data().path(), host.reloads(), host.registry()));
    }

    /** Returns at once. */
    static TlsParts begin(Host host) {
        TlsParts parts = new TlsParts(host);
        Thread.ofPlatform().daemon().name("tls-start").start(parts.start);
        return parts;
    }

    /**
     * Waits for it; empty when it is off.
     *
     * @throws StartException when the certificate that is named cannot be used
     */
    Optional<IngressTls> get() {
        try {
            Optional<IngressTls> tls = start.get();
            tls.ifPresent(started -> host.stop().add("handshakes", Host.SHORT, started::close));
            return tls;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case UnusableCertificate problem -> throw new StartException(String.valueOf(problem.getMessage()), e);
                case null, default -> throw new IllegalStateException("TLS cannot be started", e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted at the start", e);
        }
    }
}
