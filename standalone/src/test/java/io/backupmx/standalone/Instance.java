package io.backupmx.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backupmx.testing.Ports;
import io.backupmx.testing.RunningProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/**
 * The product as its users have it: {@code backupmx run} in a JVM of its own, on one data directory and one SMTP port for all
 * its lives. To be closed, which ends the process.
 */
final class Instance implements AutoCloseable {

    /** What an empty queue looks like. */
    static final String EMPTY = "Mail queue is empty\n";

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path data;
    private final int smtpPort = Ports.free();
    private final List<String> options = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private Optional<RunningProgram> process = Optional.empty();
    private Optional<URI> admin = Optional.empty();

    /** One that does not run yet. */
    Instance(Path data) {
        this.data = data;
        set("ops.listen=127.0.0.1:0");
    }

    /** The README's instance, running: backs up example.test, whose primary is here. */
    static Instance of(Path data, int primaryPort) {
        return new Instance(data).backingUp("example.test", primaryPort).started();
    }

    Instance backingUp(String domain, int primaryPort) {
        return set("domains." + domain + ".primary=127.0.0.1:" + primaryPort);
    }

    /** Holds from the next start on. */
    Instance set(String... settings) {
        for (String setting : settings) {
            options.addAll(List.of("--set", setting));
        }
        return this;
    }

    Instance started() {
        start();
        return this;
    }

    /** Returns when mail is taken. */
    void start() {
        launch();
        running().awaitOutput("(?m)^metrics +http", START);
        admin = Optional.of(URI.create(adminFile().path("url").asText()));
    }

    /** Begins to start, and returns at once. */
    void launch() {
        List<String> arguments =
                new ArrayList<>(List.of("run", "--listen", "127.0.0.1:" + smtpPort, "--data", data.toString()));
        arguments.addAll(options);
        process = Optional.of(Product.start(arguments));
    }

    private JsonNode adminFile() {
        try {
            return JSON.readTree(Files.readString(data.resolve("admin.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path data() {
        return data;
    }

    int smtpPort() {
        return smtpPort;
    }

    int opsPort() {
        return admin.orElseThrow().getPort();
    }

    long pid() {
        return running().pid();
    }

    /** What this life has said so far. */
    String output() {
        return running().output();
    }

    private RunningProgram running() {
        return process.orElseThrow(() -> new IllegalStateException("not started"));
    }

    /** SIGKILL. */
    void kill() {
        running().kill();
    }

    /** SIGTERM; the exit code. */
    int terminate() {
        return running().terminate(STOP);
    }

    /** Runs a command on this instance's data directory. */
    Product.Ran cli(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--data", data.toString()));
        return Product.run(data.getParent(), all.toArray(String[]::new));
    }

    String mailq() {
        return cli("mailq").succeeded().out();
    }

    /** What {@code mailq --json} prints, without the JVM that prints it. */
    List<JsonNode> queue() {
        List<JsonNode> mails = new ArrayList<>();
        for (String line : get("/api/v1/queue").lines().toList()) {
            try {
                mails.add(JSON.readTree(line));
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + line, e);
            }
        }
        return mails;
    }

    /** The sum of a metric's values over the series that have all of {@code labels}, such as {@code queue="failed"}. */
    double metric(String name, String... labels) {
        return get("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> Arrays.stream(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Returns when the route to a primary on this machine is known to be down. */
    void awaitDown(int primaryPort) {
        await(Duration.ofSeconds(30), () -> {
            if (metric("backupmx_route_up", "next_hop=\"smtp:[127.0.0.1]:" + primaryPort + "\"") != 0) {
                throw new AssertionError("the route to " + primaryPort + " is not down");
            }
        });
    }

    /** Returns when no mail waits anywhere. */
    void awaitEmptyQueue(Duration timeout) {
        await(timeout, () -> {
            List<JsonNode> queue = queue();
            if (!queue.isEmpty()) {
                throw new AssertionError(queue.size() + " mails wait, such as " + queue.getFirst());
            }
        });
    }

    /** Returns when {@code assertion} holds. */
    static void await(Duration timeout, ThrowingRunnable assertion) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .atMost(timeout)
                .untilAsserted(assertion);
    }

    /** What the admin API answers to a GET of one JSON object. */
    JsonNode json(String path) {
        String body = get(path);
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + body, e);
        }
    }

    private String get(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(admin.orElseThrow().resolve(path))
                    .header(
                            "Authorization",
                            "Bearer "
                                    + Files.readString(data.resolve("admin-token"))
                                            .strip())
                    .timeout(Duration.ofSeconds(20))
                    .build();
            var response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError(path + " answers " + response.statusCode() + ": " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.ifPresent(RunningProgram::close);
        http.close();
    }
}
