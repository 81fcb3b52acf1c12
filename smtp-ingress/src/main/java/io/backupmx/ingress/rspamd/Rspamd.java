package io.backupmx.ingress.rspamd;

import io.backupmx.config.RspamdConfig;
import io.backupmx.ingress.client.ClientNetwork;
import io.backupmx.ingress.client.Places;
import io.backupmx.ingress.protocol.ContentVerdict;
import io.backupmx.ingress.rspamd.RspamdMetrics.Result;
import io.backupmx.mail.Content;
import io.backupmx.ops.OnceInAWhile;
import io.backupmx.smtp.ForwardPath;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows contents to rspamd by its {@code /checkv2} (rspamd.com, protocol): {@value #AT_ONCE} at a time, of one client
 * {@value #OF_ONE_CLIENT}; others wait for their turn, each with an end. It may refuse and defer; headers it would add are not ours to
 * add. Safe for all event loops.
 */
public final class Rspamd implements ContentCheck, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Rspamd.class);

    static final int AT_ONCE = 50;
    static final int OF_ONE_CLIENT = 10;

    /** Their contents are in the heap, or on the disk, whether they wait or not. */
    private static final int MAX_WAITING = 500;

    /** A filter judges a mail by few; a thousand of them would be more header than it takes. */
    private static final int MAX_RECIPIENTS = 50;

    private final RspamdConfig config;
    private final URI target;
    private final HttpClient client;
    private final RspamdMetrics metrics;
    private final Places places = new Places(AT_ONCE, OF_ONE_CLIENT, MAX_WAITING);
    private final Presence presence = new Presence(System::nanoTime);
    private final OnceInAWhile crowd = new OnceInAWhile(Presence.QUIET, System::nanoTime);

    private Rspamd(Vertx vertx, RspamdConfig config, URI target, MeterRegistry registry) {
        this.config = config;
        this.target = target;
        this.client = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setVerifyHost(true)
                        .setKeepAlive(false) // one that is about to close an idle connection would not answer on it
                        .setConnectTimeout((int) config.timeout().toMillis()))
                .with(new PoolOptions().setHttp1MaxSize(AT_ONCE))
                .build();
        this.metrics = new RspamdMetrics(registry);
    }

    /** Only where a URL is configured. */
    public static Rspamd of(Vertx vertx, RspamdConfig config, MeterRegistry registry) {
        return new Rspamd(vertx, config, config.target().orElseThrow(), registry);
    }

    @Override
    public Future<ContentVerdict> judge(CheckedMail mail, Content content) {
        if (content.sizeBytes() > config.maxBytes()) {
            metrics.count(Result.TOO_LARGE);
            return Future.succeededFuture(ContentVerdict.TAKE);
        }
        Optional<ClientNetwork> network = mail.client().map(ClientNetwork::of);
        long end = System.nanoTime() + config.timeout().toNanos();
        return turn(network)
                .compose(has -> has ? ask(mail, content, network, end) : Future.succeededFuture(withoutPlace()));
    }

    /** Done on this loop, within half of the timeout, for the other half is the answer's: with whether it has come. */
    private Future<Boolean> turn(Optional<ClientNetwork> network) {
        if (places.take(network)) {
            return Future.succeededFuture(true);
        }
        Context loop = Question.context();
        Promise<Boolean> turn = Promise.promise();
        Optional<Places.Waiting> waiting = places.await(network, () -> loop.runOnContext(_ -> turn.complete(true)));
        if (waiting.isEmpty()) {
            return Future.succeededFuture(false);
        }
        long timer = loop.owner().setTimer(config.timeout().toMillis() / 2, _ -> {
            if (places.giveUp(waiting.get())) {
                turn.complete(false);
            }
        });
        return turn.future().andThen((_, _) -> loop.owner().cancelTimer(timer));
    }

    private Future<ContentVerdict> ask(CheckedMail mail, Content content, Optional<ClientNetwork> network, long end) {
        long began = System.nanoTime();
        Duration left =
                Duration.ofNanos(Math.max(end - began, Duration.ofMillis(1).toNanos()));
        return Future.succeededFuture() // what is thrown from here on gives the place back, too
                .compose(_ -> new Question(client, content, left).ask(request(mail, content.sizeBytes())))
                .map(Rspamd::action)
                .map(this::verdict)
                .andThen((_, failure) -> {
                    places.leave(network);
                    if (failure == null) {
                        metrics.answered(Duration.ofNanos(System.nanoTime() - began));
                        answers();
                    }
                })
                .recover(failure -> Future.succeededFuture(withoutAnswer(String.valueOf(failure.getMessage()))));
    }

    private static String action(Buffer answer) {
        return new JsonObject(answer).getValue("action") instanceof String action ? action : "";
    }

    private ContentVerdict verdict(String action) {
        return switch (action) {
            case "reject" -> {
                metrics.count(Result.REFUSED);
                yield ContentVerdict.REFUSE;
            }
            case "soft reject", "greylist" -> {
                metrics.count(Result.DEFERRED);
                yield ContentVerdict.LATER;
            }
            case "" -> throw new IllegalArgumentException("an answer without an action");
            default -> {
                metrics.count(Result.TAKEN);
                yield ContentVerdict.TAKE;
            }
        };
    }

    /**
     * Whoever sends more than it judges has it sent again: else a crowd would be the way past it. Where it does not answer, either,
     * that counts.
     */
    private ContentVerdict withoutPlace() {
        metrics.count(Result.TOO_MANY);
        if (crowd.isDue()) {
            LOG.atWarn()
                    .addKeyValue("url", target)
                    .addKeyValue("at_once", AT_ONCE)
                    .addKeyValue("of_one_client", OF_ONE_CLIENT)
                    .log("rspamd has more contents to judge than it can");
        }
        return presence.isAway() ? onFailure() : ContentVerdict.UNKNOWN;
    }

    private ContentVerdict withoutAnswer(String why) {
        metrics.count(Result.UNAVAILABLE);
        if (presence.goes()) {
            LOG.atWarn()
                    .addKeyValue("url", target)
                    .addKeyValue("cause", why)
                    .addKeyValue("on_failure", config.onFailure())
                    .log("rspamd does not answer");
        } else {
            LOG.atDebug().addKeyValue("cause", why).log("rspamd does not answer");
        }
        return onFailure();
    }

    private ContentVerdict onFailure() {
        return switch (config.onFailure()) {
            case ACCEPT -> ContentVerdict.TAKE;
            case TEMPFAIL -> ContentVerdict.UNKNOWN;
        };
    }

    private void answers() {
        if (presence.comes()) {
            LOG.atInfo().addKeyValue("url", target).log("rspamd answers again");
        }
    }

    private RequestOptions request(CheckedMail mail, long sizeBytes) {
        boolean secure = target.getScheme().equals("https");
        int port = target.getPort() >= 0 ? target.getPort() : secure ? 443 : 80;
        String host = target.getHost();
        List<CharSequence> recipients = mail.to().stream()
                .limit(MAX_RECIPIENTS)
                .map(ForwardPath::address)
                .<CharSequence>map(Rspamd::octets)
                .toList();
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setSsl(secure)
                .setHost(host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
                .setPort(port)
                .setURI(target.getRawPath() + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery()))
                .putHeader("Content-Length", Long.toString(sizeBytes))
                .putHeader("Queue-Id", mail.id().toString())
                .putHeader("Helo", mail.helo())
                .putHeader(
                        "From",
                        octets(
                                mail.from().address().isEmpty()
                                        ? "<>"
                                        : mail.from().address()))
                .putHeader("Rcpt", recipients);
        mail.client().map(InetAddress::getHostAddress).ifPresent(address -> options.putHeader("IP", address));
        return options;
    }

    /** One char an octet of UTF-8, as headers are written. */
    private static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        var _ = client.close();
    }
}
