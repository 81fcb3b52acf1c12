package io.backupmx.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What protects the sessions of SMTP clients.
 *
 * @param mode whether STARTTLS is offered (RFC 3207)
 * @param listen {@code address:port} where TLS begins with the connection (RFC 8314 §3.3); empty: nowhere
 * @param certificate a PEM file: our certificate, then those that lead to its root; without it one is made that we sign
 *     ourselves
 * @param key a PEM file with its private key, which may be the same file
 * @param certificates others, for clients that ask for one of their names (RFC 6066 §3), by names that mean nothing
 */
public record TlsConfig(
        Mode mode,
        Optional<String> listen,
        Optional<Path> certificate,
        Optional<Path> key,
        Map<String, CertificateConfig> certificates) {

    /** Whether TLS can be had. It is never demanded: a public MX must take mail without it (RFC 3207 §4). */
    public enum Mode {
        OFF,
        STARTTLS
    }

    public static final TlsConfig DEFAULT = of(Mode.STARTTLS);
    public static final TlsConfig OFF = of(Mode.OFF);

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,40}");

    public TlsConfig {
        certificates = Collections.unmodifiableMap(new LinkedHashMap<>(certificates)); // Map.copyOf loses the order
        Ranges ranges = new Ranges();
        listen.ifPresent(address -> ranges.checkListen("listen", address)
                .require("listen", mode != Mode.OFF, "is there, and mode is off: nobody could connect"));
        ranges.require(
                        "certificate",
                        certificate.isPresent() || key.isEmpty(),
                        "is missing, and key is there: name both, or none for a certificate that is made here")
                .require(
                        "key",
                        key.isPresent() || certificate.isEmpty(),
                        "is missing, and certificate is there: name the file with its private key, which may be the"
                                + " same")
                .require(
                        "certificate",
                        certificate.isPresent() || certificates.isEmpty(),
                        "is missing, and certificates are there: name the one for clients that ask for none of them");
        certificates.forEach((name, one) -> ranges.require(
                        "certificates",
                        NAME.matcher(name).matches(),
                        "'" + name + "' is no name made of small letters, digits, - and _")
                .require("certificates", !name.equals("default"), "default is the name of ingress.tls.certificate")
                .require("certificates", one.certificate().isPresent(), name + " has no certificate")
                .require("certificates", one.key().isPresent(), name + " has no key, which may be the same file"));
        ranges.enforce();
    }

    private static TlsConfig of(Mode mode) {
        return new TlsConfig(mode, Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    }

    public boolean offered() {
        return switch (mode) {
            case STARTTLS -> true;
            case OFF -> false;
        };
    }

    /** {@link #listen} taken apart. */
    public Optional<HostPort> listenAddress() {
        return listen.map(HostPort::of);
    }
}
