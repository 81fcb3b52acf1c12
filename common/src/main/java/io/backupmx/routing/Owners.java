package io.backupmx.routing;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Knows which hosts are we; of one that has no address now it says what held when it had one last, within a week: our own MX name
 * that cannot be resolved is ours all the same. Safe from any thread.
 */
final class Owners {

    static final Duration HOLDS = Duration.ofDays(7);

    private static final int MAX_REMEMBERED = 20_000;

    private record Known(Owner owner, long atNanos) {}

    private final Self self;
    private final LongSupplier nanoTime;
    private final LeastRecent<String, Known> remembered = new LeastRecent<>(MAX_REMEMBERED);

    Owners(Self self, LongSupplier nanoTime) {
        this.self = self;
        this.nanoTime = nanoTime;
    }

    /**
     * @param failed whether the DNS did not say all of its addresses. One of them is enough to know whose it is: servers that
     *     fail on AAAA are many
     */
    Owner of(MailHost host, boolean failed) {
        if (self.is(host)) {
            return remember(host, Owner.WE);
        } else if (!host.addresses().isEmpty()) {
            return remember(host, Owner.ANOTHER);
        }
        Optional<Known> before =
                remembered.get(host.name()).filter(known -> nanoTime.getAsLong() - known.atNanos() < HOLDS.toNanos());
        return before.map(Known::owner).orElse(failed ? Owner.UNKNOWN : Owner.ANOTHER);
    }

    private Owner remember(MailHost host, Owner owner) {
        remembered.put(host.name(), new Known(owner, nanoTime.getAsLong()));
        return owner;
    }
}
