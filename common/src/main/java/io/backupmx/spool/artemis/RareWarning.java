package io.backupmx.spool.artemis;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** A warning of something that may come in floods: said at most every ten seconds, with how often since. */
final class RareWarning {

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final String text;
    private long count;
    private long nextNanos = System.nanoTime();

    RareWarning(Logger log, String text) {
        this.log = log;
        this.text = text;
    }

    synchronized void count() {
        count++;
        long now = System.nanoTime();
        if (now - nextNanos >= 0) {
            log.atWarn().addKeyValue("count", count).log(text);
            count = 0;
            nextNanos = now + PERIOD_NANOS;
        }
    }
}
