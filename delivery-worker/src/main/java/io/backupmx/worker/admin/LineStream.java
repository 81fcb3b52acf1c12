package io.backupmx.worker.admin;

import com.fasterxml.jackson.core.JacksonException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A response of JSON objects, one a line (NDJSON), written from a virtual thread that waits while the client does not
 * read: however many objects, two chunks are in memory. A response that could not be completed ends without HTTP's end
 * mark, so that no client takes it for whole.
 */
final class LineStream {

    private static final int CHUNK_BYTES = 32 << 10;
    private static final long STALL_SECONDS = 60;

    private final HttpServerResponse response;
    private Buffer chunk = Buffer.buffer(CHUNK_BYTES + 4096);
    private Future<Void> written = Future.succeededFuture();
    private boolean begun;
    private boolean aborted;

    LineStream(HttpServerResponse response) {
        this.response = response;
    }

    /** Adds a line. False when the client is gone and further lines are pointless. */
    boolean add(Object value) {
        try {
            chunk.appendBytes(AdminJson.MAPPER.writeValueAsBytes(value)).appendByte((byte) '\n');
        } catch (JacksonException e) {
            throw new IllegalStateException("a listing that is no JSON", e);
        }
        return !response.closed() && (chunk.length() < CHUNK_BYTES || flush());
    }

    /** Whether it is too late for another answer than this one. */
    boolean hasBegun() {
        return begun;
    }

    /** Completes the response, unless it was given up. */
    void end() {
        if (!aborted) {
            begin();
            response.end(chunk);
        }
    }

    void abort() {
        aborted = true;
        response.reset();
    }

    private void begin() {
        if (!begun) {
            begun = true;
            response.setChunked(true)
                    .putHeader("Content-Type", "application/x-ndjson")
                    .putHeader("Cache-Control", "no-store");
        }
    }

    private boolean flush() {
        begin();
        try {
            written.toCompletionStage().toCompletableFuture().get(STALL_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            abort();
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abort();
            return false;
        }
        written = response.write(chunk);
        chunk = Buffer.buffer(CHUNK_BYTES + 4096);
        return true;
    }
}
