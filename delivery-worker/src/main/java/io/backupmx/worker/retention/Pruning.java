package io.backupmx.worker.retention;

import io.backupmx.config.Durations;
import io.backupmx.spool.FailedMail;
import io.backupmx.spool.RestingMails;
import io.backupmx.worker.RemovalLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * One run over failed mail: what has been there for longer than the retention goes, and the oldest for as long as all of it
 * takes more room than it may.
 */
final class Pruning implements RestingMails.Judge {

    /** Of one run; the next one comes soon. */
    static final int MAX_MAILS = 10_000;

    /** What a stored mail has beside its content. */
    static final long OVERHEAD_BYTES = 1024;

    /** Why mail goes. */
    enum Reason {
        RETENTION,
        NO_ROOM
    }

    /** Told of each mail that went. */
    interface Listener {
        void removed(Reason reason, long bytes);
    }

    private final Instant now;
    private final Duration retention;
    private final Duration maxLifetime;
    private final AgeBudget ageBudget;
    private final BooleanSupplier goesOn;
    private final Listener listener;
    private final Deque<Reason> given = new ArrayDeque<>();
    private final Deque<Reason> going = new ArrayDeque<>();
    private long excessBytes;
    private int judged;

    /**
     * @param maxLifetime that of waiting mail: of what nobody knows when it failed, it was then at the latest
     * @param excessBytes by which all failed mail takes more room than it may
     * @param goesOn whether this worker is still the one to do it
     */
    Pruning(
            Instant now,
            Duration retention,
            Duration maxLifetime,
            AgeBudget ageBudget,
            long excessBytes,
            BooleanSupplier goesOn,
            Listener listener) {
        this.now = now;
        this.retention = retention;
        this.maxLifetime = maxLifetime;
        this.ageBudget = ageBudget;
        this.excessBytes = excessBytes;
        this.goesOn = goesOn;
        this.listener = listener;
    }

    @Override
    public Verdict judge(FailedMail mail) {
        if (judged == MAX_MAILS || !goesOn.getAsBoolean()) {
            return Verdict.STAYS;
        }
        boolean old = isOld(mail);
        boolean forAge = old && ageBudget.take();
        if (!forAge && excessBytes <= 0) {
            return !old && isOfAClockAhead(mail) ? Verdict.PASSED_OVER : Verdict.STAYS;
        }
        judged++;
        excessBytes -= bytes(mail);
        given.add(forAge ? Reason.RETENTION : Reason.NO_ROOM);
        return Verdict.GOES;
    }

    /** Nobody knows either when it failed if that is yet to come. */
    private boolean isOld(FailedMail mail) {
        Instant failed = mail.failedAt()
                .filter(at -> !at.isAfter(now))
                .orElseGet(() -> arrival(mail).plus(maxLifetime));
        return !now.isBefore(failed.plus(retention));
    }

    /** It has not been there for less long than what is behind it: a clock was wrong, which is no reason to keep that. */
    private boolean isOfAClockAhead(FailedMail mail) {
        return mail.failedAt().orElseGet(() -> arrival(mail)).isAfter(now);
    }

    private static Instant arrival(FailedMail mail) {
        return mail.mail().envelope().arrival().at();
    }

    private static long bytes(FailedMail mail) {
        return mail.mail().sizeBytes() + OVERHEAD_BYTES;
    }

    @Override
    public void removing(FailedMail mail) {
        Reason reason = given.remove();
        going.add(reason);
        String why = switch (reason) {
            case RETENTION -> "failed longer ago than failed.retention, " + Durations.format(retention);
            case NO_ROOM -> "failed mail takes more room than failed.max_share_percent, and this was the oldest";
        };
        RemovalLog.removed(mail.mail(), "retention", why);
    }

    @Override
    public void removed(FailedMail mail) {
        listener.removed(going.remove(), bytes(mail));
    }
}
