package io.backupmx.reload;

import io.backupmx.tls.CertificateFiles;
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

    private final CertificateFiles files;
    private final InstantSource clock;
    private Map<Path, FileStamp> read;
    private Map<Path, FileStamp> seen;
    private volatile ServerCertificate inUse;
    private volatile List<String> problems = List.of();
    private Consumer<ServerCertificate> taker = _ -> {};

    /** @throws UnusableCertificate of the first one, to start with */
    public CertificateReload(CertificateFiles files, InstantSource clock) throws UnusableCertificate {
        this.files = files;
        this.clock = clock;
        this.read = now();
        this.seen = read;
        this.inUse = files.readAndTry();
    }

    public CertificateFiles files() {
        return files;
    }

    /** What of {@link #inUse} deserves a thought now. */
    public List<String> warnings() {
        return files.warnings(inUse, clock.instant());
    }

    public ServerCertificate inUse() {
        return inUse;
    }

    /**
     * Gives {@code taker} what takes the place of {@link #inUse}.
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
        Map<Path, FileStamp> now = now();
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
        read = now();
        seen = read;
        try {
            ServerCertificate fresh = files.readAndTry();
            if (!fresh.equals(inUse)) {
                use(fresh);
            }
            problems = List.of();
        } catch (UnusableCertificate e) {
            failed(e.problems(), again);
        } catch (RuntimeException e) { // of a provider of the JDK, for one
            failed(List.of(e.toString()), again);
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
        warnings().forEach(LOG::warn);
    }

    private void failed(List<String> now, boolean again) {
        boolean known = again && problems.equals(now);
        problems = now;
        LOG.atLevel(known ? Level.DEBUG : Level.ERROR)
                .addKeyValue("problems", String.join("; ", now))
                .log("certificate not loaded, the old one stays in use");
    }

    private Map<Path, FileStamp> now() {
        FileStamp stamp = FileStamp.of(files.certificate());
        return files.certificate().equals(files.key())
                ? Map.of(files.certificate(), stamp)
                : Map.of(files.certificate(), stamp, files.key(), FileStamp.of(files.key()));
    }
}
