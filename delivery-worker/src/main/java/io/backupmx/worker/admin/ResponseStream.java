package io.backupmx.worker.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A response's octets, written from a virtual thread that waits while the client does not read: two chunks are in memory,
 * however many come.
 */
final class ResponseStream extends OutputStream {

    private static final int CHUNK_BYTES = 32 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpServerResponse response;
    private final Duration patience;
    private @Nullable IOException failure;
    private Buffer chunk = Buffer.buffer(CHUNK_BYTES);
    private Future<Void> written = Future.succeededFuture();

    ResponseStream(HttpServerResponse response) {
        this(response, PATIENCE);
    }

    /** @param patience how long the client may not read */
    ResponseStream(HttpServerResponse response, Duration patience) {
        this.response = response;
        this.patience = patience;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        for (int at = offset; at < offset + length; ) {
            int part = Math.min(offset + length - at, CHUNK_BYTES - chunk.length());
            chunk.appendBytes(octets, at, part);
            at += part;
            if (chunk.length() == CHUNK_BYTES) {
                flush();
            }
        }
    }

    /** Fails ever after it, or a write, has failed once: what came behind that would follow on a gap. */
    @Override
    public void flush() throws IOException {
        if (failure != null) {
            throw new IOException("broken off", failure);
        }
        try {
            pass();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private void pass() throws IOException {
        if (response.closed()) {
            throw new IOException("the client is gone");
        }
        try {
            written.toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the client does not read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        written = response.write(chunk);
        chunk = Buffer.buffer(CHUNK_BYTES);
    }
}
