package io.backupmx.reload;

import io.backupmx.tls.ServerCertificate;
import io.backupmx.tls.UnusableCertificate;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A certificate that is taken anew when its files change, as they do every two months. One that cannot be used leaves the old
 * one in place, which is a metric and an error in the log.
 */
public final class CertificateReload implements Companion {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateReload.class);

    private final Path certificateFile;
    private final Path keyFile;
    private final InstantSource clock;
    private Map<Path, FileStamp> read;
    private Map<Path, FileStamp> seen;
    private volatile ServerCertificate inUse;
    private volatile List<String> problems = List.of();
    private Consumer<ServerCertificate> taker = _ -> {};

    /** @throws UnusableCertificate of the first one, to start with */
    public CertificateReload(Path certificateFile, Path keyFile, InstantSource clock) throws UnusableCertificate {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        this.clock = clock;
        this.read = now(certificateFile, keyFile);
        this.seen = read;
        this.inUse = ServerCertificate.read(certificateFile, keyFile);
        warn();
    }

    public ServerCertificate inUse() {
        return inUse;
    }

    /**
     * Gives {@code taker} what takes the place of {@link #inUse}.
     *
     * @param taker throws {@link IllegalArgumentException} when it cannot use it, and goes on as before
     */
    public void handTo(Consumer<ServerCertificate> taker) {
        this.taker = taker;
    }

    /** Whether the files hold one that could not be taken, so that an older one is in use. */
    public boolean isStale() {
        return !problems.isEmpty();
    }

    @Override
    public List<String> reload() {
        return reload(false);
    }

    @Override
    public void look() {
        Map<Path, FileStamp> now = now(certificateFile, keyFile);
        boolean settled = now.equals(seen);
        seen = now;
        if (settled && !now.equals(read)) {
            var _ = reload(false);
        }
    }

    @Override
    public void tryAgain() {
        if (!problems.isEmpty()) {
            var _ = reload(true);
        }
    }

    private List<String> reload(boolean again) {
        read = now(certificateFile, keyFile);
        seen = read;
        try {
            ServerCertificate fresh = ServerCertificate.read(certificateFile, keyFile);
            if (!fresh.equals(inUse)) {
                use(fresh);
            }
            problems = List.of();
        } catch (UnusableCertificate e) {
            failed(e.problems(), again);
        } catch (IllegalArgumentException e) {
            failed(List.of("ingress.tls.certificate: " + e.getMessage()), again); // who is to take it cannot
        }
        return problems;
    }

    private void use(ServerCertificate fresh) {
        taker.accept(fresh);
        inUse = fresh;
        LOG.atInfo()
                .addKeyValue("subject", fresh.certificate().getSubjectX500Principal())
                .addKeyValue("expires", fresh.expires())
                .log("certificate loaded");
        warn();
    }

    private void failed(List<String> now, boolean again) {
        boolean known = again && problems.equals(now);
        problems = now;
        LOG.atLevel(known ? Level.DEBUG : Level.ERROR)
                .addKeyValue("problems", String.join("; ", now))
                .log("certificate not loaded, the old one stays in use");
    }

    private void warn() {
        inUse.warnings(clock.instant()).forEach(LOG::warn);
    }

    private static Map<Path, FileStamp> now(Path certificate, Path key) {
        FileStamp stamp = FileStamp.of(certificate);
        return certificate.equals(key)
                ? Map.of(certificate, stamp)
                : Map.of(certificate, stamp, key, FileStamp.of(key));
    }
}
