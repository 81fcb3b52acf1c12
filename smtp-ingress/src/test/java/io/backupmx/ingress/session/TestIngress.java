package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.HostPort;
import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.ingress.tls.IngressTls;
import io.backupmx.smtp.Domain;
import io.backupmx.testing.Conversation;
import io.backupmx.testing.Dialogue;
import io.backupmx.testing.Transcript;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A whole ingress on a free port, with a spool and a directory that do as the test says. */
final class TestIngress implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A client up to the point where content may come. */
    static final String UP_TO_DATA = """
            S: 220 mx2.example.net ESMTP *
            C: EHLO client.example
            S: 250 *
            C: MAIL FROM:<bob@client.example>
            S: 250 2.1.0 Ok
            C: RCPT TO:<alice@example.test>
            S: 250 2.1.5 Ok
            C: DATA
            S: 354 *
            """;

    final MemorySpool spool = new MemorySpool();
    final FakeDirectory directory = new FakeDirectory();
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final Path spillDirectory;
    private final Vertx vertx = Vertx.vertx();
    private final IngressServer server;
    private final int port;

    TestIngress(Consumer<Tuning> tune) {
        this(tune, Optional.empty());
    }

    /** @param asked in {@link #directory}'s place */
    TestIngress(Consumer<Tuning> tune, RecipientDirectory asked) {
        this(tune, Optional.of(asked));
    }

    private TestIngress(Consumer<Tuning> tune, Optional<RecipientDirectory> asked) {
        Tuning tuning = new Tuning(metrics);
        tune.accept(tuning);
        try {
            spillDirectory = Files.createTempDirectory("ingress");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Domain hostname = Domain.of("mx2.example.net");
        server = new IngressServer(
                vertx,
                hostname,
                tuning.config(),
                tuning.gateways,
                spillDirectory,
                new Advisers(
                        asked.orElse(directory),
                        tuning.limits,
                        tuning.requireTls,
                        tuning.policy,
                        tuning.blocklists,
                        tuning.senders,
                        tuning.contents.apply(vertx),
                        tuning.calls),
                spool,
                tuning.tls
                        ? Optional.of(
                                IngressTls.selfSigned(hostname, spillDirectory.resolve("none"), tuning.maxConnections))
                        : Optional.empty(),
                metrics);
        port = get(server.listen()).port();
    }

    TestIngress() {
        this(_ -> {});
    }

    Transcript play(String dialogue) {
        return Dialogue.of(dialogue).against(port);
    }

    Conversation open() {
        return Conversation.open(port);
    }

    int port() {
        return port;
    }

    /** Opens a door where TLS comes first; its port. */
    int openTlsDoor() {
        return get(server.listenWithTls(HostPort.of("127.0.0.1:0"))).port();
    }

    Future<Void> stop() {
        return server.stop();
    }

    double count(String meter, String... tags) {
        return metrics.get(meter).tags(tags).counter().count();
    }

    double gauge(String meter) {
        return metrics.get(meter).gauge().value();
    }

    /** Waits until no session is open; then no content may hold any heap. */
    void awaitNothingHeld() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(gauge("backupmx.ingress.sessions")).isZero();
            assertThat(gauge("backupmx.ingress.content.heap.bytes")).isZero();
            assertThat(gauge("backupmx.ingress.content.spilled.bytes")).isZero();
        });
    }

    static <T> T get(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        get(server.stop());
        get(vertx.close());
        try (var left = Files.list(spillDirectory)) {
            assertThat(left).as("temporary files with a name").isEmpty();
        } catch (IOException _) {
            // the test has removed it
        }
    }
}
