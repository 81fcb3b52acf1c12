package io.backupmx.smtp.client;

import java.util.Locale;

/** How it went with TLS on one connection: the words of RFC 8460 §4.3, and {@link #SUCCESSFUL}. */
public enum TlsResult {
    /** All that was demanded, and TLS. */
    SUCCESSFUL,
    STARTTLS_NOT_SUPPORTED,
    CERTIFICATE_HOST_MISMATCH,
    CERTIFICATE_NOT_TRUSTED,
    CERTIFICATE_EXPIRED,
    /** Whatever else: handshakes that came to nothing, certificates that no TLSA record is about. */
    VALIDATION_FAILURE,
    /** TLSA records of which none is usable. */
    TLSA_INVALID,
    /** TLSA records that may be there, and cannot be had. */
    DNSSEC_INVALID;

    /** In metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
