package io.backupmx.ingress.spf;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.backupmx.config.DnsConfig;
import io.backupmx.ingress.client.ClientNetwork;
import io.backupmx.ingress.client.Places;
import io.backupmx.ops.OnceInAWhile;
import io.backupmx.routing.Questioning;
import io.backupmx.routing.RecordLookup;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spf.SpfCheck;
import io.backupmx.spf.SpfResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks on a virtual thread each, {@value #AT_ONCE} at a time, for one client {@value #OF_ONE_CLIENT}; each has an end. A verdict counts for a
 * minute, whoever of the domain sends. Safe for all event loops.
 */
public final class SpfChecks implements SenderPolicy {

    private static final Logger LOG = LoggerFactory.getLogger(SpfChecks.class);

    /** A question that gets no answer keeps its place with the DNS for longer than with us: all of those together must not fill that. */
    static final int AT_ONCE = 30;

    static final int OF_ONE_CLIENT = 10;

    private static final int MAX_REMEMBERED = 50_000;
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    /** Whoever is silent is not asked for each mail anew. */
    static final Duration TROUBLE_REMEMBERED = Duration.ofSeconds(10);

    private static final Duration QUIET = Duration.ofMinutes(1);

    /** For the DNS: a client waits for the answer to its mail meanwhile. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    private record Question(InetAddress client, String helo, String domain) {}

    private final RecordLookup lookup;
    private final Places places = new Places(AT_ONCE, OF_ONE_CLIENT, 0);
    private final Cache<Question, SpfResult> said;
    private final OnceInAWhile complaint = new OnceInAWhile(QUIET, System::nanoTime);
    private final Map<SpfResult, Counter> counters = new EnumMap<>(SpfResult.class);

    public SpfChecks(DnsConfig dns, MeterRegistry registry) {
        this(dns, registry, Ticker.systemTicker());
    }

    SpfChecks(DnsConfig dns, MeterRegistry registry, Ticker ticker) {
        this.lookup = new RecordLookup(dns);
        this.said = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfter(Expiry.<Question, SpfResult>writing(
                        (_, result) -> result == SpfResult.TEMPERROR ? TROUBLE_REMEMBERED : REMEMBERED))
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
        for (SpfResult result : SpfResult.values()) {
            counters.put(
                    result,
                    Counter.builder("backupmx.ingress.spf.checks")
                            .description("Mails by what the domain of their sender says of the client (SPF)")
                            .tag("result", result.label())
                            .register(registry));
        }
    }

    @Override
    public Future<Optional<SpfResult>> check(InetAddress client, String helo, ReversePath from) {
        String sender = from.address();
        Question question =
                new Question(client, sender.isEmpty() ? helo : "", sender.substring(sender.lastIndexOf('@') + 1));
        SpfResult known = said.getIfPresent(question);
        if (known != null) {
            return Future.succeededFuture(counted(known));
        }
        Optional<ClientNetwork> network = Optional.of(ClientNetwork.of(client));
        if (!places.take(network)) {
            return Future.succeededFuture(counted(SpfResult.TEMPERROR));
        }
        Promise<Optional<SpfResult>> answer = Promise.promise();
        try {
            Thread.ofVirtual().name("spf").start(() -> answer(question, helo, sender, answer));
        } catch (RuntimeException | Error e) { // no memory for a thread
            places.leave(network);
            answer.tryComplete(counted(SpfResult.TEMPERROR));
        }
        return answer.future();
    }

    private void answer(Question question, String helo, String sender, Promise<Optional<SpfResult>> answer) {
        SpfResult result = SpfResult.TEMPERROR;
        try {
            result = SpfCheck.result(
                    question.client().getHostAddress(), helo, sender, new Questioning(lookup, PATIENCE));
            said.put(question, result);
        } catch (RuntimeException | Error e) {
            if (complaint.isDue()) { // its frames would be a stranger's to multiply
                LOG.atWarn().addKeyValue("from", sender).addKeyValue("cause", e).log("SPF could not be judged");
            }
        } finally {
            places.leave(Optional.of(ClientNetwork.of(question.client())));
            answer.complete(counted(result));
        }
    }

    private Optional<SpfResult> counted(SpfResult result) {
        Optional.ofNullable(counters.get(result)).ifPresent(Counter::increment);
        return Optional.of(result);
    }
}
