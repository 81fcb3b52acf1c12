package io.backupmx.ingress.source;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A response whose body goes to a thread that may block. It comes as fast as it can, up to a bound: Vert.x takes a response
 * that was paused for broken when its server closes behind it, though all of it is there.
 */
final class ListBody {

    /** Above what most lists have. */
    private static final long MAX_WAITING_OCTETS = 16 << 20;

    private sealed interface Piece {
        record Octets(Buffer buffer) implements Piece {}

        record End() implements Piece {}

        record Broken(Throwable why) implements Piece {}
    }

    private final HttpClientResponse response;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final Object lock = new Object();
    private long waitingOctets;
    private boolean paused;

    /** To be called as soon as the response is there, on its event loop. */
    ListBody(HttpClientResponse response) {
        this.response = response;
        response.handler(this::came);
        response.endHandler(_ -> pieces.add(new Piece.End()));
        response.exceptionHandler(e -> pieces.add(new Piece.Broken(e)));
    }

    int status() {
        return response.statusCode();
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(response.getHeader(name));
    }

    /** Writes all of it to {@code target}, or fails: of a list a part is worse than nothing. */
    void copyTo(OutputStream target, long maxBytes, TimeLimit limit)
            throws ListProblem, IOException, InterruptedException {
        if (header("Transfer-Encoding").isEmpty()) {
            String length = header("Content-Length")
                    .orElseThrow(() -> new ListProblem("the answer does not say how long it is (no Content-Length),"
                            + " so that a part of it would pass for all"));
            if (length.length() > 18 || Long.parseLong(length) > maxBytes) {
                throw tooLong(maxBytes);
            }
        }
        long octets = 0;
        while (true) {
            switch (pieces.poll(limit.leftNanos(), TimeUnit.NANOSECONDS)) {
                case Piece.Octets(Buffer buffer) -> {
                    octets += buffer.length();
                    taken(buffer);
                    if (octets > maxBytes) {
                        throw tooLong(maxBytes);
                    }
                    target.write(buffer.getBytes());
                }
                case Piece.End _ -> {
                    return;
                }
                case Piece.Broken(Throwable why) -> throw new ListProblem("the answer broke off", why);
                case null -> throw limit.exceeded();
            }
        }
    }

    private void came(Buffer buffer) {
        synchronized (lock) {
            waitingOctets += buffer.length();
            if (!paused && waitingOctets > MAX_WAITING_OCTETS) {
                paused = true;
                response.pause();
            }
        }
        pieces.add(new Piece.Octets(buffer));
    }

    private void taken(Buffer buffer) {
        synchronized (lock) {
            waitingOctets -= buffer.length();
            if (paused && waitingOctets < MAX_WAITING_OCTETS / 2) {
                paused = false;
                response.resume();
            }
        }
    }

    private static ListProblem tooLong(long maxBytes) {
        return new ListProblem("the list is longer than " + maxBytes + " octets, a quarter of the heap:"
                + " give it more memory (BACKUPMX_JAVA_OPTS=-Xmx...)");
    }
}
