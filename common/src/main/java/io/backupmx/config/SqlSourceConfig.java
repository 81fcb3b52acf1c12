package io.backupmx.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A database that knows which recipients exist. What is missing or wrong is said by {@link RecipientSourcesConfig#problems}.
 *
 * @param url {@code jdbc:postgresql://host/database} or {@code jdbc:mariadb://host/database}
 * @param query returns a row for a recipient that exists, and none for another; with {@code %s} for the address, {@code %u}
 *     for its local part, {@code %d} for its domain, as in pgsql_table(5), each bound as a text and never pasted in
 * @param user who asks
 * @param passwordFile a file whose first line is that one's password
 * @param timeout for one answer; two seconds if not said
 */
public record SqlSourceConfig(
        Optional<String> url,
        Optional<String> query,
        Optional<String> user,
        Optional<Path> passwordFile,
        Optional<Duration> timeout) {

    /** {@link #timeout}, or what stands for it. */
    public Duration timeoutOrDefault() {
        return timeout.orElse(RecipientSourcesConfig.TIMEOUT);
    }
}
