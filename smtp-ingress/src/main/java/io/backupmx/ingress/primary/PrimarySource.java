package io.backupmx.ingress.primary;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.backupmx.config.Config;
import io.backupmx.ingress.recipient.PrimaryTruth;
import io.backupmx.known.KnownRecipients;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The primary as the source of who exists. What it has said yes to is known ever after, to all ingresses, and so while it is
 * away; it is asked again about that once a day, and believed when it says no twice, ten minutes apart: a primary that has come
 * back wrong says no to everybody. Its no to somebody unknown counts for ten minutes. No no is
 * believed of one that says no to the postmaster, too. A domain that takes an address nobody can
 * have takes every address; that, too, is found out once a day, and known.
 */
public final class PrimarySource implements PrimaryTruth, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PrimarySource.class);

    private static final Duration NO_IS_FRESH = Duration.ofMinutes(10);
    private static final Duration SECOND_OPINION = Duration.ofMinutes(10);
    private static final Duration BELIEVED = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final int MAX_REMEMBERED = 100_000;
    private static final int MAX_ASKING = 2000;
    private static final long MAX_SECONDS = 15;
    private static final long SWEEP_MILLIS = 5000;

    private final KnownRecipients known;
    private final CallAheads callAheads;
    private final CallAheadMetrics metrics;
    private final RandomGenerator random;
    private final Cache<String, Boolean> nobody;
    private final Cache<String, Boolean> askedLately;
    private final Cache<String, Long> doubted;
    private final Cache<String, Boolean> selective;
    private final Cache<String, Boolean> inItsRightMind;
    private final ConcurrentMap<String, Future<Existence>> asking = new ConcurrentHashMap<>();
    private final Ticker ticker;
    private Runnable onClose = () -> {};

    PrimarySource(
            KnownRecipients known,
            CallAheads callAheads,
            CallAheadMetrics metrics,
            RandomGenerator random,
            Ticker ticker) {
        this.known = known;
        this.callAheads = callAheads;
        this.metrics = metrics;
        this.random = random;
        this.ticker = ticker;
        this.nobody = cache(NO_IS_FRESH, ticker);
        this.askedLately = cache(SECOND_OPINION, ticker);
        this.doubted = cache(DAY, ticker);
        this.selective = cache(DAY, ticker);
        this.inItsRightMind = cache(BELIEVED, ticker);
    }

    /**
     * @param hostname our name in EHLO
     * @param tls what connections are to be, now
     * @param known stays the caller's
     */
    public static PrimarySource of(
            Vertx vertx,
            Domain hostname,
            Config config,
            Supplier<TlsLevels> tls,
            KnownRecipients known,
            MeterRegistry registry) {
        CallAheads callAheads = new CallAheads(new PrimaryConnector(vertx, hostname, config, tls));
        PrimarySource source = new PrimarySource(
                known, callAheads, new CallAheadMetrics(registry, known), new SecureRandom(), Ticker.systemTicker());
        long timer = vertx.setPeriodic(
                SWEEP_MILLIS, _ -> Thread.ofVirtual().name("call-ahead-sweep").start(callAheads::sweep));
        source.onClose = () -> vertx.cancelTimer(timer);
        return source;
    }

    private static <T> Cache<String, T> cache(Duration kept, Ticker ticker) {
        return Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfterWrite(kept)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public Future<Existence> ask(Route route, ForwardPath path, List<String> addresses) {
        if (!(path instanceof ForwardPath.To to)) {
            return Future.succeededFuture(Existence.EXISTS); // <postmaster> (RFC 5321 §4.5.1)
        }
        String address = addresses.getFirst();
        if (isKnown(address, route, to)
                || addresses.stream().skip(1).anyMatch(known::knows)
                || isKnown(everybodyOf(to.mailbox().domain()), route, to)) {
            return Future.succeededFuture(Existence.EXISTS);
        } else if (nobody.getIfPresent(address) != null) {
            return Future.succeededFuture(Existence.NOBODY);
        }
        return callAhead(address, route, to)
                .compose(existence -> existence == Existence.EXISTS || known.isComplete()
                        ? Future.succeededFuture(existence)
                        : Future.failedFuture("what is known of recipients has not been heard yet"));
    }

    /** What is stale is looked after another time. */
    @Override
    public Optional<Existence> known(ForwardPath path, List<String> addresses) {
        if (!(path instanceof ForwardPath.To to)
                || addresses.stream().anyMatch(known::knows)
                || known.knows(everybodyOf(to.mailbox().domain()))) {
            return Optional.of(Existence.EXISTS);
        }
        return nobody.getIfPresent(addresses.getFirst()) == null ? Optional.empty() : Optional.of(Existence.NOBODY);
    }

    /** Looks after what is stale, without waiting for it. */
    private boolean isKnown(String key, Route route, ForwardPath.To to) {
        boolean exists = known.knows(key);
        if (exists && known.isStale(key) && askedLately.asMap().putIfAbsent(key, true) == null) {
            var _ = callAhead(key, route, to);
        }
        return exists;
    }

    static String everybodyOf(Domain domain) {
        return "@" + domain.name();
    }

    /** One call about an address at a time, and not without end of them. */
    private Future<Existence> callAhead(String address, Route route, ForwardPath.To to) {
        if (asking.size() >= MAX_ASKING || !isAscii(to)) {
            return Future.failedFuture(
                    "the primary is not asked: too many are asked about, or the address is not ASCII");
        }
        CompletableFuture<Existence> answer = new CompletableFuture<>();
        Future<Existence> future = Future.fromCompletionStage(answer);
        Future<Existence> other = asking.putIfAbsent(address, future);
        if (other != null) {
            return other;
        }
        var _ = answer.orTimeout(MAX_SECONDS, TimeUnit.SECONDS); // for whoever waits; who asks goes on
        try {
            Thread.ofVirtual().name("call-ahead").start(() -> call(address, route, to, answer));
        } catch (RuntimeException | Error e) { // no memory for a thread, or a stop
            asking.remove(address);
            failed(e, answer);
        }
        return future;
    }

    private void call(String address, Route route, ForwardPath.To to, CompletableFuture<Existence> answer) {
        try {
            answered(address, route, to, answer);
        } catch (NothingSaidException e) {
            answer.completeExceptionally(e);
        } catch (InterruptedException | RuntimeException | Error e) {
            failed(e, answer);
        } finally {
            asking.remove(address);
        }
    }

    private static void failed(Throwable why, CompletableFuture<Existence> answer) {
        LOG.atWarn().setCause(why).log("call-ahead failed");
        answer.completeExceptionally(why);
    }

    private static boolean isAscii(ForwardPath.To to) {
        return to.toString().chars().allMatch(c -> c < 128);
    }

    /** The client need not wait for what is asked besides. */
    private void answered(String address, Route route, ForwardPath.To to, CompletableFuture<Existence> answer)
            throws InterruptedException, NothingSaidException {
        switch (ask(route, to)) {
            case YES -> {
                doubted.invalidate(address);
                answer.complete(Existence.EXISTS);
                learn(address, route, to);
            }
            case NO -> {
                if (!isNo(address, route, to)
                        || !isInItsRightMind(route, to.mailbox().domain())) {
                    throw new NothingSaidException();
                }
                doubt(address);
                doubt(everybodyOf(to.mailbox().domain()));
                nobody.put(address, true);
                answer.complete(Existence.NOBODY);
            }
            case NOTHING -> throw new NothingSaidException();
            case AWAY -> answer.complete(Existence.PRIMARY_AWAY);
            case AWAY_BRIEFLY -> answer.complete(Existence.PRIMARY_AWAY_BRIEFLY);
        }
    }

    private CallAheads.Said ask(Route route, ForwardPath.To to) throws InterruptedException {
        CallAheads.Said said = callAheads.ask(route, to);
        metrics.count(said);
        return said;
    }

    /** A primary may know an address in small letters only, which is the same to us. */
    private boolean isNo(String address, Route route, ForwardPath.To to) throws InterruptedException {
        Optional<ForwardPath> folded = ForwardPath.parse("<" + address + ">").filter(path -> !path.equals(to));
        return folded.isEmpty()
                || !(folded.get() instanceof ForwardPath.To small)
                || ask(route, small) == CallAheads.Said.NO;
    }

    /** One that has come back wrong says no to everybody, be it the postmaster (RFC 5321 §4.5.1). */
    private boolean isInItsRightMind(Route route, Domain domain) throws InterruptedException {
        if (inItsRightMind.getIfPresent(domain.name()) != null) {
            return true;
        }
        boolean is = ask(route, new ForwardPath.To(new Mailbox("postmaster", domain))) == CallAheads.Said.YES;
        if (is) {
            inItsRightMind.put(domain.name(), true);
        }
        return is;
    }

    /** A yes says something about the address only where not everybody gets one. */
    private void learn(String address, Route route, ForwardPath.To to) throws InterruptedException {
        Domain domain = to.mailbox().domain();
        String everybody = everybodyOf(domain);
        if (address.equals(everybody) || selective.getIfPresent(domain.name()) == null) {
            byte[] octets = new byte[8];
            random.nextBytes(octets);
            Mailbox nobodys = new Mailbox("no-such-user-" + HexFormat.of().formatHex(octets), domain);
            switch (ask(route, new ForwardPath.To(nobodys))) {
                case YES -> known.exists(everybody);
                case NO -> {
                    known.isGone(everybody);
                    selective.put(domain.name(), true);
                }
                case NOTHING, AWAY, AWAY_BRIEFLY -> {}
            }
        }
        if (!address.equals(everybody) && selective.getIfPresent(domain.name()) != null) {
            known.exists(address);
        }
    }

    private void doubt(String address) {
        if (known.knows(address)) {
            long now = ticker.read();
            Long before = doubted.get(address, _ -> now);
            if (now - before >= SECOND_OPINION.toNanos()) {
                known.isGone(address);
                doubted.invalidate(address);
            }
        }
    }

    @Override
    public void close() {
        onClose.run();
        callAheads.close();
    }

    /** The primary is there, and has not said whether the recipient exists. */
    private static final class NothingSaidException extends Exception {
        private static final long serialVersionUID = 1L;

        NothingSaidException() {
            super("the primary does not say whether the recipient exists", null, false, false);
        }
    }
}
