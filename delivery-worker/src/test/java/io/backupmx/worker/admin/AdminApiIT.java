package io.backupmx.worker.admin;

import static io.backupmx.worker.admin.SampleMail.ON_ROUTE;
import static io.backupmx.worker.admin.SampleMail.id;
import static io.backupmx.worker.admin.SampleMail.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.route.Route;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.RouteStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminApiIT {

    @TempDir
    Path data;

    private final HttpClient http = HttpClient.newHttpClient();
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        server = new AdminServer(data);
    }

    @AfterEach
    void stop() throws Exception {
        http.close();
        server.close();
    }

    @Test
    void withoutTheTokenNothingIsTold() throws Exception {
        HttpResponse<String> none = send(HttpRequest.newBuilder(uri("queue")));
        HttpResponse<String> wrong = send(HttpRequest.newBuilder(uri("queue")).header("Authorization", "Bearer guess"));
        HttpResponse<String> basic = send(HttpRequest.newBuilder(uri("queue"))
                .header("Authorization", "Basic " + server.token().value()));

        assertThat(List.of(none.statusCode(), wrong.statusCode(), basic.statusCode()))
                .containsOnly(401);
        assertThat(none.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"backupmx\"");
    }

    @Test
    void withoutTheTokenNothingIsDone() throws Exception {
        HttpResponse<String> response = send(HttpRequest.newBuilder(uri("flush"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{}")));

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(server.worker.flushes()).isZero();
    }

    @Test
    void nameThatIsNotOursIsMisdirected() throws Exception {
        assertThat(rawStatus("evil.example")).isEqualTo("HTTP/1.1 421 Misdirected Request");
        assertThat(rawStatus("localhost.evil.example:80")).isEqualTo("HTTP/1.1 421 Misdirected Request");
    }

    @Test
    void ourNamesAreServed() throws Exception {
        assertThat(rawStatus("localhost:" + server.address().port())).isEqualTo("HTTP/1.1 200 OK");
        assertThat(rawStatus("LocalHost")).isEqualTo("HTTP/1.1 200 OK");
        assertThat(rawStatus("[::1]:80")).isEqualTo("HTTP/1.1 200 OK");
        assertThat(rawStatus("192.0.2.1:8025")).isEqualTo("HTTP/1.1 200 OK");
    }

    @Test
    void formOfAWebPageIsNoCommand() throws Exception {
        HttpResponse<String> text =
                send(authorized("flush").header("Content-Type", "text/plain").POST(BodyPublishers.ofString("{}")));
        HttpResponse<String> nothing = send(authorized("flush").POST(BodyPublishers.ofString("{}")));

        assertThat(List.of(text.statusCode(), nothing.statusCode())).containsOnly(415);
        assertThat(server.worker.flushes()).isZero();
    }

    @Test
    void flushReachesTheWorker() throws Exception {
        HttpResponse<String> response = post("flush", "{}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(server.worker.flushes()).isEqualTo(1);
    }

    @Test
    void releaseTakesAnIdOrAll() throws Exception {
        server.spool.releasable(1);
        assertThat(post("release", "{\"queue_id\":\"" + id(7) + "\"}").body()).isEqualTo("{\"released\":1}\n");
        assertThat(server.spool.released()).contains(Optional.of(id(7)));

        server.spool.releasable(3);
        assertThat(post("release", "{\"all\":true}").body()).isEqualTo("{\"released\":3}\n");
        assertThat(server.spool.released()).contains(Optional.empty());
    }

    @Test
    void releaseOfWhatIsNotThereIsNotFound() throws Exception {
        HttpResponse<String> response = post("release", "{\"queue_id\":\"" + id(7) + "\"}");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("no failed mail has the id " + id(7));
    }

    @Test
    void bounceTakesAnIdOrAll() throws Exception {
        server.spool.bounceable(1);
        assertThat(post("bounce", "{\"queue_id\":\"" + id(7) + "\"}").body()).isEqualTo("{\"bounced\":1}\n");
        assertThat(server.spool.bounced()).contains(Optional.of(id(7)));
        assertThat(server.worker.toReport()).containsExactly(ReportKind.DEMANDED);
        assertThat(post("bounce", "{\"all\":true}").statusCode()).isEqualTo(200);
        assertThat(server.spool.bounced()).contains(Optional.empty());
        assertThat(post("bounce", "{}").statusCode()).isEqualTo(400);
        assertThat(post("bounce", "nonsense").statusCode()).isEqualTo(400);
        server.spool.bounceable(0);
        assertThat(post("bounce", "{\"queue_id\":\"" + id(7) + "\"}").statusCode())
                .isEqualTo(404);

        int before = server.worker.toReport().size();
        server.spool.away(true);
        assertThat(post("bounce", "{\"all\":true}").statusCode()).isEqualTo(503);
        assertThat(server.worker.toReport())
                .as("some of it may have been moved")
                .hasSize(before + 1);
    }

    @Test
    void releaseOfNobodyKnowsWhatReleasesNothing() throws Exception {
        for (String body : List.of(
                "",
                "{}",
                "[]",
                "nonsense",
                "{\"all\":false}",
                "{\"queue_id\":\"x\"}",
                "{\"all\":true,\"queue_id\":\"x\"}",
                "{\"all\":true,\"queue_id\":\"" + id(7) + "\"}")) {
            assertThat(post("release", body).statusCode()).as(body).isEqualTo(400);
        }
        assertThat(server.spool.released()).isEmpty();
    }

    @Test
    void hugeBodyIsRefused() throws Exception {
        assertThat(post("release", " ".repeat(100_000)).statusCode()).isEqualTo(413);
    }

    @Test
    void depthsOfAllQueues() throws Exception {
        server.spool.put(ON_ROUTE, on(ON_ROUTE, 1));
        server.spool.put(new SpoolQueue.Retry(Duration.ofMinutes(5)));
        server.spool.put(new SpoolQueue.Failed());

        assertThat(get("queues").body())
                .isEqualTo(
                        "{\"queues\":[{\"kind\":\"route\",\"route\":\"smtp:[mx1.example.org]:25\",\"lane\":\"fresh\","
                                + "\"messages\":1,\"bytes\":1000,\"oldest_seconds\":90},{\"kind\":\"retry\",\"delay\":\"5m\",\"messages\":0,"
                                + "\"bytes\":0},{\"kind\":\"failed\",\"messages\":0,\"bytes\":0}]}\n");
    }

    @Test
    void routesAsTheirGatesSeeThem() throws Exception {
        server.worker.add(SampleMail.down("connection refused"));
        server.worker.add(new RouteStatus(
                Route.of("smtp:[mx2.example.org]:25"),
                RouteStatus.State.RAMP,
                SampleMail.ARRIVAL,
                "",
                4,
                2,
                true,
                Optional.of(SampleMail.ARRIVAL.plusSeconds(9))));

        assertThat(get("routes").body())
                .isEqualTo("{\"routes\":[{\"route\":\"smtp:[mx1.example.org]:25\",\"state\":\"DOWN\","
                        + "\"since\":1772600767,\"reason\":\"connection refused\",\"limit\":0,\"connections\":0,"
                        + "\"probation\":false},{\"route\":\"smtp:[mx2.example.org]:25\",\"state\":\"RAMP\","
                        + "\"since\":1772600767,\"reason\":\"\",\"limit\":4,\"connections\":2,\"probation\":true,"
                        + "\"next\":1772600776}]}\n");
    }

    @Test
    void routeIsHeldAndReleased() throws Exception {
        server.worker.add(SampleMail.up());
        String route = "\"route\":\"" + SampleMail.ROUTE + "\"";

        HttpResponse<String> held = post("routes/hold", "{" + route + ",\"reason\":\"new disks\"}");
        assertThat(held.statusCode()).isEqualTo(200);
        assertThat(held.body()).contains(route + ",\"state\":\"HELD\"", "\"reason\":\"new disks\"");
        assertThat(post("routes/release", "{" + route + "}").body()).contains("\"state\":\"UP\"");
        assertThat(post("routes/hold", "{" + route + "}").body()).contains("\"reason\":\"by an operator\"");
    }

    @Test
    void unknownRouteIsNotFound() throws Exception {
        for (String request : List.of("routes/hold", "routes/release")) {
            HttpResponse<String> response = post(request, "{\"route\":\"smtp:[mx9.example.org]:25\"}");

            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.body()).isEqualTo("{\"error\":\"no route smtp:[mx9.example.org]:25\"}\n");
        }
    }

    @Test
    void changeThatNobodyCouldBeToldOfIsNone() throws Exception {
        server.worker.add(SampleMail.up());
        server.worker.goAway();

        HttpResponse<String> response = post("routes/hold", "{\"route\":\"" + SampleMail.ROUTE + "\"}");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).contains("the spool does not answer: the broker is gone");
    }

    @Test
    void holdOfNobodyKnowsWhatHoldsNothing() throws Exception {
        server.worker.add(SampleMail.up());
        String route = "{\"route\":\"" + SampleMail.ROUTE + "\",\"reason\":\"";
        for (String body : List.of(
                "",
                "{}",
                "[]",
                "nonsense",
                "{\"route\":\"mx1.example.org\"}",
                "{\"route\":\"smtp:[\"}",
                route + "x".repeat(201) + "\"}",
                route + "two\\nlines\"}")) {
            assertThat(post("routes/hold", body).statusCode()).as(body).isEqualTo(400);
        }
        assertThat(server.worker.routes()).containsExactly(SampleMail.up());
    }

    @Test
    void unknownPathIsToldInJson() throws Exception {
        HttpResponse<String> response = get("nothing");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).isEqualTo("{\"error\":\"no such route or method\"}\n");
    }

    @Test
    void tenThousandMailsComeWhole() throws Exception {
        server.worker.add(SampleMail.up());
        server.spool.put(ON_ROUTE, 10_000, i -> on(ON_ROUTE, i));

        List<String> lines = get("queue").body().lines().toList();

        assertThat(lines).hasSize(10_000);
        assertThat(AdminJson.MAPPER.readValue(lines.getLast(), QueuedMail.class).queueId())
                .isEqualTo(id(9_999).value());
    }

    @Test
    void listingWaitsForAClientThatDoesNotRead() throws Exception {
        int endless = 50_000_000;
        server.worker.add(SampleMail.up());
        server.spool.put(ON_ROUTE, endless, i -> on(ON_ROUTE, i));

        try (InputStream body = stream("queue").body()) {
            // Once the buffers on the way are full, nobody asks the spool for more.
            Awaitility.await()
                    .during(500, TimeUnit.MILLISECONDS)
                    .atMost(30, TimeUnit.SECONDS)
                    .until(new Standstill(server.spool));
            int held = server.spool.shown();
            body.readNBytes(8 << 20);
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> server.spool.shown() > held);
        }
        // The client has gone: the listing ends long before the queue does.
        Awaitility.await()
                .during(500, TimeUnit.MILLISECONDS)
                .atMost(30, TimeUnit.SECONDS)
                .until(new Standstill(server.spool));
        assertThat(server.spool.shown()).isLessThan(endless);
    }

    @Test
    void spoolThatIsAwayIsSaid() throws Exception {
        server.worker.add(SampleMail.up());
        server.spool.put(ON_ROUTE, on(ON_ROUTE, 1));
        server.spool.failAfter(0);

        HttpResponse<String> response = get("queue");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).contains("the spool does not answer: the broker is gone");
    }

    @Test
    void brokenOffListingDoesNotLookWhole() throws Exception {
        server.worker.add(SampleMail.up());
        server.spool.put(ON_ROUTE, 10_000, i -> on(ON_ROUTE, i));
        server.spool.failAfter(5_000);

        HttpResponse<InputStream> response = stream("queue");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
    }

    /** Whether nothing was shown since it was last asked. */
    private static final class Standstill implements Callable<Boolean> {
        private final FakeSpool spool;
        private int before = -1;

        Standstill(FakeSpool spool) {
            this.spool = spool;
        }

        @Override
        public Boolean call() {
            int now = spool.shown();
            boolean still = now == before && now > 0;
            before = now;
            return still;
        }
    }

    private URI uri(String route) {
        return URI.create("http://" + server.address() + "/api/v1/" + route);
    }

    private HttpRequest.Builder authorized(String route) {
        return HttpRequest.newBuilder(uri(route))
                .header("Authorization", "Bearer " + server.token().value());
    }

    private HttpResponse<String> get(String route) throws IOException, InterruptedException {
        return send(authorized(route));
    }

    private HttpResponse<InputStream> stream(String route) throws IOException, InterruptedException {
        return http.send(authorized(route).build(), BodyHandlers.ofInputStream());
    }

    private HttpResponse<String> post(String route, String body) throws IOException, InterruptedException {
        return send(authorized(route)
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
    }

    /** The status line for a Host that java.net.http would not let us send. */
    private String rawStatus(String host) throws IOException {
        try (Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), server.address().port());
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            socket.setSoTimeout(20_000);
            String request = "GET /api/v1/routes HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer "
                    + server.token().value() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return Optional.ofNullable(in.readLine()).orElse("");
        }
    }
}
