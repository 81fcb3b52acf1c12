package io.backupmx.config;

import java.time.Duration;

/**
 * What one client may have of late: an address of IPv4, or the /64 of IPv6. Who is trusted has no such limits, nor has an address
 * that many clients seem to have.
 *
 * @param connectionsPerMinute and as many at once; beyond it 421. 0: no limit
 * @param messagesPerMinute with a recipient that may get mail, and as many at once; beyond it 450 at RCPT. 0: no limit
 * @param recipientsPerMinute that may get mail, and as many at once; beyond it 450. 0: no limit
 * @param unknownRecipients how many of those are answered at once; one is forgotten in a minute
 * @param unknownDelay how much longer each unknown recipient beyond those has to wait for its answer. 0: not at all
 * @param unknownDelayMax how long one has to wait at most
 */
public record ClientLimitsConfig(
        int connectionsPerMinute,
        int messagesPerMinute,
        int recipientsPerMinute,
        int unknownRecipients,
        Duration unknownDelay,
        Duration unknownDelayMax) {

    public static final ClientLimitsConfig DEFAULT =
            new ClientLimitsConfig(1200, 0, 0, 5, Duration.ofSeconds(1), Duration.ofSeconds(10));

    private static final int MOST = 1_000_000;

    public ClientLimitsConfig {
        new Ranges()
                .check("connections_per_minute", connectionsPerMinute, 0, MOST)
                .check("messages_per_minute", messagesPerMinute, 0, MOST)
                .check("recipients_per_minute", recipientsPerMinute, 0, MOST)
                .check("unknown_recipients", unknownRecipients, 0, 10_000)
                .check("unknown_delay", unknownDelay, Duration.ZERO, Duration.ofMinutes(1))
                .check("unknown_delay_max", unknownDelayMax, Duration.ZERO, Duration.ofMinutes(1))
                .enforce();
    }
}
