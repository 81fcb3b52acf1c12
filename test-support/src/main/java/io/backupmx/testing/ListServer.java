package io.backupmx.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** The JDK's web server on a port of 127.0.0.1, and what it was asked. */
public final class ListServer implements AutoCloseable {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final HttpServer server;
    private final String scheme;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile HttpHandler answer = exchange -> exchange.sendResponseHeaders(404, -1);

    /** One request: its path and those of its headers that matter. */
    public record Asked(
            String path,
            Optional<String> ifNoneMatch,
            Optional<String> ifModifiedSince,
            Optional<String> authorization,
            Optional<String> acceptEncoding) {}

    private ListServer(HttpServer server, String scheme, InetSocketAddress at) throws IOException {
        this.server = server;
        this.scheme = scheme;
        server.bind(at, 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                asked.add(new Asked(
                        exchange.getRequestURI().toString(),
                        header(exchange, "If-None-Match"),
                        header(exchange, "If-Modified-Since"),
                        header(exchange, "Authorization"),
                        header(exchange, "Accept-Encoding")));
                answer.handle(exchange);
            }
        });
        server.start();
    }

    public static ListServer http() throws IOException {
        return http(0);
    }

    public static ListServer http(int port) throws IOException {
        return new ListServer(HttpServer.create(), "http", new InetSocketAddress(LOOPBACK, port));
    }

    public static ListServer https(SSLContext tls) throws IOException {
        HttpsServer server = HttpsServer.create();
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return new ListServer(server, "https", new InetSocketAddress(LOOPBACK, 0));
    }

    public String url(String path) {
        return url("127.0.0.1", path);
    }

    public String url(String host, String path) {
        return scheme + "://" + host + ":" + server.getAddress().getPort() + path;
    }

    /** Answers so from now on. */
    public void answers(HttpHandler with) {
        answer = with;
    }

    /** Has {@code text} from now on, and knows its versions. */
    public void has(String text, String entityTag) {
        answers(exchange -> {
            exchange.getResponseHeaders().set("ETag", entityTag);
            if (header(exchange, "If-None-Match").filter(entityTag::equals).isPresent()) {
                exchange.sendResponseHeaders(304, -1);
            } else {
                send(exchange, 200, text);
            }
        });
    }

    public void redirects(String to) {
        answers(exchange -> {
            exchange.getResponseHeaders().set("Location", to);
            exchange.sendResponseHeaders(302, -1);
        });
    }

    public static void send(HttpExchange exchange, int status, String text) throws IOException {
        send(exchange, status, text.getBytes(StandardCharsets.UTF_8));
    }

    public static void send(HttpExchange exchange, int status, byte[] octets) throws IOException {
        exchange.sendResponseHeaders(status, octets.length == 0 ? -1 : octets.length);
        exchange.getResponseBody().write(octets);
    }

    public List<Asked> asked() {
        return asked;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }
}
