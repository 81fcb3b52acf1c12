package io.backupmx.smtp;

/** How much a client wants its connections to be encrypted (RFC 3207); Postfix' {@code smtp_tls_security_level}. */
public enum TlsLevel {
    /** Not at all: {@code none}. */
    OFF,
    /** Where the server offers it and it works; else in the clear: {@code may}. */
    OPPORTUNISTIC,
    /** Or no mail is sent; who it is encrypted for is not looked at: {@code encrypt}. */
    REQUIRED
}
