package io.backupmx.spool;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import java.time.Duration;
import java.util.List;

/**
 * How a taken mail leaves its taker's hands. Recipients named in none of the copies are done with: delivered, or ended by
 * an operator.
 */
public sealed interface Settlement {

    /** The mail is replaced by {@code copies}, in one transaction; by nothing at all when there are none. */
    record Replace(List<Copy> copies) implements Settlement {}

    /** The mail goes back, untouched and in its place, as if never taken. */
    record GiveBack() implements Settlement {}

    /** What remains of the mail, or comes of it, and where it waits. */
    sealed interface Copy {

        Envelope envelope();

        /** To be tried again once {@code delay} has passed. */
        record Retry(Envelope envelope, Duration delay) implements Copy {}

        /** Ended without delivery; each recipient's last reply says why. */
        record Failed(Envelope envelope) implements Copy {}

        /** The sender may have to be told; each recipient's last reply says of what. */
        record Report(Envelope envelope, ReportKind kind) implements Copy {}

        /** Another mail altogether, of our own making, to go by {@code route} as fresh mail does. */
        record Fresh(Route route, Envelope envelope, Content.InMemory content) implements Copy {}

        /** Behind the backlog of another route, which it is of from now on. */
        record Moved(Route route, Envelope envelope) implements Copy {}

        /** Back onto the queue that it came from, behind what is there; from one that is no route's, behind its route's backlog. */
        record Requeued(Envelope envelope) implements Copy {}
    }

    /** Every recipient is done with. */
    static Settlement done() {
        return new Replace(List.of());
    }
}
