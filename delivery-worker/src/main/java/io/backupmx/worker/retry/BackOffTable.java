package io.backupmx.worker.retry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Destinations that failed, and until when they are left alone: for a first time that doubles with each further failure, up
 * to a longest one, up to a fifth less at random. When the time is over one may try, and the others wait for how that ends.
 * Bounded: of too many, those nobody asks for are forgotten, which costs an attempt. Safe from any thread.
 */
public final class BackOffTable {

    /** More dead destinations than that at once are tried more often than they should be. */
    private static final int MAX_DESTINATIONS = 10_000;

    /** Longer than it takes to find out; whoever tries and never says how it ended does not block others for longer. */
    private static final Duration TRIAL = Duration.ofMinutes(3);

    /** Nobody has had mail for it. */
    private static final Duration FORGET = Duration.ofHours(1);

    private static final double JITTER = 0.2;

    /** Until when a destination is left alone, and why, for people. */
    public record BackOff(Instant until, String why) {}

    /** @param trialUntil after {@code until}: until when the one that tries is waited for */
    private record Failing(int failures, Instant until, String why, Instant trialUntil) {}

    private final Duration first;
    private final Duration longest;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Cache<String, Failing> failing;

    /** @param first and {@code longest}: whole seconds */
    public BackOffTable(Duration first, Duration longest, InstantSource clock, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.clock = clock;
        this.random = random;
        this.failing = Caffeine.newBuilder()
                .maximumSize(MAX_DESTINATIONS)
                .expireAfterWrite(longest.plus(FORGET))
                .executor(Runnable::run)
                .build();
    }

    /** Empty when {@code destination} may be tried now. */
    public Optional<BackOff> of(String destination) {
        Failing known = failing.getIfPresent(destination);
        return known == null ? Optional.empty() : waiting(known, clock.instant());
    }

    /**
     * As {@link #of}; and when it says that a destination that had failed may be tried, it says so to nobody else until
     * {@link #failed}, {@link #answered} or {@link #untried} follows.
     */
    public Optional<BackOff> begin(String destination) {
        if (failing.getIfPresent(destination) == null) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Outcome outcome = new Outcome();
        var _ = failing.asMap().computeIfPresent(destination, (_, known) -> {
            outcome.backOff = waiting(known, now);
            return outcome.backOff.isPresent() ? known : withTrial(known, now.plus(TRIAL));
        });
        return outcome.backOff;
    }

    private static final class Outcome {
        private Optional<BackOff> backOff = Optional.empty();
        private boolean isNews;
    }

    private static Failing withTrial(Failing known, Instant until) {
        return new Failing(known.failures(), known.until(), known.why(), until);
    }

    /** A clock that was set back holds nobody longer than the longest time. */
    private Optional<BackOff> waiting(Failing known, Instant now) {
        if (now.isBefore(known.until()) && !known.until().isAfter(now.plus(longest))) {
            return Optional.of(new BackOff(known.until(), known.why()));
        }
        if (now.isBefore(known.trialUntil()) && !known.trialUntil().isAfter(now.plus(TRIAL))) {
            // As long as the trial has lasted: a silent host takes a minute to find out, and all its mail would circle.
            Duration lasted = Duration.between(known.trialUntil().minus(TRIAL), now);
            return Optional.of(new BackOff(now.plus(lasted.compareTo(first) > 0 ? lasted : first), known.why()));
        }
        return Optional.empty();
    }

    /**
     * It failed. Failures while it is left alone are of attempts that had begun before: they count no more.
     *
     * @return whether that is news: nobody was left alone of that name before
     */
    public boolean failed(String destination, String why) {
        Instant now = clock.instant();
        Outcome outcome = new Outcome();
        var _ = failing.asMap().compute(destination, (_, known) -> {
            outcome.isNews = known == null;
            if (known != null && now.isBefore(known.until())) {
                return known;
            }
            int failures = known == null ? 1 : Math.min(known.failures() + 1, Integer.SIZE);
            return new Failing(failures, now.plus(jittered(delay(failures))), why, Instant.MIN);
        });
        return outcome.isNews;
    }

    /** It is well. @return whether that is news */
    public boolean answered(String destination) {
        return failing.getIfPresent(destination) != null && failing.asMap().remove(destination) != null;
    }

    /** Who began has not found out. */
    public void untried(String destination) {
        var _ = failing.asMap().computeIfPresent(destination, (_, known) -> withTrial(known, Instant.MIN));
    }

    /** Every destination may be tried now. What it failed with before is forgotten, too. */
    public void clear() {
        failing.invalidateAll();
    }

    /** How many have failed and not answered since. */
    public long size() {
        failing.cleanUp();
        return failing.estimatedSize();
    }

    private Duration delay(int failures) {
        Duration delay = first;
        for (int i = 1; i < failures && delay.compareTo(longest) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        return delay.compareTo(longest) < 0 ? delay : longest;
    }

    /** Downwards: whoever waits as long as the delay says finds that it is over. */
    private Duration jittered(Duration delay) {
        return Duration.ofMillis((long) (delay.toMillis() * (1 - JITTER * random.nextDouble())));
    }

    /** Every time that mail may have to wait, the shortest first: those are the retry queues to serve. */
    public List<Duration> queues() {
        List<Duration> all = new ArrayList<>();
        for (int failures = 1; all.isEmpty() || all.getLast().compareTo(longest) < 0; failures++) {
            all.add(delay(failures));
        }
        return List.copyOf(all);
    }

    /** The shortest of {@link #queues} that lasts until {@code time}, or else the longest. */
    public Duration queueUntil(Instant time) {
        Duration wait = Duration.between(clock.instant(), time);
        List<Duration> all = queues();
        return all.stream()
                .filter(queue -> queue.compareTo(wait) >= 0)
                .findFirst()
                .orElseGet(all::getLast);
    }
}
