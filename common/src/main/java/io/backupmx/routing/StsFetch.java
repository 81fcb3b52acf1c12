package io.backupmx.routing;

import io.backupmx.smtp.Domain;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Policies by HTTPS, from servers whose certificates the JVM trusts; never by way of another (RFC 8461 §3.3). Blocks. */
final class StsFetch implements StsPolicies.Fetch, AutoCloseable {

    /** More than a sane domain has to say (§3.3 suggests as much). */
    static final int MAX_BYTES = 64 * 1024;

    /** As a whole (§3.3: a minute at most): mail waits meanwhile. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int OK = 200;

    private final HttpClient http;
    private final int port;
    private final Duration patience;

    StsFetch() {
        this(HttpClient.newBuilder(), 443, PATIENCE);
    }

    StsFetch(HttpClient.Builder http, int port, Duration patience) {
        this.http = http.followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(patience)
                .build();
        this.port = port;
        this.patience = patience;
    }

    @Override
    public String of(Domain domain) throws IOException, InterruptedException {
        return get(URI.create(
                "https://mta-sts." + domain.name() + (port == 443 ? "" : ":" + port) + "/.well-known/mta-sts.txt"));
    }

    String get(URI uri) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<InputStream>> response = http.sendAsync(
                HttpRequest.newBuilder(uri).timeout(patience).build(), HttpResponse.BodyHandlers.ofInputStream());
        CompletableFuture<String> text = response.thenApplyAsync(StsFetch::text, Thread::startVirtualThread);
        try {
            return text.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            response.cancel(true);
            var _ = response.thenAccept(StsFetch::giveUp);
            throw new IOException(uri + ": not all of it within " + patience.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(uri + ": " + String.valueOf(e.getCause()), e);
        }
    }

    private static String text(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            if (response.statusCode() != OK) {
                throw new IllegalStateException("status " + response.statusCode());
            }
            byte[] octets = body.readNBytes(MAX_BYTES + 1);
            if (octets.length > MAX_BYTES) {
                throw new IllegalStateException("more than " + MAX_BYTES + " octets");
            }
            return new String(octets, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Whoever reads it reads no further. */
    private static void giveUp(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException _) {
            // closed is what it was to be
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
