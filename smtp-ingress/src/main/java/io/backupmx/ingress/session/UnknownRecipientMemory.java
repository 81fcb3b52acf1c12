package io.backupmx.ingress.session;

import io.backupmx.config.ClientLimitsConfig;
import io.backupmx.ingress.client.ClientNetwork;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Which clients have asked of late for recipients that do not exist, so that who tries names waits for each answer longer than
 * for the one before, and a new session does not change that. Only a no waits: who has mail for somebody is not held up by it,
 * and who tries names gets hardly anything else. Thread-safe.
 */
final class UnknownRecipientMemory {

    private static final Duration FORGOTTEN = Duration.ofMinutes(1);

    /** And so an hour, at most, is remembered. */
    private static final int MAX_REMEMBERED = 60;

    private final ClientLimitsConfig limits;
    private final FadingCounts counts;

    UnknownRecipientMemory(ClientLimitsConfig limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.counts = new FadingCounts(
                FORGOTTEN, Math.max(MAX_REMEMBERED, limits.unknownRecipients() + MAX_REMEMBERED), nanoTime);
    }

    /**
     * There was one more; returns how long its answer is to wait.
     *
     * @param network empty where the client's address says nothing about it
     * @param ofSession how many there were in this session, this one included
     */
    Duration delay(Optional<ClientNetwork> network, int ofSession) {
        network.ifPresent(counts::add);
        int recent = Math.max(ofSession, network.map(counts::count).orElse(0));
        int tooMany = recent - limits.unknownRecipients();
        if (tooMany <= 0 || limits.unknownDelay().isZero()) {
            return Duration.ZERO;
        }
        Duration delay = limits.unknownDelay().multipliedBy(tooMany);
        return delay.compareTo(limits.unknownDelayMax()) < 0 ? delay : limits.unknownDelayMax();
    }
}
