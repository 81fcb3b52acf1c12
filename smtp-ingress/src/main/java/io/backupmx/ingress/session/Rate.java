package io.backupmx.ingress.session;

import io.backupmx.ingress.client.ClientNetwork;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** So many a minute for each client network, and as many at once. Thread-safe. */
final class Rate {

    static final Rate UNLIMITED = new Rate(Optional.empty());

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Optional<FadingCounts> counts;

    private Rate(Optional<FadingCounts> counts) {
        this.counts = counts;
    }

    /** @param max 0: any number */
    static Rate perMinute(int max, LongSupplier nanoTime) {
        return max == 0 ? UNLIMITED : new Rate(Optional.of(new FadingCounts(MINUTE.dividedBy(max), max, nanoTime)));
    }

    /** Whether {@code network} may do it once more, which then counts. */
    boolean take(ClientNetwork network) {
        return counts.isEmpty() || counts.get().add(network);
    }
}
