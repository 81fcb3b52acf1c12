package io.backupmx.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A directory that knows which recipients exist. What is missing or wrong is said by {@link RecipientSourcesConfig#problems}.
 *
 * @param url {@code ldap://host:port} or {@code ldaps://host:port}
 * @param base the entry that is searched below, a DN (RFC 4514)
 * @param filter an RFC 4515 filter with {@code %s} for the address, {@code %u} for its local part, {@code %d} for its domain;
 *     {@code (mail=%s)} if not said
 * @param bindDn who asks, a DN; anonymous without it
 * @param bindPasswordFile a file whose first line is that one's password
 * @param tls on an {@code ldap:} connection; none if not said
 * @param timeout for one answer; two seconds if not said
 */
public record LdapSourceConfig(
        Optional<String> url,
        Optional<String> base,
        Optional<String> filter,
        Optional<String> bindDn,
        Optional<Path> bindPasswordFile,
        Optional<Tls> tls,
        Optional<Duration> timeout) {

    /** What protects a connection that begins unprotected. */
    public enum Tls {
        NONE,
        /** RFC 4511 §4.14, demanded: without it nothing is asked. */
        STARTTLS
    }

    /** {@link #timeout}, or what stands for it. */
    public Duration timeoutOrDefault() {
        return timeout.orElse(RecipientSourcesConfig.TIMEOUT);
    }
}
