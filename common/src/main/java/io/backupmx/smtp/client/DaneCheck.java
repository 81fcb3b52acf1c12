package io.backupmx.smtp.client;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a server's certificate is the one that TLSA records are about (RFC 7671, RFC 7672 §3). */
final class DaneCheck {

    private final List<TlsaRecord> records;
    private final List<String> names;

    DaneCheck(TlsDemand.Dane demand) {
        this.records = TlsaRecord.inForce(demand.records());
        this.names = demand.names();
    }

    /** Whether there is anything to be matched; else TLS is all that is demanded. */
    boolean isUsable() {
        return !records.isEmpty();
    }

    /**
     * Empty: it is.
     *
     * @param chain as the server has sent it, its own first; one at least
     */
    Optional<TlsFailure> judge(List<X509Certificate> chain) {
        TlsFailure worst = new TlsFailure(
                TlsResult.VALIDATION_FAILURE, "its certificate is not the one of its TLSA records " + records);
        for (TlsaRecord record : records) {
            if (record.usage() == TlsaRecord.DANE_EE) {
                if (record.matches(chain.getFirst())) {
                    return Optional.empty(); // its name and its time mean nothing (RFC 7672 §3.1.1)
                }
                continue;
            }
            Optional<Anchored> anchored = anchored(record, chain);
            if (anchored.isPresent()) {
                Optional<TlsFailure> failure = judge(anchored.get(), chain.getFirst());
                if (failure.isEmpty()) {
                    return failure;
                }
                worst = failure.get();
            }
        }
        return Optional.of(worst);
    }

    /** @param path from the server's own certificate to the one that the anchor has issued; empty: it is the anchor itself */
    private record Anchored(X509Certificate anchor, List<X509Certificate> path) {}

    private static Optional<Anchored> anchored(TlsaRecord record, List<X509Certificate> chain) {
        for (int i = 0; i < chain.size(); i++) {
            if (record.matches(chain.get(i))) {
                return Optional.of(new Anchored(chain.get(i), chain.subList(0, i)));
            }
        }
        return record.isWholeCertificate()
                ? whole(record).flatMap(anchor -> anchored(anchor, chain))
                : Optional.empty();
    }

    /** The server need not send what the DNS has in full (RFC 7671 §5.2.2). */
    private static Optional<Anchored> anchored(X509Certificate anchor, List<X509Certificate> chain) {
        for (int i = 0; i < chain.size(); i++) {
            if (chain.get(i).getIssuerX500Principal().equals(anchor.getSubjectX500Principal())) {
                return Optional.of(new Anchored(anchor, chain.subList(0, i + 1)));
            }
        }
        return Optional.empty();
    }

    private static Optional<X509Certificate> whole(TlsaRecord record) {
        try {
            return Optional.of((X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(HexFormat.of().parseHex(record.data()))));
        } catch (CertificateException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Optional<TlsFailure> judge(Anchored anchored, X509Certificate own) {
        try {
            own.checkValidity();
        } catch (CertificateException e) {
            return Optional.of(PeerCheck.expired(own));
        }
        try {
            if (!anchored.path().isEmpty()) {
                PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchored.anchor(), null)));
                parameters.setRevocationEnabled(false);
                var _ = CertPathValidator.getInstance("PKIX")
                        .validate(
                                CertificateFactory.getInstance("X.509").generateCertPath(anchored.path()), parameters);
            }
        } catch (GeneralSecurityException e) {
            return Optional.of(new TlsFailure(
                    TlsResult.CERTIFICATE_NOT_TRUSTED,
                    "its certificate does not lead to the issuer of its TLSA records: " + e.getMessage()));
        }
        return CertificateNames.match(own, names) ? Optional.empty() : Optional.of(PeerCheck.mismatch(own, names));
    }
}
