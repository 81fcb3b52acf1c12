package io.backupmx.worker.delivery;

import io.backupmx.spool.TakenMail;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A mail that was deferred before and is due again, kept in hand to be the next trial of a throttled route. A next hop that
 * greylists takes nothing but mail it has seen: fresh mail alone would never end the throttling. It takes turns with the
 * route's queue, so that one mail that nobody will ever take does not stand before all others. Safe from any thread.
 */
final class TrialCandidate {

    record Kept(TakenMail mail, Hands.Mail inHand) {}

    private boolean reserved;
    private @Nullable Kept kept;
    private boolean queueIsNext;

    /** Whether there is room for one; if so, {@link #keep} or {@link #none} must follow. */
    synchronized boolean reserve() {
        if (reserved || kept != null) {
            return false;
        }
        reserved = true;
        return true;
    }

    synchronized void none() {
        reserved = false;
    }

    synchronized void keep(TakenMail mail, Hands.Mail inHand) {
        reserved = false;
        kept = new Kept(mail, inHand);
    }

    synchronized boolean isThere() {
        return kept != null;
    }

    /** Whether the spool may have handed it to somebody else by now. */
    synchronized boolean isLost() {
        return kept != null && !kept.mail().isOurs();
    }

    /** Whether the next trial is its turn. */
    synchronized boolean isNext(boolean throttled) {
        return throttled && kept != null && !queueIsNext;
    }

    synchronized void queueHadItsTurn() {
        queueIsNext = false;
    }

    synchronized void queueIsEmpty() {
        queueIsNext = false;
    }

    synchronized Optional<Kept> take() {
        Optional<Kept> taken = Optional.ofNullable(kept);
        if (taken.isPresent()) {
            kept = null;
            queueIsNext = true;
        }
        return taken;
    }
}
