package io.backupmx.ingress.spf;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.backupmx.config.DnsConfig;
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
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks on a virtual thread each, {@value #AT_ONCE} at a time; each has an end. A verdict counts for a minute, whoever of the
 * domain sends. Safe for all event loops.
 */
public final class SpfChecks implements SenderPolicy {

    private static final Logger LOG = LoggerFactory.getLogger(SpfChecks.class);

    static final int AT_ONCE = 100;

    private static final int MAX_REMEMBERED = 50_000;
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    /** A client waits for the answer to its mail meanwhile. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private record Question(InetAddress client, String helo, String domain) {}

    private final RecordLookup lookup;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Cache<Question, Optional<SpfResult>> said = Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .executor(Runnable::run)
            .build();
    private final Map<SpfResult, Counter> counters = new EnumMap<>(SpfResult.class);

    public SpfChecks(DnsConfig dns, MeterRegistry registry) {
        this.lookup = new RecordLookup(dns);
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
        Optional<SpfResult> known = said.getIfPresent(question);
        if (known != null) {
            return Future.succeededFuture(counted(known));
        }
        if (!places.tryAcquire()) {
            return Future.succeededFuture(counted(Optional.of(SpfResult.TEMPERROR)));
        }
        Promise<Optional<SpfResult>> answer = Promise.promise();
        try {
            Thread.ofVirtual().name("spf").start(() -> answer(question, helo, sender, answer));
        } catch (RuntimeException | Error e) { // no memory for a thread
            places.release();
            answer.tryComplete(counted(Optional.of(SpfResult.TEMPERROR)));
        }
        return answer.future();
    }

    private void answer(Question question, String helo, String sender, Promise<Optional<SpfResult>> answer) {
        SpfResult result = SpfResult.TEMPERROR;
        try {
            result = SpfCheck.result(
                    question.client().getHostAddress(), helo, sender, new Questioning(lookup, PATIENCE));
            if (result != SpfResult.TEMPERROR) {
                said.put(question, Optional.of(result));
            }
        } catch (RuntimeException | Error e) {
            LOG.atWarn().addKeyValue("from", sender).setCause(e).log("SPF could not be judged");
        } finally {
            places.release();
            answer.complete(counted(Optional.of(result)));
        }
    }

    private Optional<SpfResult> counted(Optional<SpfResult> result) {
        result.flatMap(one -> Optional.ofNullable(counters.get(one))).ifPresent(Counter::increment);
        return result;
    }
}
