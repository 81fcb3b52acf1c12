package io.backupmx.spool.artemis;

import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A taker that is done with each mail at once, and notes how late it came. */
final class Lateness implements SpoolReader.Taker {

    private final Map<String, Instant> dueAt;
    private final List<Long> millis = new CopyOnWriteArrayList<>();
    private final List<String> ids = new CopyOnWriteArrayList<>();

    /** @param dueAt by queue id */
    Lateness(Map<String, Instant> dueAt) {
        this.dueAt = dueAt;
    }

    @Override
    public boolean wantsMail() {
        return true;
    }

    @Override
    public void accept(TakenMail mail) {
        String id = mail.envelope().queueId().value();
        millis.add(Duration.between(dueAt.getOrDefault(id, Instant.MAX), Instant.now())
                .toMillis());
        ids.add(id);
        mail.settle(Settlement.done());
    }

    @Override
    public void none() {}

    List<Long> millis() {
        return millis;
    }

    List<String> ids() {
        return ids;
    }
}
