package io.backupmx.ingress.source;

import io.backupmx.config.HttpSourceConfig;
import io.backupmx.route.RecipientList;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Makes lookups that fetch when they are told to, with a clock of their own. */
final class Lists implements AutoCloseable {

    static final int LIMIT_PERCENT = 30;

    private final Vertx vertx = Vertx.vertx();
    private final Path directory;
    private final List<HttpListLookup> made = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T07:08:09Z");
    private Duration timeout = Duration.ofSeconds(20);
    private Duration interval = Duration.ofHours(1);
    private Optional<Path> token = Optional.empty();
    private HttpClientOptions options = new HttpClientOptions();
    private long maxBytes = RecipientList.maxBytes();
    private ListRoom room = new ListRoom(RecipientList.maxBytes());

    Lists(Path directory) {
        this.directory = directory;
    }

    Lists timeout(Duration limit) {
        timeout = limit;
        return this;
    }

    Lists interval(Duration pause) {
        interval = pause;
        return this;
    }

    Lists token(Path file) {
        token = Optional.of(file);
        return this;
    }

    Lists trusting(HttpClientOptions whom) {
        options = whom;
        return this;
    }

    Lists maxBytes(long limit) {
        maxBytes = limit;
        return this;
    }

    Lists roomFor(long bytes) {
        room = new ListRoom(bytes);
        return this;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /** A source called {@code people}. */
    HttpListLookup of(String url) {
        return of("people", url);
    }

    HttpListLookup of(String name, String url) {
        HttpSourceConfig config =
                new HttpSourceConfig(Optional.of(url), token, Optional.of(interval), Optional.of(timeout));
        InstantSource clock = () -> now;
        HttpListLookup lookup = new HttpListLookup(
                name,
                new ListFetcher(vertx, config, options, maxBytes),
                new ListCopy(directory, name, url),
                room,
                interval,
                LIMIT_PERCENT,
                clock);
        made.add(lookup);
        return lookup;
    }

    @Override
    public void close() throws Exception {
        made.forEach(HttpListLookup::close);
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
