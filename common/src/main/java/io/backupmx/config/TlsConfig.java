package io.backupmx.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What protects the sessions of SMTP clients.
 *
 * @param mode whether STARTTLS is offered (RFC 3207)
 * @param certificate a PEM file: our certificate, then those that lead to its root; without it one is made that we sign
 *     ourselves
 * @param key a PEM file with its private key, which may be the same file
 */
public record TlsConfig(Mode mode, Optional<Path> certificate, Optional<Path> key) {

    /** Whether TLS can be had. It is never demanded: a public MX must take mail without it (RFC 3207 §4). */
    public enum Mode {
        OFF,
        STARTTLS
    }

    public static final TlsConfig DEFAULT = new TlsConfig(Mode.STARTTLS, Optional.empty(), Optional.empty());

    public TlsConfig {
        new Ranges()
                .require(
                        "certificate",
                        certificate.isPresent() || key.isEmpty(),
                        "is missing, and key is there: name both, or none for a certificate that is made here")
                .require(
                        "key",
                        key.isPresent() || certificate.isEmpty(),
                        "is missing, and certificate is there: name the file with its private key, which may be the"
                                + " same")
                .enforce();
    }

    public boolean offered() {
        return switch (mode) {
            case STARTTLS -> true;
            case OFF -> false;
        };
    }
}
