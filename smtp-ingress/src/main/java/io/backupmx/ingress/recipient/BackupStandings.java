package io.backupmx.ingress.recipient;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.backupmx.config.Networks;
import io.backupmx.routing.BackupStanding;
import io.backupmx.smtp.Domain;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the DNS says of domains that nobody has configured, for sessions to ask. Never blocks: a question is put on a virtual
 * thread, one about a domain at a time, {@value #AT_ONCE} in all, each with an end. An answer counts for a minute, however long
 * its records may be kept besides; that there was none, for five seconds.
 */
public final class BackupStandings {

    private static final Logger LOG = LoggerFactory.getLogger(BackupStandings.class);

    static final int AT_ONCE = 100;

    private static final int MAX_REMEMBERED = 20_000;
    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    private static final Duration NO_ANSWER_REMEMBERED = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Who knows; blocks, on a virtual thread, until it is interrupted at the latest. */
    public interface Source {
        BackupStanding standing(Domain domain, Networks networks) throws InterruptedException;
    }

    private record Question(Domain domain, Networks networks) {}

    private record Said(BackupStanding standing, long nanos) {}

    private final Source source;
    private final Ticker ticker;
    private final Duration patience;
    private final ThreadFactory threads;
    private final Cache<Question, Said> said;
    private final ConcurrentMap<Question, Future<BackupStanding>> asking = new ConcurrentHashMap<>();
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Counter permitted;
    private final Counter refused;
    private final Counter unavailable;

    public BackupStandings(Source source, MeterRegistry registry) {
        this(
                source,
                registry,
                Ticker.systemTicker(),
                PATIENCE,
                Thread.ofVirtual().name("mx-backup").factory());
    }

    BackupStandings(Source source, MeterRegistry registry, Ticker ticker, Duration patience, ThreadFactory threads) {
        this.source = source;
        this.ticker = ticker;
        this.patience = patience;
        this.threads = threads;
        this.said = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfterWrite(REMEMBERED)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
        this.permitted = counter(registry, "permitted");
        this.refused = counter(registry, "refused");
        this.unavailable = counter(registry, "unavailable");
    }

    private static Counter counter(MeterRegistry registry, String answer) {
        return Counter.builder("backupmx.mx.backup.lookups")
                .description("Domains in no configuration that the DNS was asked about, by its answer")
                .tag("answer", answer)
                .register(registry);
    }

    /** Never fails; done after {@link #PATIENCE} at the latest. */
    public Future<BackupStanding> of(Domain domain, Networks networks) {
        Question question = new Question(domain, networks);
        Optional<BackupStanding> known = known(question);
        return known.isPresent() ? Future.succeededFuture(known.get()) : ask(question);
    }

    /** What was said last, if that still counts. */
    public Optional<BackupStanding> known(Domain domain, Networks networks) {
        return known(new Question(domain, networks));
    }

    private Optional<BackupStanding> known(Question question) {
        Said last = said.getIfPresent(question);
        if (last == null) {
            return Optional.empty();
        }
        boolean counts = !(last.standing() instanceof BackupStanding.NotNow)
                || ticker.read() - last.nanos() < NO_ANSWER_REMEMBERED.toNanos();
        return Optional.of(last.standing()).filter(_ -> counts);
    }

    private Future<BackupStanding> ask(Question question) {
        CompletableFuture<BackupStanding> answer = new CompletableFuture<>();
        Future<BackupStanding> future = Future.fromCompletionStage(answer);
        Future<BackupStanding> other = asking.putIfAbsent(question, future);
        if (other != null) {
            return other;
        }
        if (!places.tryAcquire()) {
            asking.remove(question);
            unavailable.increment();
            answer.complete(new BackupStanding.NotNow("too many domains are being asked about"));
            return future;
        }
        try {
            start(question, answer);
        } catch (RuntimeException | Error e) { // no memory for a thread, or a stop
            LOG.atWarn().addKeyValue("domain", question.domain()).setCause(e).log("DNS not asked");
            asking.remove(question);
            places.release();
            unavailable.increment();
            answer.complete(new BackupStanding.NotNow("the DNS was not asked"));
        }
        return future;
    }

    private void start(Question question, CompletableFuture<BackupStanding> answer) {
        Thread thread = threads.newThread(() -> {
            BackupStanding standing = new BackupStanding.NotNow("the DNS was not asked to the end"); // after a surprise
            try {
                standing = source.standing(question.domain(), question.networks());
            } catch (InterruptedException e) {
                standing = tooLate();
            } catch (RuntimeException e) {
                LOG.atWarn()
                        .addKeyValue("domain", question.domain())
                        .setCause(e)
                        .log("MX records of a domain could not be judged");
            } finally {
                said.put(question, new Said(standing, ticker.read()));
                count(standing);
                asking.remove(question);
                places.release();
                answer.complete(standing);
            }
        });
        var _ = answer.completeOnTimeout(tooLate(), patience.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, _) -> thread.interrupt()); // one that has ended, or never began, does not mind
        thread.start();
    }

    private BackupStanding tooLate() {
        return new BackupStanding.NotNow("the DNS did not answer within " + patience.toSeconds() + " s");
    }

    private void count(BackupStanding standing) {
        switch (standing) {
            case BackupStanding.Permitted _ -> permitted.increment();
            case BackupStanding.Refused _ -> refused.increment();
            case BackupStanding.NotNow _ -> unavailable.increment();
        }
    }
}
