package io.backupmx.worker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client's end is a plain socket, which reads only when told to. */
@Timeout(60)
class ResponseStreamIT {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void afterAGapNothingMoreIsWritten() throws Exception {
        CompletableFuture<HttpServerResponse> stalled = new CompletableFuture<>();
        CountDownLatch readAgain = new CountDownLatch(1);
        CompletableFuture<Boolean> flushed = new CompletableFuture<>();
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> Thread.ofVirtual().start(() -> {
                    HttpServerResponse response = request.response().setChunked(true);
                    ResponseStream stream = new ResponseStream(response, Duration.ofMillis(300));
                    try {
                        while (isWritten(stream)) {
                            // until the buffers on the way are full
                        }
                        stalled.complete(response);
                        readAgain.await();
                        flushed.complete(isFlushed(stream));
                    } catch (InterruptedException | RuntimeException e) {
                        flushed.completeExceptionally(e);
                    }
                }))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        try (Socket client = new Socket("127.0.0.1", server.actualPort())) {
            client.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            HttpServerResponse response = stalled.get(30, TimeUnit.SECONDS);
            Thread.ofVirtual().start(() -> readAll(client));
            await().atMost(20, TimeUnit.SECONDS).until(() -> !response.writeQueueFull());
            readAgain.countDown();

            assertThat(flushed.get(20, TimeUnit.SECONDS)).isFalse();
        }
    }

    private static void readAll(Socket socket) {
        try (InputStream in = socket.getInputStream()) {
            long _ = in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException _) {
            // the test has seen enough, and closed it
        }
    }

    private static boolean isWritten(ResponseStream stream) {
        try {
            stream.write(new byte[64 << 10]);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean isFlushed(ResponseStream stream) {
        try {
            stream.flush();
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
