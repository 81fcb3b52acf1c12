package io.backupmx.ingress.source;

import io.backupmx.config.HttpSourceConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Asks a web server for its list (RFC 9110). Blocks: for a thread of its own, one call at a time. */
final class ListFetcher {

    private static final int MAX_REDIRECTS = 5;
    private static final Duration TO_CLOSE = Duration.ofSeconds(1);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final URI url;
    private final Optional<SecretFile> token;
    private final Duration timeout;
    private final long maxBytes;
    private final HttpClient client;

    /**
     * @param options whom to trust; names are verified in any case
     * @param maxBytes that a list may have
     */
    ListFetcher(Vertx vertx, HttpSourceConfig config, HttpClientOptions options, long maxBytes) {
        this.url = URI.create(config.url().orElseThrow());
        this.token = config.tokenFile().map(file -> new SecretFile("token_file", file));
        this.timeout = config.timeoutOrDefault();
        this.maxBytes = maxBytes;
        this.client = vertx.httpClientBuilder()
                .with(new HttpClientOptions(options).setVerifyHost(true).setConnectTimeout((int)
                        Math.min(Integer.MAX_VALUE, timeout.toMillis())))
                .build();
    }

    /**
     * @param known the version we have
     * @param target for the text of another one; what is in it after a failure is of no use
     */
    ListAnswer fetch(ListVersion known, Target target) throws ListProblem, InterruptedException {
        TimeLimit limit = TimeLimit.fromNow(timeout);
        URI at = url;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HttpClientRequest request = request(at, known, limit);
            try {
                Future<ListBody> response = request.response().map(ListBody::new); // before it can be there
                var _ = request.end();
                ListBody body = limit.await(response, "no answer");
                if (body.status() == 304 && known.isKnown()) {
                    return new ListAnswer.Unchanged();
                } else if (body.status() == 200) {
                    return fresh(body, target, limit);
                } else if (!REDIRECTS.contains(body.status())) {
                    throw new ListProblem("the server answers " + body.status());
                }
                at = redirected(at, body);
            } finally {
                close(request.connection());
            }
        }
        throw new ListProblem("the server redirects more than " + MAX_REDIRECTS + " times");
    }

    /** Where the text of a list goes. */
    interface Target {
        OutputStream open() throws IOException;
    }

    /**
     * It is of no use until the next time, minutes away; a server that was told so before would close it itself, maybe before
     * we have read what it said.
     */
    private static void close(HttpConnection connection) throws InterruptedException {
        try {
            TimeLimit.fromNow(TO_CLOSE).await(connection.close(), "not closed");
        } catch (ListProblem _) {
            // gone already, or as good as gone
        }
    }

    void close() {
        var _ = client.close();
    }

    private HttpClientRequest request(URI at, ListVersion known, TimeLimit limit)
            throws ListProblem, InterruptedException {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setSsl(isSecure(at))
                .setHost(host(at))
                .setPort(port(at))
                .setURI((at.getRawPath().isEmpty() ? "/" : at.getRawPath())
                        + Optional.ofNullable(at.getRawQuery())
                                .map(query -> "?" + query)
                                .orElse(""))
                .putHeader("Accept", "text/plain, */*;q=0.1")
                .putHeader("User-Agent", "backupmx");
        known.entityTag().ifPresent(tag -> options.putHeader("If-None-Match", tag));
        if (known.entityTag().isEmpty()) {
            known.lastModified().ifPresent(date -> options.putHeader("If-Modified-Since", date));
        }
        if (token.isPresent() && isSameOrigin(at)) {
            options.putHeader("Authorization", "Bearer " + read(token.get()));
        }
        // Its failures are the response's, too; without a handler they would be errors in the log.
        Future<HttpClientRequest> connecting =
                client.request(options).map(request -> request.exceptionHandler(_ -> {}));
        try {
            return limit.await(connecting, "no connection");
        } catch (ListProblem | InterruptedException e) {
            connecting.onSuccess(HttpClientRequest::reset);
            throw e;
        }
    }

    private static String read(SecretFile token) throws ListProblem {
        try {
            return token.token();
        } catch (SourceFailure e) {
            throw new ListProblem(Optional.ofNullable(e.getMessage()).orElse(""));
        }
    }

    private ListAnswer fresh(ListBody body, Target target, TimeLimit limit) throws ListProblem, InterruptedException {
        Optional<String> encoding = body.header("Content-Encoding").filter(name -> !name.equalsIgnoreCase("identity"));
        if (encoding.isPresent()) {
            throw new ListProblem("the answer is in the encoding " + encoding.get() + ", which was not asked for");
        }
        try (OutputStream file = target.open()) {
            body.copyTo(file, maxBytes, limit);
        } catch (IOException e) {
            throw new ListProblem("the list cannot be written", e);
        }
        return new ListAnswer.Fresh(new ListVersion(body.header("ETag"), body.header("Last-Modified")));
    }

    private static URI redirected(URI from, ListBody body) throws ListProblem {
        String location =
                body.header("Location").orElseThrow(() -> new ListProblem("the server redirects without saying where"));
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new ListProblem("the server redirects to what is no URL", e);
        }
        if (to.getHost() == null || !Set.of("http", "https").contains(scheme(to))) {
            throw new ListProblem("the server redirects to what is neither http:// nor https://");
        }
        if (isSecure(from) && !isSecure(to)) {
            throw new ListProblem("the server redirects from https to http, where anybody could forge the list");
        }
        return to;
    }

    private boolean isSameOrigin(URI other) {
        return isSecure(url) == isSecure(other) && host(url).equalsIgnoreCase(host(other)) && port(url) == port(other);
    }

    private static boolean isSecure(URI at) {
        return scheme(at).equals("https");
    }

    private static String scheme(URI at) {
        return Optional.ofNullable(at.getScheme()).orElse("").toLowerCase(Locale.ROOT);
    }

    private static String host(URI at) {
        String host = at.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(URI at) {
        if (at.getPort() >= 0) {
            return at.getPort();
        }
        return isSecure(at) ? 443 : 80;
    }
}
