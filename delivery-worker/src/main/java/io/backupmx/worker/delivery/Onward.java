package io.backupmx.worker.delivery;

import io.backupmx.ops.MailLog;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Mail of a domain that was held and no longer is, taken from that domain's queue and put behind those of the routes that it goes
 * by now, some in a turn or all at once. For as long as the tables have such a route; safe from any thread.
 */
final class Onward implements SpoolReader.Taker {

    private static final int MAX_UNSETTLED = 50;

    /**
     * In a turn, while this process has held the domain at no time: another one may hold it still, and put aside again what this one takes
     * on.
     */
    static final int A_TURN = 1000;

    private final Route.Hold from;
    private final RelayTables tables;
    private final AtomicInteger inHand = new AtomicInteger();
    private final Supply supply;
    private final AtomicInteger left = new AtomicInteger(A_TURN);
    private volatile boolean hurries;
    private volatile boolean stopping;

    Onward(Route.Hold from, RelayTables tables, SpoolReader spool, FeedBudget feeds) {
        this.from = from;
        this.tables = tables;
        this.supply =
                new Supply(new SpoolQueue.ForRoute(from), spool, this, feeds, this::goesOn, () -> inHand.get() > 0);
    }

    private boolean goesOn() {
        return !stopping && Redirection.usual(from, tables).isPresent();
    }

    @Override
    public boolean wantsMail() {
        return inHand.get() < MAX_UNSETTLED && (hurries || left.get() > 0) && goesOn();
    }

    @Override
    public void none() {
        supply.foundNone();
    }

    @Override
    public void accept(TakenMail mail) {
        inHand.incrementAndGet();
        left.decrementAndGet();
        supply.gotMail();
        Optional<Settlement> onward = Redirection.onward(mail.envelope(), from, tables);
        var _ = mail.settle(onward.orElseGet(Settlement.GiveBack::new)).whenComplete((_, failure) -> {
            inHand.decrementAndGet();
            if (failure == null && onward.isPresent()) {
                MailLog.LOG
                        .atInfo()
                        .addKeyValue("queue_id", mail.envelope().queueId())
                        .addKeyValue("next_hop", from)
                        .log("held no more");
            }
            supply.review();
        });
    }

    void mailWaits() {
        supply.mailWaits();
    }

    /** It was held here, and is no more: all there is goes on. */
    void hurry() {
        hurries = true;
        supply.review();
    }

    /** {@value #A_TURN} more may go on. */
    void nextTurn() {
        left.set(A_TURN);
        supply.review();
    }

    void tick() {
        supply.tick();
    }

    /** Whether nothing is going on, nor known to be there that could go on. */
    boolean isIdle() {
        return inHand.get() == 0 && supply.isLeft() && (!supply.hasMail() || !goesOn());
    }

    /** Takes no more. */
    void stop() {
        stopping = true;
    }

    /** Blocks until what was moved is on disk, within {@code grace}. */
    void close(Duration grace) {
        stopping = true;
        supply.close(grace);
    }
}
