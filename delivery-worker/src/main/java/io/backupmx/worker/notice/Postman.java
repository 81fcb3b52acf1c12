package io.backupmx.worker.notice;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends notices, not too many: of one kind every few minutes, so that what happens meanwhile comes together in the next one. A
 * smarthost that is away is left alone for ever longer, and after a day an occasion is given up. Each try is in the log and in
 * {@code backupmx_notices_total}. For one thread.
 */
final class Postman {

    private static final Logger LOG = LoggerFactory.getLogger(Postman.class);

    /** Between two notices of one kind from this worker. */
    static final Duration APART = Duration.ofMinutes(5);

    static final Duration FIRST_WAIT = Duration.ofSeconds(15);
    static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
    static final Duration PATIENCE = Duration.ofDays(1);

    /** How a try ended. */
    private enum Outcome {
        SENT,
        FAILED,
        GIVEN_UP
    }

    /** Hands a notice over. */
    interface Sender {
        /** What became of it, for people. */
        String send(Notice notice) throws Smarthost.NotTaken, InterruptedException;
    }

    private final Sender sender;
    private final LongSupplier nanoTime;
    private final MeterRegistry metrics;
    private final Map<NoticeKind, Long> lastSent = new EnumMap<>(NoticeKind.class);
    private final Map<NoticeKind, Long> failingSince = new EnumMap<>(NoticeKind.class);
    private Duration wait = Duration.ZERO;
    private long failedAt;

    Postman(Sender sender, LongSupplier nanoTime, MeterRegistry metrics) {
        this.sender = sender;
        this.nanoTime = nanoTime;
        this.metrics = metrics;
        for (NoticeKind kind : NoticeKind.values()) {
            for (Outcome outcome : Outcome.values()) {
                var _ = counter(kind, outcome); // so that it is there before it counts
            }
        }
    }

    private Counter counter(NoticeKind kind, Outcome outcome) {
        return Counter.builder("backupmx.notices")
                .description("Notices by mail, by what they are about and how it ended")
                .tag("kind", kind.label())
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(metrics);
    }

    /** Whether one of this kind may be tried now. */
    boolean mayTry(NoticeKind kind) {
        long now = nanoTime.getAsLong();
        Long last = lastSent.get(kind);
        return (wait.isZero() || now - failedAt >= wait.toNanos()) && (last == null || now - last >= APART.toNanos());
    }

    /** Blocks. @return whether the occasion is done with: it was sent, or is given up */
    boolean isDone(Notice notice) throws InterruptedException {
        long began = nanoTime.getAsLong();
        try {
            String answer = sender.send(notice);
            counter(notice.kind(), Outcome.SENT).increment();
            LOG.atInfo()
                    .addKeyValue("kind", notice.kind().label())
                    .addKeyValue("subject", notice.subject())
                    .addKeyValue("answer", answer)
                    .log("notice sent");
            wait = Duration.ZERO;
            lastSent.put(notice.kind(), nanoTime.getAsLong());
            failingSince.remove(notice.kind());
            return true;
        } catch (Smarthost.NotTaken e) {
            return failed(notice, began, e);
        }
    }

    private boolean failed(Notice notice, long began, Smarthost.NotTaken why) {
        failedAt = nanoTime.getAsLong();
        Duration doubled = wait.multipliedBy(2);
        wait = wait.isZero() ? FIRST_WAIT : doubled.compareTo(LONGEST_WAIT) < 0 ? doubled : LONGEST_WAIT;
        long since = failingSince.computeIfAbsent(notice.kind(), _ -> began);
        boolean over = failedAt - since >= PATIENCE.toNanos();
        if (over) {
            failingSince.remove(notice.kind());
        }
        counter(notice.kind(), over ? Outcome.GIVEN_UP : Outcome.FAILED).increment();
        LOG.atWarn()
                .addKeyValue("kind", notice.kind().label())
                .addKeyValue("subject", notice.subject())
                .addKeyValue("cause", why.getMessage())
                .log(over ? "notice given up" : "notice not sent, to be tried again");
        return over;
    }
}
