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
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/**
 * A service command of the product ({@code run}, {@code worker}, {@code ingress}) in a JVM of its own, on one data directory
 * for all its lives: started, killed, frozen, thawed, told to end, and asked over HTTP and the command line. To be closed,
 * which ends the process.
 */
final class ServiceProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final Pattern METRICS = Pattern.compile("(?m)^metrics +(http://\\S+)/metrics$");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String command;
    private final Path data;
    private final OptionalInt smtpPort;
    private final List<String> jvmOptions = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private final StringBuilder earlier = new StringBuilder();
    private final HttpClient http = HttpClient.newHttpClient();
    private Optional<RunningProgram> process = Optional.empty();
    private Optional<URI> ops = Optional.empty();

    private ServiceProcess(String command, Path data, OptionalInt smtpPort) {
        this.command = command;
        this.data = data;
        this.smtpPort = smtpPort;
        smtpPort.ifPresent(port -> set("ingress.listen=127.0.0.1:" + port));
        set("ops.listen=127.0.0.1:0");
        set("reports.failures=quarantine"); // or senders of failed mail would be asked about in this machine's DNS
    }

    /** All in one that does not run yet; takes mail on one port for all its lives. */
    static ServiceProcess run(Path data) {
        return new ServiceProcess("run", data, OptionalInt.of(Ports.free()));
    }

    /** A worker that does not run yet. */
    static ServiceProcess worker(Path data, String brokerUrl) {
        return new ServiceProcess("worker", data, OptionalInt.empty()).set("spool.broker=" + brokerUrl);
    }

    /** An ingress that does not run yet; takes mail on one port for all its lives. */
    static ServiceProcess ingress(Path data, String brokerUrl) {
        return new ServiceProcess("ingress", data, OptionalInt.of(Ports.free())).set("spool.broker=" + brokerUrl);
    }

    /** Domain and primary on this machine; holds from the next start on. */
    ServiceProcess backingUp(String domain, int primaryPort) {
        return set("domains." + domain + ".primary=127.0.0.1:" + primaryPort);
    }

    /** Reads this file; holds from the next start on. */
    ServiceProcess config(Path file) {
        options.addAll(List.of("-c", file.toString()));
        return this;
    }

    /** {@code KEY=VALUE} each; holds from the next start on, also over a file. */
    ServiceProcess set(String... settings) {
        for (String setting : settings) {
            options.addAll(List.of("--set", setting));
        }
        return this;
    }

    /** Options of its JVM, stronger than the product's own; hold from the next start on. */
    ServiceProcess jvm(String... jvmOptions) {
        this.jvmOptions.addAll(List.of(jvmOptions));
        return this;
    }

    /** Returns when it runs and its ops server answers; the broker of a worker or ingress may be away. */
    ServiceProcess started() {
        launch();
        awaitStarted();
        return this;
    }

    /** Returns when it is ready, broker included. */
    ServiceProcess ready() {
        started();
        awaitReady(START);
        return this;
    }

    /** Begins to start, and returns at once. */
    void launch() {
        process.ifPresent(before -> {
            earlier.append(before.output());
            before.close();
        });
        ops = Optional.empty();
        List<String> arguments = new ArrayList<>(List.of(command, "--data", data.toString()));
        arguments.addAll(options);
        process = Optional.of(Product.start(jvmOptions, arguments));
    }

    /** Returns when what was launched has said where its metrics are. */
    void awaitStarted() {
        running().awaitOutput(METRICS.pattern(), START);
        Matcher metrics = METRICS.matcher(output());
        if (!metrics.find()) {
            throw new AssertionError(output());
        }
        ops = Optional.of(URI.create(metrics.group(1)));
    }

    void awaitReady(Duration timeout) {
        await(timeout, () -> {
            HttpResponse<String> ready = ask("/readyz");
            if (ready.statusCode() != 200) {
                throw new AssertionError("not ready: " + ready.body());
            }
        });
    }

    /** Returns when {@code /readyz} says {@code problem} of itself. */
    void awaitNotReady(String problem, Duration timeout) {
        await(timeout, () -> {
            HttpResponse<String> ready = ask("/readyz");
            if (ready.statusCode() != 503 || !ready.body().contains(problem)) {
                throw new AssertionError(ready.statusCode() + ": " + ready.body());
            }
        });
    }

    Path data() {
        return data;
    }

    int smtpPort() {
        return smtpPort.orElseThrow(() -> new IllegalStateException(command + " takes no mail"));
    }

    int opsPort() {
        return opsUrl().getPort();
    }

    private URI opsUrl() {
        return ops.orElseThrow(() -> new IllegalStateException("not started"));
    }

    long pid() {
        return running().pid();
    }

    boolean isAlive() {
        return process.filter(RunningProgram::isAlive).isPresent();
    }

    /** What this life has said so far: the mail log is there. */
    String output() {
        return running().output();
    }

    /** What all lives have said so far. */
    String log() {
        return earlier + process.map(RunningProgram::output).orElse("");
    }

    void awaitOutput(String regex, Duration timeout) {
        running().awaitOutput(regex, timeout);
    }

    private RunningProgram running() {
        return process.orElseThrow(() -> new IllegalStateException("not started"));
    }

    /** SIGKILL. */
    void kill() {
        running().kill();
    }

    /** SIGSTOP: its connections stand, nothing answers. */
    void freeze() {
        running().signal("STOP");
    }

    /** Such as HUP. */
    void signal(String name) {
        running().signal(name);
    }

    /** SIGCONT. */
    void thaw() {
        running().signal("CONT");
    }

    /** SIGTERM; the exit code once it has ended. */
    int terminate() {
        return running().terminate(STOP);
    }

    /** Runs a command on this process' data directory. */
    Product.Ran cli(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--data", data.toString()));
        return Product.run(data.getParent(), all.toArray(String[]::new));
    }

    /** What {@code mailq --json} prints, without the JVM that prints it. */
    List<JsonNode> queue() {
        return get("/api/v1/queue").lines().map(ServiceProcess::parse).toList();
    }

    /** What {@code route --json} prints, without the JVM that prints it. */
    List<JsonNode> routes() {
        List<JsonNode> routes = new ArrayList<>();
        parse(get("/api/v1/routes")).path("routes").forEach(routes::add);
        return routes;
    }

    /** What the admin API answers to a GET of one JSON object. */
    JsonNode json(String path) {
        return parse(get(path));
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
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

    /** Returns when {@code assertion} holds. */
    static void await(Duration timeout, ThrowingRunnable assertion) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .atMost(timeout)
                .untilAsserted(assertion);
    }

    /** The body that {@code path} of its ops server has, admin API included. */
    String get(String path) {
        HttpResponse<String> response = ask(path);
        if (response.statusCode() != 200) {
            throw new AssertionError(path + " answers " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }

    private HttpResponse<String> ask(String path) {
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(opsUrl().resolve(path)).timeout(ANSWER);
            if (path.startsWith("/api/")) {
                String token = Files.readString(data.resolve("admin-token")).strip();
                request.header("Authorization", "Bearer " + token);
            }
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.ifPresent(program -> {
            if (program.isAlive()) {
                program.signal("CONT"); // a frozen one would not hear the end
            }
            program.close();
        });
        http.close();
    }
}
