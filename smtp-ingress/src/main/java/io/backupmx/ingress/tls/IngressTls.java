package io.backupmx.ingress.tls;

import io.backupmx.config.TlsConfig;
import io.backupmx.reload.CertificateReload;
import io.backupmx.reload.TableReloads;
import io.backupmx.smtp.Domain;
import io.backupmx.tls.ServerCertificate;
import io.backupmx.tls.UnusableCertificate;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What STARTTLS begins with: the certificate of now, TLS 1.2 and 1.3, the JDK's ciphers in the JDK's order. A connection keeps
 * the certificate it has begun with. Thread-safe.
 */
public final class IngressTls implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(IngressTls.class);

    static {
        // Clients of TLS 1.2 could have us sign for ever on one connection. Read once, by the first handshake of a
        // server.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** Of clients that keep no ticket; the JDK would keep 20 480 of them for a day. */
    private static final int RESUMABLE_SESSIONS = 1000;

    private static final Duration RESUMABLE = Duration.ofMinutes(5);
    private static final Duration IDLE_THREAD = Duration.ofSeconds(30);
    private static final char[] NO_PASSWORD = {};

    /** We ask for no certificates; without it the JDK would read those of all the world's authorities. */
    private static final TrustManager[] TRUSTS_NOBODY = {};

    private volatile Used used;

    /** Signing takes a millisecond or several: not an event loop's. As many wait as there are sessions, at most. */
    private final ThreadPoolExecutor handshakes;

    private record Used(ServerCertificate certificate, SSLContext context) {}

    /** @throws IllegalArgumentException when the JDK cannot serve it */
    public IngressTls(ServerCertificate certificate) {
        used = new Used(certificate, context(certificate));
        int cores = Runtime.getRuntime().availableProcessors();
        handshakes = new ThreadPoolExecutor(
                cores,
                cores,
                IDLE_THREAD.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("tls-handshake-", 0).factory());
        handshakes.allowCoreThreadTimeOut(true);
    }

    /**
     * As the configuration says; empty when it says off. Blocks while files are read or a certificate is made.
     *
     * @param data where a certificate is kept that is made
     * @param reloads take it anew when its files change
     * @throws UnusableCertificate when the one that is named is
     */
    public static Optional<IngressTls> start(
            TlsConfig config, Domain hostname, Path data, TableReloads reloads, MeterRegistry registry)
            throws UnusableCertificate {
        if (!config.offered()) {
            return Optional.empty();
        }
        IngressTls tls;
        BooleanSupplier stale = () -> false;
        if (config.certificate().isPresent() && config.key().isPresent()) {
            CertificateReload reload = new CertificateReload(
                    config.certificate().get(), config.key().get(), InstantSource.system());
            tls = new IngressTls(reload.inUse());
            reload.handTo(tls::use);
            reloads.accompany(reload);
            stale = reload::isStale;
        } else {
            tls = selfSigned(hostname, data);
        }
        tls.show(stale, registry);
        return Optional.of(tls);
    }

    /** With a certificate of our own making, which is kept in {@code data} if it can be. Blocks. */
    public static IngressTls selfSigned(Domain hostname, Path data) {
        return new IngressTls(SelfSigned.of(hostname, data, Instant.now()));
    }

    private void show(BooleanSupplier stale, MeterRegistry registry) {
        Gauge.builder("backupmx.ingress.tls.certificate.reload.failed", stale, it -> it.getAsBoolean() ? 1 : 0)
                .description(
                        "1 while the files hold a certificate that could not be taken, so that an older one is in use")
                .strongReference(true)
                .register(registry);
        Gauge.builder("backupmx.ingress.tls.certificate.expires.timestamp", this, IngressTls::expiresSeconds)
                .description("When the certificate in use expires")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
    }

    private double expiresSeconds() {
        return used.certificate().expires().getEpochSecond();
    }

    /** Tells whoever starts an ingress without a certificate of its own what it has instead. */
    public static void warn(TlsConfig config) {
        if (config.offered() && config.certificate().isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("key", "ingress.tls.certificate")
                    .log("no certificate is configured, so STARTTLS has one that we signed ourselves");
        }
    }

    /** From now on handshakes begin with {@code certificate}. */
    void use(ServerCertificate certificate) {
        used = new Used(certificate, context(certificate));
    }

    /** For one connection, once: to be put before all other handlers; it lets one write pass, and then begins. */
    public SslHandler newHandler() {
        SSLEngine engine = used.context().createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(VERSIONS);
        SslHandler handler = new SslHandler(engine, true, handshakes);
        handler.setHandshakeTimeoutMillis(0); // the session has a deadline
        return handler;
    }

    @Override
    public void close() {
        handshakes.shutdown();
    }

    private static SSLContext context(ServerCertificate certificate) {
        try {
            KeyStore store = KeyStore.getInstance(
                    "JKS"); // in memory, where PKCS #12 would spend thousands of hashes on hiding it
            store.load(null, NO_PASSWORD);
            store.setKeyEntry(
                    "ingress",
                    certificate.key(),
                    NO_PASSWORD,
                    certificate.chain().toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), TRUSTS_NOBODY, null);
            context.getServerSessionContext().setSessionCacheSize(RESUMABLE_SESSIONS);
            context.getServerSessionContext().setSessionTimeout((int) RESUMABLE.toSeconds());
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the JDK cannot serve this certificate: " + e.getMessage(), e);
        }
    }
}
