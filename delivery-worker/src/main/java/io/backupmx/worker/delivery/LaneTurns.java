package io.backupmx.worker.delivery;

import io.backupmx.spool.Lane;
import io.backupmx.spool.SpoolReader;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Who of a route's two lanes has the next free place. While only one of them waits for a place, it has whatever is free. While both
 * do, the one that holds fewer has the next, and where they hold as many they take turns: so each comes to half of the places, and
 * with one place to every other mail. Who finds its queue empty waits for nothing, and looks again now and then. A turn is kept for
 * a moment for a lane whose queue is about to be read: a throttled route reads both anew for each trial. Safe from any thread.
 */
final class LaneTurns {

    /** Who waits asks again and again; who no longer does, for its session with the broker is gone, is not waited for. */
    static final Duration WAITS = Duration.ofMillis(500);

    /**
     * When an empty queue is looked at again while the other lane has use for the place that this takes: soon, for one answer says
     * little of a queue that the broker reads from its pages, then ever later. Mostly a hint comes before.
     */
    static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    static final Duration LOOK_AGAIN_AT_LAST = Duration.ofMillis(250);

    /** For a queue that had mail a moment ago. */
    private static final Duration TO_READ_A_PAGE = Duration.ofMillis(8);

    /** While both are read neither keeps a place for long that the other may have to wait for. */
    private static final Duration SHARED = Duration.ofMillis(100);

    private final Consumer<Lane> onTurn;
    private final LongSupplier nanoTime;
    private final Map<Lane, Side> sides = new EnumMap<>(Lane.class);
    private Lane last = Lane.BACKLOG;

    /** Of both lanes together, and maybe of others. Must not block. */
    interface Room {

        /** Whether there may be a free one. */
        boolean hasFree();

        /** Takes one, if there is. */
        boolean take();
    }

    /** One lane. */
    private static final class Side {
        int held;
        boolean waits;
        boolean isPassedOver;
        boolean hasMail;
        boolean isGivenUp;
        boolean keepsTurn;
        long askedNanos;
        long emptyNanos;
        long keptNanos;
        long pauseNanos = LOOK_AGAIN.toNanos();

        boolean isWaiting(long now) {
            return waits && now - askedNanos < WAITS.toNanos();
        }

        boolean isRead(long now) {
            return held > 0 || now - askedNanos < WAITS.toNanos();
        }

        /** It is known to have mail, and will ask as soon as it is read. */
        boolean isExpected(long now) {
            return hasMail && !isGivenUp && !isRead(now);
        }
    }

    /** @param onTurn told of a lane that may ask again, for what it was passed over for is done; must not block */
    LaneTurns(Consumer<Lane> onTurn, LongSupplier nanoTime) {
        this.onTurn = onTurn;
        this.nanoTime = nanoTime;
        long longAgo = nanoTime.getAsLong() - WAITS.toNanos();
        for (Lane lane : Lane.values()) {
            Side side = new Side();
            side.askedNanos = longAgo;
            side.emptyNanos = longAgo;
            sides.put(lane, side);
        }
    }

    private static Lane other(Lane lane) {
        return switch (lane) {
            case FRESH -> Lane.BACKLOG;
            case BACKLOG -> Lane.FRESH;
        };
    }

    private Side side(Lane lane) {
        Side side = sides.get(lane);
        if (side == null) {
            throw new IllegalArgumentException("no lane: " + lane);
        }
        return side;
    }

    /** Whether {@code lane} has a place now; it is its own until {@link #free} or {@link #foundNone}. */
    boolean take(Lane lane, Room places) {
        boolean otherMayAsk;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            Side mine = side(lane);
            Side others = side(other(lane));
            mine.askedNanos = now;
            mine.isGivenUp = false;
            if (mine.held == 0 && last == lane && others.isExpected(now) && places.hasFree()) {
                if (keepsTurn(mine, now)) {
                    mine.waits = true;
                    return false;
                }
                others.isGivenUp = true;
            }
            mine.keepsTurn = false;
            if (others.isWaiting(now)) {
                if (!mine.hasMail && now - mine.emptyNanos < mine.pauseNanos) {
                    mine.waits = false;
                    return false;
                }
                if (mine.held > others.held || (mine.held == others.held && last == lane)) {
                    mine.waits = true;
                    mine.isPassedOver = true;
                    return false;
                }
            }
            mine.waits = !places.take();
            if (mine.waits) {
                return false;
            }
            mine.held++;
            last = lane;
            otherMayAsk = others.isPassedOver;
            others.isPassedOver = false;
        }
        if (otherMayAsk) {
            onTurn.accept(other(lane));
        }
        return true;
    }

    /** Whether {@code mine} leaves what is free to the other lane, for a moment more. */
    private static boolean keepsTurn(Side mine, long now) {
        if (!mine.keepsTurn) {
            mine.keepsTurn = true;
            mine.keptNanos = now;
        }
        return now - mine.keptNanos < WAITS.toNanos();
    }

    /** What {@code lane} had the place for is done. */
    synchronized void free(Lane lane) {
        side(lane).held--;
    }

    /** There was no mail for the place, which is free again. */
    void foundNone(Lane lane) {
        synchronized (this) {
            Side mine = side(lane);
            mine.held--;
            mine.pauseNanos =
                    mine.hasMail ? LOOK_AGAIN.toNanos() : Math.min(2 * mine.pauseNanos, LOOK_AGAIN_AT_LAST.toNanos());
            mine.hasMail = false;
            mine.emptyNanos = nanoTime.getAsLong();
        }
        onTurn.accept(other(lane));
    }

    /** It has mail, as far as is known. */
    synchronized void hasMail(Lane lane) {
        side(lane).hasMail = true;
    }

    /** Whether {@code lane} is waiting for a place, or has mail in hand, so that an empty other one does not speak for the route. */
    synchronized boolean isAtWork(Lane lane) {
        Side side = side(lane);
        return side.hasMail && side.isRead(nanoTime.getAsLong());
    }

    /** How long {@code lane} may keep its place waiting for mail. */
    synchronized Duration patience(Lane lane) {
        long now = nanoTime.getAsLong();
        Side others = side(other(lane));
        if (others.isWaiting(now)) {
            return side(lane).hasMail ? TO_READ_A_PAGE : Duration.ZERO;
        }
        return others.isRead(now) ? SHARED : SpoolReader.Taker.PATIENCE;
    }
}
