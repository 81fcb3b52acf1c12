package io.backupmx.worker.admin;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Optional;

/**
 * One mail of the queue as the admin API lists it: the members of {@code postqueue -j} (postqueue(1), JSON OBJECT FORMAT),
 * then our own.
 *
 * @param queueName {@code active}: being delivered; {@code deferred}: waiting; {@code hold}: failed, until an operator
 *     releases it
 * @param arrivalTime in seconds since the epoch
 * @param messageSize in bytes, of the content
 * @param forcedExpire always false
 * @param sender the reverse-path without brackets; {@code MAILER-DAEMON} for the null one
 * @param recipients those not yet delivered
 * @param route the next hop it goes to
 * @param attempts deliveries tried and deferred for the mail's own sake
 * @param dueTime when a deferred mail is tried again, in seconds since the epoch
 * @param activeSince when an active mail was taken for delivery, in seconds since the epoch
 * @param routeState how the route of waiting mail stands ({@code UP}, {@code DOWN}, ...), when mail waits for that
 * @param routeSince when the route came to stand so, in seconds since the epoch
 * @param routeNext when the route is probed or tried next, in seconds since the epoch
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonIgnoreProperties(ignoreUnknown = true)
public record QueuedMail(
        String queueName,
        String queueId,
        long arrivalTime,
        long messageSize,
        boolean forcedExpire,
        String sender,
        List<QueuedRecipient> recipients,
        String route,
        int attempts,
        Optional<Long> dueTime,
        Optional<Long> activeSince,
        Optional<String> routeState,
        Optional<Long> routeSince,
        Optional<Long> routeNext) {

    public static final String ACTIVE = "active";
    public static final String DEFERRED = "deferred";
    public static final String HOLD = "hold";

    /**
     * A recipient that still has to get the mail.
     *
     * @param delayReason why it has not, as far as anything is known
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record QueuedRecipient(String address, Optional<String> delayReason) {}
}
