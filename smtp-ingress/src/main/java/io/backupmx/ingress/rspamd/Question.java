package io.backupmx.ingress.rspamd;

import io.backupmx.mail.Content;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** Sends one content, as fast as it is taken, and reads the answer. On one event loop. */
final class Question {

    private static final int PIECE_BYTES = 64 << 10;
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    private final HttpClient client;
    private final Content content;
    private final Duration timeout;
    private final Promise<Buffer> answer = Promise.promise();
    private Optional<HttpClientRequest> request = Optional.empty();
    private boolean sent;
    private boolean over;

    Question(HttpClient client, Content content, Duration timeout) {
        this.client = client;
        this.content = content;
        this.timeout = timeout;
    }

    /**
     * Done when the answer is here, or time is over: from then on no more of the content is sent. A piece that is being read then is
     * read to its end: whoever closes the content meanwhile has that fail, which changes nothing.
     */
    Future<Buffer> ask(RequestOptions options) {
        Vertx vertx = context().owner();
        long timer = vertx.setTimer(
                timeout.toMillis(), _ -> answer.tryFail("no answer within " + timeout.toMillis() + " ms"));
        client.request(options).onComplete((opened, failure) -> {
            if (failure != null) {
                answer.tryFail(failure);
            } else if (over) {
                var _ = opened.reset();
            } else {
                request = Optional.of(opened);
                send(opened);
            }
        });
        return answer.future().andThen((_, failure) -> {
            vertx.cancelTimer(timer);
            end(failure == null);
        });
    }

    private void end(boolean answered) {
        over = true;
        if (!answered || !sent) {
            request.ifPresent(HttpClientRequest::reset);
        }
    }

    private void send(HttpClientRequest opened) {
        opened.exceptionHandler(answer::tryFail);
        opened.response().onSuccess(this::read).onFailure(answer::tryFail);
        if (content instanceof Content.InMemory heap) {
            opened.end(BufferInternal.buffer(Unpooled.wrappedBuffer(heap.octets())))
                    .onSuccess(_ -> sent = true)
                    .onFailure(answer::tryFail);
        } else {
            try {
                sendPieces(opened, content.open());
            } catch (IOException e) {
                answer.tryFail(e);
            }
        }
    }

    static Context context() {
        return Objects.requireNonNull(Vertx.currentContext(), "it is asked on an event loop");
    }

    private void sendPieces(HttpClientRequest opened, InputStream octets) {
        if (over) {
            return;
        }
        context()
                .<byte[]>executeBlocking(() -> octets.readNBytes(PIECE_BYTES), false)
                .<Void>compose(piece -> {
                    if (over) {
                        return Future.succeededFuture();
                    }
                    sent = piece.length == 0;
                    return sent
                            ? opened.end()
                            : opened.write(Buffer.buffer(piece)).onSuccess(_ -> sendPieces(opened, octets));
                })
                .onFailure(answer::tryFail);
    }

    private void read(HttpClientResponse response) {
        response.exceptionHandler(answer::tryFail);
        if (response.statusCode() != 200) {
            answer.tryFail("it answers " + response.statusCode());
            return;
        }
        Buffer body = Buffer.buffer();
        response.endHandler(_ -> answer.tryComplete(body));
        response.handler(octets -> {
            if (body.length() + octets.length() > MAX_ANSWER_BYTES) {
                answer.tryFail("its answer is too long");
            } else {
                body.appendBuffer(octets);
            }
        });
    }
}
