package io.backupmx.worker.delivery;

import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * A route's two queues, each read while it has mail, and by one set of places, which they share as {@link LaneTurns} has it. Safe
 * from any thread; never blocks but in {@link #close}.
 */
final class Lanes {

    private final Customer customer;
    private final LaneTurns turns = new LaneTurns(this::mayAskAgain, System::nanoTime);
    private final Map<Lane, One> lanes = new EnumMap<>(Lane.class);

    /** Who has the places, and the mail. Called from threads of the feeds; must not block. */
    interface Customer extends LaneTurns.Room {

        /** Whether mail of the queues is to be asked for at all. */
        boolean wantsMail();

        void giveBackPlace();

        /** Here is a mail in a place. */
        void accept(TakenMail mail, Claim claim);

        /** Neither queue has any. */
        void foundNone();
    }

    /** What a mail that came by a lane takes up of it, until it is said otherwise. */
    interface Claim {

        /** Its place is free. */
        void placeIsFree();

        /** The spool has settled it, or lost it. */
        void settled();
    }

    /** @param isOpen whether mail may go out now */
    Lanes(Route route, SpoolReader spool, FeedBudget feeds, BooleanSupplier isOpen, Customer customer) {
        this.customer = customer;
        SpoolQueue.ForRoute.lanesOf(route)
                .forEach(queue -> lanes.put(queue.lane(), new One(queue, spool, feeds, isOpen)));
    }

    /** One of the two. */
    private final class One implements SpoolReader.Taker {

        private final SpoolQueue.ForRoute queue;
        private final Lane lane;
        private final AtomicInteger inHand = new AtomicInteger();
        private final Supply supply;

        One(SpoolQueue.ForRoute queue, SpoolReader spool, FeedBudget feeds, BooleanSupplier isOpen) {
            this.queue = queue;
            this.lane = queue.lane();
            this.supply = new Supply(queue, spool, this, feeds, isOpen, () -> inHand.get() > 0);
        }

        @Override
        public boolean wantsMail() {
            if (!customer.wantsMail()) {
                return false;
            }
            boolean taken = turns.take(lane, customer);
            if (!taken && turns.isAtWork(lane)) {
                supply.waitsForAPlace();
            }
            return taken;
        }

        @Override
        public Duration patience() {
            return turns.patience(lane);
        }

        @Override
        public void none() {
            customer.giveBackPlace();
            turns.foundNone(lane);
            if (isAlone()) {
                customer.foundNone();
            }
            supply.foundNone();
        }

        private boolean isAlone() {
            return lanes.keySet().stream().noneMatch(other -> other != lane && turns.isAtWork(other));
        }

        @Override
        public void accept(TakenMail mail) {
            inHand.incrementAndGet();
            turns.hasMail(lane);
            supply.gotMail();
            customer.accept(mail, new Claim() {
                @Override
                public void placeIsFree() {
                    customer.giveBackPlace();
                    turns.free(lane);
                }

                @Override
                public void settled() {
                    inHand.decrementAndGet();
                }
            });
        }

        void mailWaits() {
            turns.hasMail(lane);
            supply.mailWaits();
        }
    }

    private void mayAskAgain(Lane lane) {
        One one = lanes.get(lane);
        if (one != null) {
            one.supply.wake();
        }
    }

    /** There is mail on {@code lane}. */
    void mailWaits(Lane lane) {
        One one = lanes.get(lane);
        if (one != null) {
            one.mailWaits();
        }
    }

    /** As {@link Supply#hints}. */
    long hints(Lane lane) {
        One one = lanes.get(lane);
        return one == null ? 0 : one.supply.hints();
    }

    /** As {@link Supply#noneAtHead}. */
    void noneAtHead(Lane lane, long hintsBefore) {
        One one = lanes.get(lane);
        if (one != null) {
            one.supply.noneAtHead(hintsBefore);
        }
    }

    /** There may be mail on any. */
    void mailWaits() {
        lanes.values().forEach(One::mailWaits);
    }

    /** Whether there is mail on any, as far as is known. */
    boolean hasMail() {
        return lanes.values().stream().anyMatch(one -> one.supply.hasMail());
    }

    /** The queues that have mail, as far as is known. */
    List<SpoolQueue.ForRoute> withMail() {
        return lanes.values().stream()
                .filter(one -> one.supply.hasMail())
                .map(one -> one.queue)
                .toList();
    }

    /** The gate may have moved, or a place become free. */
    void review() {
        lanes.values().forEach(one -> one.supply.review());
    }

    /** To be called about once a second. */
    void tick() {
        lanes.values().forEach(one -> one.supply.tick());
    }

    /** Whether nothing comes from the queues now. */
    boolean areLeft() {
        return lanes.values().stream().allMatch(one -> one.supply.isLeft());
    }

    /** Reads no more. Blocks until what was settled is on disk, within {@code grace}. */
    void close(Duration grace) {
        try {
            Together.close(
                    lanes.values().stream()
                            .<Runnable>map(one -> () -> one.supply.close(grace))
                            .toList(),
                    grace);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
