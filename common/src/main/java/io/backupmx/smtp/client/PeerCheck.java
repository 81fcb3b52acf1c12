package io.backupmx.smtp.client;

import io.backupmx.tls.Authorities;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * Whether a server is whom a demand wants. Looked at after the handshake, whatever the certificate, and not within: a session that
 * was resumed has never been looked at by whoever resumes it. Nothing but EHLO has been said by then.
 */
final class PeerCheck {

    private final Authorities authorities;

    PeerCheck(Authorities authorities) {
        this.authorities = authorities;
    }

    /**
     * Empty: it is.
     *
     * @param chain as the server has sent it, its own first
     */
    Optional<TlsFailure> judge(TlsDemand demand, List<X509Certificate> chain) {
        return switch (demand) {
            case TlsDemand.Clear _, TlsDemand.Opportunistic _, TlsDemand.Encrypted _, TlsDemand.Never _ ->
                Optional.empty();
            case TlsDemand.Verified _, TlsDemand.Dane _
            when chain.isEmpty() ->
                Optional.of(new TlsFailure(TlsResult.VALIDATION_FAILURE, "it has shown no certificate"));
            case TlsDemand.Verified(List<String> names, TlsDemand.Policy _) -> verify(names, chain);
            case TlsDemand.Dane dane -> {
                DaneCheck check = new DaneCheck(dane);
                yield check.isUsable() ? check.judge(chain) : Optional.empty();
            }
        };
    }

    /** Whether {@link #judge} looks at who a server is, and not just whether there is TLS. */
    static boolean looks(TlsDemand demand) {
        return switch (demand) {
            case TlsDemand.Clear _, TlsDemand.Opportunistic _, TlsDemand.Encrypted _, TlsDemand.Never _ -> false;
            case TlsDemand.Verified _ -> true;
            case TlsDemand.Dane dane -> new DaneCheck(dane).isUsable();
        };
    }

    private Optional<TlsFailure> verify(List<String> names, List<X509Certificate> chain) {
        X509Certificate own = chain.getFirst();
        try {
            authorities.check(chain);
        } catch (CertificateException e) {
            return Optional.of(
                    isOutOfTime(own)
                            ? expired(own)
                            : new TlsFailure(
                                    TlsResult.CERTIFICATE_NOT_TRUSTED,
                                    "its certificate leads to nobody who is trusted: " + e.getMessage()));
        }
        return CertificateNames.match(own, names) ? Optional.empty() : Optional.of(mismatch(own, names));
    }

    private static boolean isOutOfTime(X509Certificate certificate) {
        try {
            certificate.checkValidity();
            return false;
        } catch (CertificateException e) {
            return true;
        }
    }

    static TlsFailure expired(X509Certificate own) {
        return new TlsFailure(
                TlsResult.CERTIFICATE_EXPIRED,
                "its certificate is valid from " + own.getNotBefore().toInstant() + " to "
                        + own.getNotAfter().toInstant() + " only");
    }

    static TlsFailure mismatch(X509Certificate own, List<String> names) {
        return new TlsFailure(
                TlsResult.CERTIFICATE_HOST_MISMATCH,
                "its certificate is for " + CertificateNames.text(own) + ", not for " + String.join(" or ", names));
    }
}
