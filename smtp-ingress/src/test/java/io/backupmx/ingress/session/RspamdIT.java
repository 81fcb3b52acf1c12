package io.backupmx.ingress.session;

import static io.backupmx.ingress.session.FilteredIngress.MAIL;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.backupmx.config.RspamdConfig.OnFailure;
import io.backupmx.testing.Conversation;
import io.backupmx.testing.ListServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Contents are shown to rspamd, which a small web server plays. */
class RspamdIT {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int OF_ONE_CLIENT = 10;
    private static final String CHECKS = "backupmx.ingress.rspamd.checks";
    private static final String HELLO = "C!: Subject: x\\r\\n\\r\\n..hi\\xe9\\r\\n.\\r\\n\n";
    private static final String HELLO_OCTETS = "Subject: x\r\n\r\n.hi\u00e9\r\n";

    private record Shown(String path, HttpExchange exchange, String content) {
        String header(String name) {
            return exchange.getRequestHeaders().getFirst(name);
        }
    }

    private final Queue<Shown> shown = new ConcurrentLinkedQueue<>();
    private ListServer server;
    private TestIngress ingress;

    @BeforeEach
    void start() throws IOException {
        server = ListServer.http();
        says("no action");
        ingress = with(OnFailure.ACCEPT, LONG, _ -> {});
    }

    private TestIngress with(OnFailure onFailure, Duration timeout, Consumer<Tuning> tune) {
        return FilteredIngress.asking(server.url(""), onFailure, timeout, tune);
    }

    private void instead(OnFailure onFailure, Consumer<Tuning> tune) {
        instead(onFailure, LONG, tune);
    }

    private void instead(OnFailure onFailure, Duration timeout, Consumer<Tuning> tune) {
        ingress.close();
        ingress = with(onFailure, timeout, tune);
    }

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
        server.close();
    }

    private void says(String action) {
        answers(200, "{\"action\": \"" + action + "\", \"score\": 1.5}");
    }

    private void answers(int status, String body) {
        server.answers(exchange -> {
            byte[] content = exchange.getRequestBody().readAllBytes();
            shown.add(new Shown(
                    exchange.getRequestURI().toString(), exchange, new String(content, StandardCharsets.ISO_8859_1)));
            byte[] octets = body.getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(status, octets.length);
            exchange.getResponseBody().write(octets);
        });
    }

    private static void held(CountDownLatch until) throws IOException {
        try {
            if (!until.await(60, TimeUnit.SECONDS)) {
                throw new IOException("nobody lets it go");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void refuse(HttpExchange exchange) throws IOException {
        byte[] octets = "{\"action\": \"reject\"}".getBytes(StandardCharsets.US_ASCII);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, octets.length);
        exchange.getResponseBody().write(octets);
    }

    @Test
    void itSeesTheMailAsItCame() {
        ingress.play(MAIL + HELLO + "S: 250 2.0.0 Ok: queued as *\n");
        Shown one = shown.remove();
        assertThat(one.path()).isEqualTo("/checkv2");
        assertThat(one.content()).isEqualTo(HELLO_OCTETS);
        assertThat(one.header("From")).isEqualTo("bob@client.example");
        assertThat(one.exchange().getRequestHeaders().get("Rcpt"))
                .containsExactlyInAnyOrder("alice@example.test", "carol@example.test");
        assertThat(one.header("IP")).isEqualTo("127.0.0.1");
        assertThat(one.header("Helo")).isEqualTo("client.example");
        assertThat(one.header("Queue-Id"))
                .isEqualTo(ingress.spool.only().only().envelope().queueId().toString());
        assertThat(ingress.count(CHECKS, "result", "taken")).isOne();
    }

    @Test
    void aContentOnTheDiskIsSentInPieces() {
        String lines = "C!+: " + "x".repeat(70) + "\\r\\n\n";
        ingress.play(MAIL + lines.repeat(5000) + "C: .\nS: 250 2.0.0 *\n");
        assertThat(shown.remove().content()).isEqualTo(("x".repeat(70) + "\r\n").repeat(5000));
        assertThat(ingress.spool.only().text()).hasSize(72 * 5000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    reject      | 554 5.7.1 Message rejected as spam         | refused    | content_refused
                    soft reject | 451 4.7.1 Message deferred, try again later | tempfailed | content_deferred
                    greylist    | 451 4.7.1 Message deferred, try again later | tempfailed | content_deferred
                    """)
    void itMayRefuseAndDefer(String action, String reply, String outcome, String reason) {
        says(action);
        ingress.play(MAIL + HELLO + "S: " + reply + "\nC: MAIL FROM:<>\nS: 250 *\n");
        assertThat(ingress.spool.mails()).isEmpty();
        assertThat(ingress.count("backupmx.ingress.messages", "outcome", outcome, "reason", reason))
                .isOne();
    }

    /** What it would have in the header is not ours to put there. */
    @ParameterizedTest
    @ValueSource(strings = {"add header", "rewrite subject", "quarantine", "an action of next year"})
    void elseTheMailIsTakenAsItIs(String action) {
        says(action);
        ingress.play(MAIL + HELLO + "S: 250 2.0.0 *\n");
        assertThat(ingress.spool.only().text()).isEqualTo(HELLO_OCTETS);
    }

    @Test
    void mailIsTakenWhenItCannotSay() {
        for (String answer : List.of("no JSON", "{}", "{\"action\": 5}", "[]")) {
            answers(200, answer);
            ingress.play(MAIL + HELLO + "S: 250 2.0.0 *\n");
        }
        answers(500, "{\"action\": \"reject\"}");
        ingress.play(MAIL + HELLO + "S: 250 2.0.0 *\n");
        server.close();
        ingress.play(MAIL + HELLO + "S: 250 2.0.0 *\n");
        assertThat(ingress.spool.mails()).hasSize(6);
        assertThat(ingress.count(CHECKS, "result", "unavailable")).isEqualTo(6);
    }

    /** And each gives its place back: there are more of them than places. */
    @Test
    void alsoWhenItSaysNothing() {
        instead(OnFailure.ACCEPT, Duration.ofMillis(300), _ -> {});
        CountDownLatch over = new CountDownLatch(1);
        server.answers(_ -> held(over));
        try {
            for (int i = 0; i <= OF_ONE_CLIENT; i++) {
                ingress.play(MAIL + HELLO + "S: 250 2.0.0 *\n");
            }
        } finally {
            over.countDown();
        }
        assertThat(ingress.count(CHECKS, "result", "unavailable")).isEqualTo(OF_ONE_CLIENT + 1);
    }

    /** Else it would take all places, and what comes then would be unfiltered. */
    @Test
    void oneClientsContentsWaitForEachOther() {
        CountDownLatch go = new CountDownLatch(1);
        server.answers(exchange -> {
            held(go);
            refuse(exchange);
        });
        List<Conversation> clients = new ArrayList<>();
        try {
            for (int i = 0; i <= OF_ONE_CLIENT; i++) {
                Conversation client = ingress.open();
                clients.add(client);
                client.play(MAIL + HELLO);
            }
            clients.getLast().play("S: <silence 100>\n");
            go.countDown();
            clients.forEach(client -> client.play("S: 554 5.7.1 *\n"));
        } finally {
            go.countDown();
            clients.forEach(Conversation::close);
        }
        assertThat(ingress.count(CHECKS, "result", "refused")).isEqualTo(OF_ONE_CLIENT + 1);
        assertThat(ingress.spool.mails()).isEmpty();
    }

    @Test
    void orPutOffIfSoConfigured() {
        instead(OnFailure.TEMPFAIL, _ -> {});
        answers(503, "");
        String away = "S: 451 4.7.1 Content filter unavailable, try again later\n";
        ingress.play(MAIL + HELLO + away);
        says("no action");
        ingress.play(MAIL + HELLO + "S: 250 2.0.0 *\n");
        assertThat(ingress.count("backupmx.ingress.messages", "outcome", "tempfailed", "reason", "content_unchecked"))
                .isOne();
    }

    @Test
    void aLargeMailIsNotShown() {
        says("reject");
        String lines = "C!+: " + "x".repeat(1022) + "\\r\\n\n";
        ingress.play(MAIL + lines.repeat(1025) + "C: .\nS: 250 2.0.0 *\n");
        assertThat(shown).isEmpty();
        assertThat(ingress.count(CHECKS, "result", "too_large")).isOne();
    }

    @Test
    void norIsThatOfATrustedClient() {
        says("reject");
        instead(OnFailure.ACCEPT, tuning -> tuning.trustedNetworks = List.of("127.0.0.1"));
        ingress.play(MAIL + HELLO + "S: 250 2.0.0 *\n");
        assertThat(shown).isEmpty();
    }
}
