package io.backupmx.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ThrowingRunnable;

/**
 * The product as its users have it: {@code backupmx run} in a JVM of its own, on one data directory and one SMTP port for all
 * its lives. To be closed, which ends the process.
 */
final class Instance implements AutoCloseable {

    /** What an empty queue looks like. */
    static final String EMPTY = "Mail queue is empty\n";

    private final ServiceProcess process;

    /** One that does not run yet. */
    Instance(Path data) {
        this.process = ServiceProcess.run(data);
    }

    /** The README's instance, running: backs up example.test, whose primary is here. */
    static Instance of(Path data, int primaryPort) {
        return new Instance(data).backingUp("example.test", primaryPort).started();
    }

    Instance backingUp(String domain, int primaryPort) {
        process.backingUp(domain, primaryPort);
        return this;
    }

    /** Holds from the next start on. */
    Instance set(String... settings) {
        process.set(settings);
        return this;
    }

    Instance started() {
        start();
        return this;
    }

    /** Returns when mail is taken. */
    void start() {
        process.started();
    }

    /** Begins to start, and returns at once. */
    void launch() {
        process.launch();
    }

    Path data() {
        return process.data();
    }

    int smtpPort() {
        return process.smtpPort();
    }

    int opsPort() {
        return process.opsPort();
    }

    long pid() {
        return process.pid();
    }

    /** What this life has said so far. */
    String output() {
        return process.output();
    }

    /** What all lives have said so far. */
    String log() {
        return process.log();
    }

    /** SIGKILL. */
    void kill() {
        process.kill();
    }

    /** SIGTERM; the exit code. */
    int terminate() {
        return process.terminate();
    }

    /** Runs a command on this instance's data directory. */
    Product.Ran cli(String... arguments) {
        return process.cli(arguments);
    }

    String mailq() {
        return cli("mailq").succeeded().out();
    }

    /** What {@code mailq --json} prints, without the JVM that prints it. */
    List<JsonNode> queue() {
        return process.queue();
    }

    /** What the admin API answers to a GET of one JSON object. */
    JsonNode json(String path) {
        return process.json(path);
    }

    /** The sum of a metric's values over the series that have all of {@code labels}, such as {@code queue="failed"}. */
    double metric(String name, String... labels) {
        return process.metric(name, labels);
    }

    /** Returns when the route to a primary on this machine is known to be down. */
    void awaitDown(int primaryPort) {
        await(Duration.ofSeconds(30), () -> {
            String route = "smtp:[127.0.0.1]:" + primaryPort;
            boolean down = json("/api/v1/routes")
                    .path("routes")
                    .valueStream()
                    .anyMatch(one -> one.path("route").asText().equals(route)
                            && one.path("state").asText().equals("DOWN"));
            if (!down) {
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
        ServiceProcess.await(timeout, assertion);
    }

    @Override
    public void close() {
        process.close();
    }
}
