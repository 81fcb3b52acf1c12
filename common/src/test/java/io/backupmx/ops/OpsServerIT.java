package io.backupmx.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.config.HostPort;
import io.backupmx.config.OpsConfig;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpsServerIT {

    private final Observability observability = Observability.start(new VertxOptions());
    private final Readiness readiness = new Readiness(observability.registry());
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() throws Exception {
        http.close();
        await(observability.vertx().close());
        observability.close();
    }

    @Test
    void aProcessThatAnswersIsAlive() throws Exception {
        assertThat(get(listen(), "/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void readyWhenEveryCheckIsFine() throws Exception {
        readiness.check("spool", Optional::empty);

        HttpResponse<String> response = get(listen(), "/readyz");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"ready\":true,\"checks\":{\"spool\":\"ok\"}}\n");
    }

    @Test
    void notReadySaysWhatIsNot() throws Exception {
        readiness.check("spool", () -> Optional.of("the broker does not answer"));
        readiness.check("worker", () -> {
            throw new IllegalStateException("gone");
        });
        readiness.check("ingress", Optional::empty);

        HttpResponse<String> response = get(listen(), "/readyz");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body())
                .isEqualTo("{\"ready\":false,\"checks\":{\"spool\":\"the broker does not answer\","
                        + "\"worker\":\"the check itself failed: gone\",\"ingress\":\"ok\"}}\n");
    }

    @Test
    void metricsSayWhatIsReady() throws Exception {
        HostPort address = listen();
        readiness.check("worker", () -> Optional.of("gone"));
        readiness.check("ingress", Optional::empty);
        assertThat(get(address, "/metrics").body())
                .contains("backupmx_ready{check=\"worker\"} 0.0", "backupmx_ready{check=\"ingress\"} 1.0");

        readiness.check("worker", Optional::empty);

        assertThat(get(address, "/metrics").body()).contains("backupmx_ready{check=\"worker\"} 1.0");
    }

    @Test
    void metricsHoldVertxTheMachineAndOurs() throws Exception {
        HostPort address = listen();
        observability.registry().counter("backupmx.test").increment();
        get(address, "/livez");

        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(get(address, "/metrics").body())
                        .contains("backupmx_test_total 1.0")
                        .contains("vertx_http_server_requests_total{code=\"200\"")
                        .contains("backupmx_eventloop_lag_seconds_count")
                        .contains("jvm_memory_used_bytes")
                        .contains("process_files_open_files"));
    }

    @Test
    void noMetricHasALabelThatAPeerChooses() throws Exception {
        HostPort address = listen();
        http.send(
                HttpRequest.newBuilder(URI.create("http://" + address + "/made/up"))
                        .method("INVENTED", HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.discarding());

        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(get(address, "/metrics").body())
                        .contains("code=\"404\"")
                        .doesNotContain("INVENTED")
                        .doesNotContain("made/up")
                        .doesNotContain("remote="));
    }

    @Test
    void portInUseIsSaidWithKeyAndAddress() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String taken = "127.0.0.1:" + other.getLocalPort();

            assertThatThrownBy(() -> await(server(taken).listen())).rootCause().hasMessageContaining("in use");
            assertThatThrownBy(() -> await(server(taken).listen()))
                    .cause()
                    .isInstanceOf(StartException.class)
                    .hasMessage("ops.listen: cannot listen on " + taken + ": another program listens there already");
        }
    }

    private OpsServer server(String listen) {
        return new OpsServer(
                observability.vertx(), new OpsConfig(listen, Optional.empty()), observability.registry(), readiness);
    }

    private HostPort listen() throws Exception {
        return await(server("127.0.0.1:0").listen());
    }

    private HttpResponse<String> get(HostPort address, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://" + address + path)).build(), BodyHandlers.ofString());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
