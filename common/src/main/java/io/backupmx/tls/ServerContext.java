package io.backupmx.tls;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;

/**
 * What connections begin TLS with: certificates, TLS 1.2 and 1.3, the JDK's ciphers in the JDK's order. Who resumes a session
 * does so with the context that began it. Thread-safe.
 */
public final class ServerContext {

    static {
        // Clients of TLS 1.2 could have us sign for ever on one connection. Read once, by the first handshake of a
        // server.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    /** The one to prefer first. */
    static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    /** Of clients that keep no ticket; the JDK would keep 20 480 of them for a day. */
    private static final int RESUMABLE_SESSIONS = 1000;

    private static final Duration RESUMABLE = Duration.ofMinutes(5);

    /** We ask for no certificates; without it the JDK would read those of all the world's authorities. */
    private static final TrustManager[] TRUSTS_NOBODY = {};

    private final SSLContext context;

    /** @param certificates the one for everybody first */
    public ServerContext(List<ServerCertificate> certificates) {
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new CertificateChoice(certificates)}, TRUSTS_NOBODY, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK can do that", e);
        }
        context.getServerSessionContext().setSessionCacheSize(RESUMABLE_SESSIONS);
        context.getServerSessionContext().setSessionTimeout((int) RESUMABLE.toSeconds());
    }

    /** For one connection. */
    public SSLEngine newEngine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(VERSIONS.toArray(String[]::new));
        return engine;
    }
}
