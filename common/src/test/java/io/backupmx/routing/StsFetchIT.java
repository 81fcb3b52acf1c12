package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import io.backupmx.testing.ListServer;
import io.backupmx.testing.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against the JDK's web server, which does what it is told. */
class StsFetchIT {

    private static final TestCertificate CERTIFICATE = TestCertificate.of("localhost");
    private static ListServer server;
    private static StsFetch fetch;

    @BeforeAll
    static void start() throws IOException {
        server = ListServer.https(CERTIFICATE.server());
        fetch = fetching(Duration.ofSeconds(20));
    }

    private static StsFetch fetching(Duration patience) {
        return new StsFetch(HttpClient.newBuilder().sslContext(CERTIFICATE.trusted()), 443, patience);
    }

    @AfterAll
    static void stop() {
        fetch.close();
        server.close();
    }

    private static String get(StsFetch by) throws IOException, InterruptedException {
        return by.get(URI.create(server.url("localhost", "/.well-known/mta-sts.txt")));
    }

    private static HttpHandler saying(int status, int octets) {
        return exchange -> {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(status, octets);
            exchange.getResponseBody().write("x".repeat(octets).getBytes(StandardCharsets.US_ASCII));
        };
    }

    @Test
    void aPolicyIsFetchedUpToALimit() throws IOException, InterruptedException {
        server.answers(saying(200, StsFetch.MAX_BYTES));
        assertThat(get(fetch)).hasSize(StsFetch.MAX_BYTES);
        server.answers(saying(200, StsFetch.MAX_BYTES + 1));
        assertThatThrownBy(() -> get(fetch)).isInstanceOf(IOException.class).hasMessageContaining("more than 65536");
    }

    /** RFC 8461 §3.3: not followed anywhere. */
    @Test
    void whateverElseItSaysIsNone() {
        for (int status : new int[] {301, 302, 404, 500}) {
            server.answers(saying(status, 10));
            assertThatThrownBy(() -> get(fetch)).hasMessageContaining("status " + status);
        }
    }

    @Test
    void whoIsNotTrustedIsNotHeard() {
        server.answers(saying(200, 10));
        try (StsFetch suspicious = new StsFetch()) {
            assertThatThrownBy(() -> get(suspicious))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("SSL");
        }
    }

    @Test
    void oneThatTakesItsTimeIsGivenUp() {
        CountDownLatch over = new CountDownLatch(1);
        server.answers(exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('v');
            exchange.getResponseBody().flush();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (StsFetch hasty = fetching(Duration.ofSeconds(1))) {
            assertThatThrownBy(() -> get(hasty)).isInstanceOf(IOException.class).hasMessageContaining("within 1 s");
        } finally {
            over.countDown();
        }
    }
}
