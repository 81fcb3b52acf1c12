package io.backupmx.ingress.primary;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.backupmx.config.Config;
import io.backupmx.ingress.whileup.WhileUp;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.client.ConnectResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether primaries answer: each is greeted when somebody asks, and what came of it holds for half a minute. One that has not
 * answered after five seconds does not; nor does one of those that are too many at once.
 */
public final class PrimaryGreetings implements WhileUp.Greeting, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PrimaryGreetings.class);

    static final Duration HOLDS = Duration.ofSeconds(30);

    private static final long PATIENCE_SECONDS = 5;
    private static final int AT_ONCE = 50;
    private static final int MAX_PRIMARIES = 10_000;

    private final Supplier<CallAheads.Connector> connectors;
    private final ThreadFactory threads;
    private final Cache<String, Future<Boolean>> answers;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private CallAheads.@Nullable Connector connector;
    private boolean closed;

    /** @param connectors asked once, when somebody wants to know; what it makes is closed with this */
    PrimaryGreetings(Supplier<CallAheads.Connector> connectors, Ticker ticker, ThreadFactory threads) {
        this.connectors = connectors;
        this.threads = threads;
        this.answers = Caffeine.newBuilder()
                .maximumSize(MAX_PRIMARIES)
                .expireAfterWrite(HOLDS)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /**
     * @param hostname our name in EHLO
     * @param tls what connections are to be, now
     */
    public static PrimaryGreetings of(Vertx vertx, Domain hostname, Config config, Supplier<TlsLevels> tls) {
        return new PrimaryGreetings(
                () -> new PrimaryConnector(vertx, hostname, config, tls),
                Ticker.systemTicker(),
                Thread.ofVirtual().name("greeting").factory());
    }

    @Override
    public Future<Boolean> answers(Route route, Domain domain) {
        String name = route.toString();
        Future<Boolean> known = answers.getIfPresent(name);
        if (known != null) {
            return known;
        } else if (!places.tryAcquire()) {
            return Future.succeededFuture(false);
        }
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        Future<Boolean> future = Future.fromCompletionStage(answer);
        Future<Boolean> other = answers.asMap().putIfAbsent(name, future);
        if (other != null) {
            places.release();
            return other;
        }
        try {
            var _ = answer.completeOnTimeout(false, PATIENCE_SECONDS, TimeUnit.SECONDS);
            threads.newThread(() -> greet(route, domain, answer)).start();
        } catch (RuntimeException | Error e) { // no memory for a thread, or a stop
            places.release();
            answers.invalidate(name);
            notGreeted(route, e, answer);
        }
        return future;
    }

    private void greet(Route route, Domain domain, CompletableFuture<Boolean> answer) {
        try {
            answer.complete(greet(route, domain));
        } catch (RuntimeException | Error e) {
            notGreeted(route, e, answer);
        } finally {
            places.release();
        }
    }

    private static void notGreeted(Route route, Throwable why, CompletableFuture<Boolean> answer) {
        LOG.atWarn().setCause(why).addKeyValue("next_hop", route).log("primary not greeted");
        answer.complete(false);
    }

    private boolean greet(Route route, Domain domain) {
        return switch (connector().connect(route, domain)) {
            case ConnectResult.Connected(var connection) -> {
                boolean isAnother = !connection.isNamedAsWe();
                connection.quit();
                yield isAnother;
            }
            case ConnectResult.Unreachable _, ConnectResult.Unhealthy _ -> false;
        };
    }

    private synchronized CallAheads.Connector connector() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        CallAheads.Connector made = connector == null ? connectors.get() : connector;
        connector = made;
        return made;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (connector != null) {
            connector.close();
        }
    }
}
