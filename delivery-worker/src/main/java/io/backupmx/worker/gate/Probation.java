package io.backupmx.worker.gate;

import io.backupmx.mail.QueueId;
import io.backupmx.smtp.ForwardPath;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * After an outage a next hop may be back without its list of recipients, its database, its configuration: what it refuses is
 * not believed until it has taken some mail.
 *
 * @param remaining deliveries until it is believed
 * @param released whether an operator has vouched for it: then only a next hop that takes nothing at all is wrong
 * @param firstDelivery since when it takes mail at all
 * @param amiss the recipients it refused though they exist; fewer than mean quarantine
 * @param refused the other mails it refused while it took none; fewer than mean quarantine
 */
record Probation(
        int remaining,
        boolean released,
        Optional<Instant> firstDelivery,
        Set<ForwardPath> amiss,
        Set<QueueId> refused) {

    Probation {
        amiss = Set.copyOf(amiss);
        refused = Set.copyOf(refused);
    }

    static Probation of(int deliveries) {
        return new Probation(deliveries, false, Optional.empty(), Set.of(), Set.of());
    }

    static Probation ofReleased(int deliveries) {
        return new Probation(deliveries, true, Optional.empty(), Set.of(), Set.of());
    }

    /** It has taken mail since {@code first} at the latest. */
    Probation from(Instant first) {
        return new Probation(remaining, released, Optional.of(first), amiss, refused);
    }

    /** Empty when it is over. */
    Optional<Probation> delivered(int mails, Instant now) {
        return mails >= remaining
                ? Optional.empty()
                : Optional.of(new Probation(
                        remaining - mails, released, Optional.of(firstDelivery.orElse(now)), amiss, Set.of()));
    }

    /** Spam, and recipients nobody knows of, are refused by the best of next hops, which takes other mail. */
    Probation refused(GateEvent.Refused event) {
        if (event.amiss() && !released) {
            return new Probation(remaining, false, firstDelivery, with(amiss, event.recipient()), refused);
        }
        return firstDelivery.isPresent()
                ? this
                : new Probation(remaining, released, firstDelivery, amiss, with(refused, event.mail()));
    }

    /** A route with little mail must not be on probation for weeks. */
    boolean isOver(Duration limit, Instant now) {
        return firstDelivery.filter(first -> !now.isBefore(first.plus(limit))).isPresent();
    }

    private static <T> Set<T> with(Set<T> some, T another) {
        Set<T> more = new HashSet<>(some);
        more.add(another);
        return more;
    }
}
