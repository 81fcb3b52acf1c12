package io.backupmx.ingress.tls;

import io.backupmx.config.IngressConfig;
import io.backupmx.reload.CertificateReload;
import io.backupmx.reload.TableReloads;
import io.backupmx.smtp.Domain;
import io.backupmx.tls.CertificateFiles;
import io.backupmx.tls.ServerCertificate;
import io.backupmx.tls.ServerContext;
import io.backupmx.tls.UnusableCertificate;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.SslHandler;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What TLS of clients begins with: the certificates of now. A connection keeps what it has begun with. Thread-safe. */
public final class IngressTls implements AutoCloseable {

    private final Handshakes handshakes;
    private final Supplier<List<String>> warnings;
    private List<ServerCertificate> certificates;
    private volatile ServerContext context;

    /** @param certificates the one for everybody first */
    private IngressTls(List<ServerCertificate> certificates, int maxSessions, Supplier<List<String>> warnings) {
        this.certificates = certificates;
        this.context = new ServerContext(certificates);
        this.warnings = warnings;
        this.handshakes = new Handshakes(Runtime.getRuntime().availableProcessors(), maxSessions);
    }

    /**
     * As the configuration says; empty when it says off. Blocks while files are read or a certificate is made.
     *
     * @param data where a certificate is kept that is made
     * @param reloads take certificates anew when their files change
     * @throws UnusableCertificate when one of those that are named is, with all that is wrong
     */
    public static Optional<IngressTls> start(
            IngressConfig config, Domain hostname, Path data, TableReloads reloads, MeterRegistry registry)
            throws UnusableCertificate {
        if (!config.tls().offered()) {
            return Optional.empty();
        }
        List<CertificateReload> named = read(CertificateFiles.of(config.tls()));
        CertificateMetrics metrics = new CertificateMetrics(registry);
        if (named.isEmpty()) {
            ServerCertificate ours = SelfSigned.of(hostname, data, Instant.now());
            metrics.show("self-signed", () -> ours, () -> false);
            return Optional.of(new IngressTls(
                    List.of(ours),
                    config.maxConnections(),
                    () -> List.of("ingress.tls.certificate: is not there, so TLS has a certificate that we signed"
                            + " ourselves: senders that look at certificates will not send")));
        }
        IngressTls tls = new IngressTls(
                named.stream().map(CertificateReload::inUse).toList(),
                config.maxConnections(),
                () -> named.stream().flatMap(one -> one.warnings().stream()).toList());
        for (int i = 0; i < named.size(); i++) {
            CertificateReload reload = named.get(i);
            int which = i;
            reload.handTo(fresh -> tls.use(which, fresh));
            reloads.accompany(reload);
            metrics.show(reload.files().name(), reload::inUse, reload::isStale);
        }
        return Optional.of(tls);
    }

    private static List<CertificateReload> read(List<CertificateFiles> all) throws UnusableCertificate {
        List<CertificateReload> read = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (CertificateFiles files : all) {
            try {
                read.add(new CertificateReload(files, InstantSource.system()));
            } catch (UnusableCertificate e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new UnusableCertificate(problems);
        }
        return read;
    }

    /** With a certificate of our own making, which is kept in {@code data} if it can be. Blocks. */
    public static IngressTls selfSigned(Domain hostname, Path data, int maxSessions) {
        return new IngressTls(List.of(SelfSigned.of(hostname, data, Instant.now())), maxSessions, List::of);
    }

    /** What is allowed but deserves a thought, one line each. */
    public List<String> warnings() {
        return warnings.get();
    }

    /** From now on handshakes begin with {@code certificate} in place of the one that is number {@code which}. */
    private synchronized void use(int which, ServerCertificate certificate) {
        List<ServerCertificate> now = new ArrayList<>(certificates);
        now.set(which, certificate);
        certificates = List.copyOf(now);
        context = new ServerContext(certificates);
    }

    /** For one connection, once, to be put before all other handlers: lets one write pass, and then begins. */
    public SslHandler newHandlerBehindReply() {
        return new ServerTlsHandler(context.newEngine(), true, handshakes.ofOneConnection());
    }

    /** For one connection, once, to be put before all other handlers: begins at once. */
    public SslHandler newHandler() {
        return new ServerTlsHandler(context.newEngine(), false, handshakes.ofOneConnection());
    }

    @Override
    public void close() {
        handshakes.close();
    }
}
