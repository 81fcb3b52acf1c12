package io.backupmx.tls;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A handshake with ourselves, in memory: that no client can have TLS with a certificate is seen before the first client sees
 * it.
 */
final class TrialHandshake {

    /** More than any handshake has; one that goes round in circles ends here. */
    private static final int MAX_STEPS = 1000;

    /** Two records of the largest kind. */
    private static final int BUFFER_BYTES = 64 << 10;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteBuffer toServer = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer toClient = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer read = ByteBuffer.allocate(BUFFER_BYTES);

    private TrialHandshake() {}

    /** Why no version of TLS can be had with {@code certificate}; empty: one can. */
    static Optional<String> problem(ServerCertificate certificate) {
        ServerContext served = new ServerContext(List.of(certificate));
        List<String> reasons = new ArrayList<>();
        for (String version : ServerContext.VERSIONS) {
            try {
                new TrialHandshake().run(served.newEngine(), client(version));
                return Optional.empty();
            } catch (SSLException e) {
                reasons.add(version + ": " + e.getMessage());
            }
        }
        return Optional.of(String.join("; ", reasons));
    }

    private void run(SSLEngine server, SSLEngine client) throws SSLException {
        server.beginHandshake();
        client.beginHandshake();
        for (int step = 0; step < MAX_STEPS; step++) {
            if (isOver(server) && isOver(client)) {
                return;
            }
            advance(client, toClient, toServer);
            advance(server, toServer, toClient);
        }
        throw new SSLException("the handshake has no end");
    }

    private static boolean isOver(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private void advance(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                Runnable task;
                while ((task = engine.getDelegatedTask()) != null) {
                    task.run();
                }
            }
            case NEED_WRAP -> {
                var _ = engine.wrap(NOTHING, out);
            }
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                in.flip();
                var _ = engine.unwrap(in, read.clear());
                in.compact();
            }
            case NOT_HANDSHAKING, FINISHED -> {}
        }
    }

    /** One as senders are: without ciphers for DSA keys, which they have given up and the JDK has not. */
    private static SSLEngine client(String version) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Credulous()}, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            engine.setEnabledProtocols(new String[] {version});
            engine.setEnabledCipherSuites(Arrays.stream(engine.getEnabledCipherSuites())
                    .filter(suite -> !suite.contains("_DSS_"))
                    .toArray(String[]::new));
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK can do that", e);
        }
    }

    /** Who our certificate is from is for senders to judge. What keys and signatures are too weak the JDK says in its place. */
    private static final class Credulous implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
