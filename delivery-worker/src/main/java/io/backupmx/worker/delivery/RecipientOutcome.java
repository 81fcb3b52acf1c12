package io.backupmx.worker.delivery;

import io.backupmx.mail.TlsFacts;
import io.backupmx.smtp.SmtpReply;
import java.time.Duration;
import java.util.Optional;

/** How an attempt to deliver ended for one recipient. {@code why} is one line for people. */
public sealed interface RecipientOutcome {

    /** Of a surprise nobody can say more; the log does. */
    RecipientOutcome INTERNAL_ERROR = new Deferred("internal error");

    /**
     * The next hop has taken responsibility (RFC 5321 §4.2.5).
     *
     * @param tls what protected the way there; empty: nothing
     * @param toldOn whether it was told what the sender wants to hear, and so reports itself (RFC 3461 §5.2.1)
     */
    record Delivered(SmtpReply reply, String host, Optional<TlsFacts> tls, boolean toldOn) implements RecipientOutcome {

        Delivered(SmtpReply reply, String host) {
            this(reply, host, Optional.empty(), false);
        }

        Delivered through(Optional<TlsFacts> facts, boolean toldOn) {
            return new Delivered(reply, host, facts, toldOn);
        }
    }

    /** Not now: to be tried again later, at the cost of an attempt. */
    record Deferred(String why) implements RecipientOutcome {}

    /**
     * Its destination's trouble, not the recipient's: to be tried again after {@code delay}, at no cost.
     *
     * @param tried whether that was found out now, and not known before
     */
    record Postponed(String why, Duration delay, boolean tried) implements RecipientOutcome {}

    /** Never: to be reported. */
    record Failed(String why) implements RecipientOutcome {}

    /** The route's trouble, not the recipient's: as if never tried. */
    record Untried(String why) implements RecipientOutcome {}
}
