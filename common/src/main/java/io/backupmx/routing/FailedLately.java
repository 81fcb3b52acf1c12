package io.backupmx.routing;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Who has lately kept somebody waiting in vain, and so is asked after all others: a host that is silent would cost each new
 * connection a timeout. Whoever refuses at once costs nothing, and keeps its place. Somebody else than who has mail to send is to
 * look whether it is back: after a minute, then after a time that doubles up to {@link #LATEST_LOOK}. Nothing is remembered for
 * longer than {@link #HOLDS} after the last failure. Safe from any thread.
 */
final class FailedLately<T> {

    /** A failure that takes longer is one that nobody wants to wait for again. */
    static final Duration COSTLY = Duration.ofSeconds(1);

    static final Duration FIRST_LOOK = Duration.ofMinutes(1);
    static final Duration LATEST_LOOK = Duration.ofMinutes(4);
    static final Duration HOLDS = Duration.ofMinutes(15);

    private static final int MAX_REMEMBERED = 10_000;

    /**
     * @param pause before the next look
     * @param lookAtNanos when that is due
     */
    private record Failure(long atNanos, Duration pause, long lookAtNanos) {

        /** Once more. */
        Failure again(long now) {
            Duration longer = pause.multipliedBy(2);
            return at(now, longer.compareTo(LATEST_LOOK) < 0 ? longer : LATEST_LOOK);
        }

        static Failure at(long now, Duration pause) {
            return new Failure(now, pause, now + pause.toNanos());
        }

        boolean isDue(long now) {
            return now - lookAtNanos >= 0;
        }
    }

    private final Duration costly;
    private final LongSupplier nanoTime;
    private final LeastRecent<T, Failure> failures = new LeastRecent<>(MAX_REMEMBERED);

    /** @param costly see {@link #COSTLY} */
    FailedLately(Duration costly, LongSupplier nanoTime) {
        this.costly = costly;
        this.nanoTime = nanoTime;
    }

    /** @param took until it was known; that many meet the same trouble at once counts as one */
    synchronized void failed(T one, Duration took) {
        if (took.compareTo(costly) < 0) {
            return;
        }
        long now = nanoTime.getAsLong();
        failures.put(
                one,
                known(one)
                        .map(before -> before.isDue(now)
                                ? before.again(now)
                                : new Failure(now, before.pause(), before.lookAtNanos()))
                        .orElseGet(() -> Failure.at(now, FIRST_LOOK)));
    }

    synchronized void answered(T one) {
        failures.remove(one);
    }

    /** In their order, but for those that failed lately, who come last in theirs. */
    synchronized List<T> order(List<T> all) {
        return Stream.concat(
                        all.stream().filter(one -> known(one).isEmpty()),
                        all.stream().filter(one -> known(one).isPresent()))
                .toList();
    }

    /** Whether it is time to look whether it is back. Of those who ask one is told so. */
    synchronized boolean isToBeLookedAt(T one) {
        long now = nanoTime.getAsLong();
        Optional<Failure> due = known(one).filter(failure -> failure.isDue(now));
        due.ifPresent(failure -> failures.put(one, failure.again(now)));
        return due.isPresent();
    }

    private Optional<Failure> known(T one) {
        Optional<Failure> known = failures.get(one);
        if (known.isPresent() && nanoTime.getAsLong() - known.get().atNanos() > HOLDS.toNanos()) {
            failures.remove(one);
            return Optional.empty();
        }
        return known;
    }
}
