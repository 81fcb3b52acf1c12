package io.backupmx.worker.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.worker.admin.AdminApi;
import io.backupmx.worker.admin.AdminJson;
import io.backupmx.worker.admin.AdminToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** The command line's end of the admin API. Whatever goes wrong is a {@link CliException} that says what to do. */
final class AdminClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** The service itself waits for two minutes while the broker goes over a queue. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(150);

    private final URI url;
    private final AdminToken token;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY) // the token is nobody else's business
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    AdminClient(URI url, AdminToken token) {
        this.url = url;
        this.token = token;
    }

    /** Hands over the lines of {@code route} as they come. */
    void lines(String route, Consumer<String> line) {
        HttpResponse<InputStream> response = send("GET", route, BodyPublishers.noBody());
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(body(response), StandardCharsets.UTF_8))) {
            for (String next = reader.readLine(); next != null; next = reader.readLine()) {
                line.accept(next);
            }
        } catch (IOException e) {
            throw new CliException("the answer of " + url + " broke off: the list above is not complete", e);
        }
    }

    /** Hands over the octets of {@code route} as they come. */
    void octets(String route, OutputStream to) {
        try (InputStream in = body(send("GET", route, BodyPublishers.noBody()))) {
            long _ = in.transferTo(to);
        } catch (IOException e) {
            throw new CliException("the answer of " + url + " broke off: what came is not complete", e);
        }
    }

    JsonNode get(String route) {
        return answer("GET", route, BodyPublishers.noBody());
    }

    JsonNode post(String route, Map<String, ?> body) {
        try {
            return answer("POST", route, BodyPublishers.ofString(AdminJson.MAPPER.writeValueAsString(body)));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("a request that is no JSON", e);
        }
    }

    private JsonNode answer(String method, String route, BodyPublisher body) {
        try (InputStream answer = body(send(method, route, body))) {
            return AdminJson.MAPPER.readTree(answer);
        } catch (IOException e) {
            throw new CliException("what answers at " + url + " is not Backup MX", e);
        }
    }

    private HttpResponse<InputStream> send(String method, String route, BodyPublisher body) {
        HttpRequest request = HttpRequest.newBuilder(url.resolve(AdminApi.PREFIX + route))
                .timeout(ANSWER_TIMEOUT)
                .header("Authorization", "Bearer " + token.value())
                .header("Content-Type", "application/json")
                .method(method, body)
                .build();
        try {
            return http.send(request, BodyHandlers.ofInputStream());
        } catch (ConnectException e) {
            throw new CliException("no Backup MX answers at " + url + ": is it running?", e);
        } catch (HttpTimeoutException e) {
            throw new CliException("no Backup MX answers at " + url + " in time", e);
        } catch (IOException e) {
            throw new CliException("what answers at " + url + " is not Backup MX", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        }
    }

    private InputStream body(HttpResponse<InputStream> response) throws IOException {
        if (response.statusCode() == 200) {
            return response.body();
        }
        try (InputStream body = response.body()) {
            String error = error(body.readAllBytes());
            if (error.isEmpty()) {
                throw new CliException(url + " answers " + response.statusCode() + ": is it Backup MX?");
            }
            throw new ServiceSaidNo(error);
        }
    }

    private static String error(byte[] body) {
        try {
            return AdminJson.MAPPER.readTree(body).path("error").asText("");
        } catch (JacksonException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
