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
 * @param firstDelivery since when it takes mail at all
 * @param refused the recipients known to exist that it refused; fewer than mean quarantine
 * @param refusedUnlisted the mails it refused for recipients of whom nobody knows, while it took none; fewer than mean
 *     quarantine
 */
record Probation(
        int remaining, Optional<Instant> firstDelivery, Set<ForwardPath> refused, Set<QueueId> refusedUnlisted) {

    Probation {
        refused = Set.copyOf(refused);
        refusedUnlisted = Set.copyOf(refusedUnlisted);
    }

    static Probation of(int deliveries) {
        return new Probation(deliveries, Optional.empty(), Set.of(), Set.of());
    }

    /** It has taken mail since {@code first} at the latest. */
    Probation from(Instant first) {
        return new Probation(remaining, Optional.of(first), refused, refusedUnlisted);
    }

    /** Empty when it is over. */
    Optional<Probation> delivered(int mails, Instant now) {
        return mails >= remaining
                ? Optional.empty()
                : Optional.of(
                        new Probation(remaining - mails, Optional.of(firstDelivery.orElse(now)), refused, Set.of()));
    }

    /** A refusal of a recipient nobody knows of says nothing of a next hop that takes other mail. */
    Probation refused(GateEvent.Refused event) {
        if (event.listed()) {
            return new Probation(remaining, firstDelivery, with(refused, event.recipient()), refusedUnlisted);
        }
        return firstDelivery.isPresent()
                ? this
                : new Probation(remaining, firstDelivery, refused, with(refusedUnlisted, event.mail()));
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
