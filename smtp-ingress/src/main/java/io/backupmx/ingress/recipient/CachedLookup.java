package io.backupmx.ingress.recipient;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers of a source that is asked over the network, remembered: a yes for ten minutes, and as the last good answer for a
 * month while the source fails; a no for a minute. One question about an address at a time. While the source fails, one
 * question a second finds out whether it still does, which nobody waits for: all are answered from memory, or fail, at once. A
 * dead source costs no session any time.
 */
public final class CachedLookup implements RecipientLookup {

    private static final Logger LOG = LoggerFactory.getLogger(CachedLookup.class);

    private static final Duration YES_IS_FRESH = Duration.ofMinutes(10);
    private static final Duration NO_IS_FRESH = Duration.ofMinutes(1);
    private static final Duration LAST_GOOD = Duration.ofDays(30);
    private static final Duration BETWEEN_TRIALS = Duration.ofSeconds(1);
    private static final int MAX_ADDRESSES = 500_000;

    private final String name;
    private final RecipientLookup source;
    private final Ticker ticker;
    private final Cache<String, Answer> answers;
    private final ConcurrentMap<String, Future<Boolean>> asking = new ConcurrentHashMap<>();

    /** When the next trial is due; {@link #WELL} while the source answers. */
    private final AtomicLong nextTrial = new AtomicLong(WELL);

    private static final long WELL = Long.MIN_VALUE;

    private record Answer(boolean exists, long saidNanos) {}

    /** @param name of the source, for the log */
    public CachedLookup(String name, RecipientLookup source) {
        this(name, source, Ticker.systemTicker());
    }

    CachedLookup(String name, RecipientLookup source, Ticker ticker) {
        this.name = name;
        this.source = source;
        this.ticker = ticker;
        this.answers = Caffeine.newBuilder()
                .maximumSize(MAX_ADDRESSES)
                .expireAfterWrite(LAST_GOOD)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /** Whether the source answered when it was last asked. */
    public boolean isWell() {
        return nextTrial.get() == WELL;
    }

    @Override
    public Future<Boolean> exists(String address) {
        Answer known = answers.getIfPresent(address);
        if (known != null && isFresh(known)) {
            return Future.succeededFuture(known.exists());
        }
        boolean wasWell = isWell();
        if (!wasWell && !mayTry()) {
            return lastGood(known, noAnswer());
        }
        Promise<Boolean> promise = Promise.promise();
        Future<Boolean> other = asking.putIfAbsent(address, promise.future());
        Future<Boolean> answer = other == null ? promise.future() : other;
        if (other == null) {
            ask(address, known, promise);
        }
        return wasWell || answer.isComplete()
                ? answer
                : lastGood(known, new IllegalStateException("source " + name + " has not answered yet"));
    }

    @Override
    public Optional<Future<Boolean>> known(String address) {
        Answer known = answers.getIfPresent(address);
        if (known != null && isFresh(known)) {
            return Optional.of(Future.succeededFuture(known.exists()));
        }
        return isWell() ? Optional.empty() : Optional.of(lastGood(known, noAnswer()));
    }

    private IllegalStateException noAnswer() {
        return new IllegalStateException("source " + name + " does not answer");
    }

    private void ask(String address, @Nullable Answer known, Promise<Boolean> promise) {
        ask(address).onComplete(answer -> {
            asking.remove(address);
            if (answer.succeeded()) {
                answered(address, answer.result());
                promise.complete(answer.result());
            } else {
                failed(answer.cause());
                lastGood(known, answer.cause()).onComplete(promise);
            }
        });
    }

    private Future<Boolean> ask(String address) {
        try {
            return source.exists(address);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private boolean isFresh(Answer answer) {
        Duration fresh = answer.exists() ? YES_IS_FRESH : NO_IS_FRESH;
        return ticker.read() - answer.saidNanos() < fresh.toNanos();
    }

    private boolean mayTry() {
        long due = nextTrial.get();
        long now = ticker.read();
        return due == WELL || (now - due >= 0 && nextTrial.compareAndSet(due, now + BETWEEN_TRIALS.toNanos()));
    }

    private void answered(String address, boolean exists) {
        answers.put(address, new Answer(exists, ticker.read()));
        if (nextTrial.getAndSet(WELL) != WELL) {
            LOG.atInfo().addKeyValue("source", name).log("recipient source answers again");
        }
    }

    private void failed(Throwable why) {
        if (nextTrial.getAndSet(ticker.read() + BETWEEN_TRIALS.toNanos()) == WELL) {
            LOG.atWarn()
                    .addKeyValue("source", name)
                    .addKeyValue("cause", why.getMessage())
                    .log("recipient source does not answer: unknown recipients are told 451");
        }
    }

    private static Future<Boolean> lastGood(@Nullable Answer known, Throwable why) {
        return known != null && known.exists() ? Future.succeededFuture(true) : Future.failedFuture(why);
    }

    @Override
    public void close() {
        source.close();
    }
}
