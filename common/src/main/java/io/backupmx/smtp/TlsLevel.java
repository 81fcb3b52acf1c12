package io.backupmx.smtp;

/** What a client wants of its connections (RFC 3207); {@code smtp_tls_security_level} of Postfix, from the least to the most. */
public enum TlsLevel {
    /** Nothing: {@code none}. */
    OFF,
    /** TLS where the server offers it and it works; else in the clear: {@code may}. */
    OPPORTUNISTIC,
    /** Whom the DNS says, where it says that in a way that cannot be forged (RFC 7672), and else as above: {@code dane}. */
    DANE,
    /** TLS, or no mail is sent; who it is encrypted for is not looked at: {@code encrypt}. */
    REQUIRED,
    /** As {@link #DANE}, and else as {@link #REQUIRED}. */
    DANE_REQUIRED,
    /** TLS, and a certificate for the server's name from somebody who is trusted, or no mail is sent: {@code secure}. */
    VERIFY;

    /** What satisfies both. */
    public TlsLevel and(TlsLevel other) {
        TlsLevel weaker = compareTo(other) < 0 ? this : other;
        TlsLevel stronger = weaker == this ? other : this;
        return weaker == DANE && stronger == REQUIRED ? DANE_REQUIRED : stronger;
    }

    /**
     * Whether nothing goes in the clear and it is looked at who is there; under {@link #DANE_REQUIRED} as far as the DNS has a word
     * on him, which shows at the connection.
     */
    public boolean looksAtPeer() {
        return this == VERIFY || this == DANE_REQUIRED;
    }

    /** Whether the DNS is asked for TLSA records. */
    public boolean isDane() {
        return this == DANE || this == DANE_REQUIRED;
    }
}
