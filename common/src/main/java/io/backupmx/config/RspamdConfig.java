package io.backupmx.config;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * An rspamd that is asked about contents before they are taken.
 *
 * @param url of it; empty: nobody is asked
 * @param timeout for its answer
 * @param onFailure what becomes of a mail that it does not answer for
 * @param maxBytes larger contents are taken without asking
 */
public record RspamdConfig(Optional<String> url, Duration timeout, OnFailure onFailure, long maxBytes) {

    /** A filter that is away is not the sender's fault. */
    public enum OnFailure {
        /** The mail is taken. */
        ACCEPT,
        /** Its client is told to come again. */
        TEMPFAIL
    }

    public static final RspamdConfig DEFAULT =
            new RspamdConfig(Optional.empty(), Duration.ofSeconds(10), OnFailure.ACCEPT, 20L << 20);

    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final String CHECK = "/checkv2";

    public RspamdConfig {
        new Ranges()
                .require(
                        "url",
                        url.map(text -> parse(text).isPresent()).orElse(true),
                        "'" + url.orElse("") + "' is not a URL, as in http://127.0.0.1:11333")
                .check("timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(2))
                .checkSize("max_bytes", maxBytes, 1L << 10, 1L << 31)
                .enforce();
    }

    /** Where contents go: {@link #url}, which needs no path. */
    public Optional<URI> target() {
        return url.flatMap(RspamdConfig::parse)
                .map(uri -> uri.getRawPath().isEmpty() || uri.getRawPath().equals("/") ? uri.resolve(CHECK) : uri);
    }

    private static Optional<URI> parse(String text) {
        try {
            URI uri = URI.create(text);
            return uri.getHost() != null && uri.getScheme() != null && SCHEMES.contains(uri.getScheme())
                    ? Optional.of(uri)
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
