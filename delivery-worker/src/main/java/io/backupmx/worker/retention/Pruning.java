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
    public boolean isOver(FailedMail mail) {
        if (judged == MAX_MAILS || !goesOn.getAsBoolean()) {
            return false;
        }
        boolean forAge = isOld(mail) && ageBudget.take();
        if (!forAge && excessBytes <= 0) {
            return false;
        }
        judged++;
        excessBytes -= bytes(mail);
        given.add(forAge ? Reason.RETENTION : Reason.NO_ROOM);
        return true;
    }

    private boolean isOld(FailedMail mail) {
        Instant failed = mail.failedAt()
                .orElseGet(() -> mail.mail().envelope().arrival().at().plus(maxLifetime));
        return !now.isBefore(failed.plus(retention));
    }

    private static long bytes(FailedMail mail) {
        return mail.mail().sizeBytes() + OVERHEAD_BYTES;
    }

    @Override
    public void removed(FailedMail mail) {
        Reason reason = given.remove();
        String why = switch (reason) {
            case RETENTION -> "failed longer ago than failed.retention, " + Durations.format(retention);
            case NO_ROOM -> "failed mail takes more room than failed.max_share_percent, and this was the oldest";
        };
        RemovalLog.removed(mail.mail(), "retention", why);
        listener.removed(reason, bytes(mail));
    }
}
