package io.backupmx.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A list of recipients that is fetched again and again. What is missing or wrong is said by
 * {@link RecipientSourcesConfig#problems}.
 *
 * @param url {@code https://} or {@code http://}; the list has one address a line, what follows it means nothing
 * @param tokenFile a file whose first line is sent as a bearer token (RFC 6750)
 * @param interval from one fetch to the next; five minutes if not said
 * @param timeout for one fetch; half a minute if not said
 */
public record HttpSourceConfig(
        Optional<String> url, Optional<Path> tokenFile, Optional<Duration> interval, Optional<Duration> timeout) {

    /** {@link #interval}, or what stands for it. */
    public Duration intervalOrDefault() {
        return interval.orElse(Duration.ofMinutes(5));
    }

    /** {@link #timeout}, or what stands for it. */
    public Duration timeoutOrDefault() {
        return timeout.orElse(Duration.ofSeconds(30));
    }
}
