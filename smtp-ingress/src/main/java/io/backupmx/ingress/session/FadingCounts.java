package io.backupmx.ingress.session;

import io.backupmx.ingress.client.ClientNetwork;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How often each of any number of client networks has done something of late: a count fades by one in a fixed time. In a fixed
 * place of a megabyte, and nothing in it is ever thrown out: what many networks do can raise the count of another, by chance and
 * where nobody can choose, but nobody can lower a count, his own included (ADR 0024). Thread-safe.
 *
 * <p>A count is the time until it has faded away. A network has a cell in each row, and its count is the least of them.
 */
final class FadingCounts {

    private static final int ROWS = 4;
    private static final int CELLS = 1 << 15;

    private final long fadeNanos;
    private final int max;
    private final LongSupplier nanoTime;
    private final long originNanos;
    private final long[] seeds;
    private final long[][] goneAt = new long[ROWS][CELLS];

    /**
     * @param fade in which a count fades by one
     * @param max beyond which nothing is counted, and so what is remembered longest
     * @param nanoTime as {@link System#nanoTime}
     */
    FadingCounts(Duration fade, int max, LongSupplier nanoTime) {
        this.fadeNanos = fade.toNanos();
        this.max = max;
        this.nanoTime = nanoTime;
        this.originNanos = nanoTime.getAsLong();
        this.seeds = new SecureRandom().longs(ROWS).toArray();
    }

    /** Counts once more, unless the count is {@code max} already. Returns whether it was not. */
    synchronized boolean add(ClientNetwork network) {
        long now = now();
        long gone = Math.max(goneAt(network), now) + fadeNanos;
        if (gone - now > max * fadeNanos) {
            return false;
        }
        for (int row = 0; row < ROWS; row++) {
            int cell = cell(row, network);
            goneAt[row][cell] = Math.max(goneAt[row][cell], gone);
        }
        return true;
    }

    /** What has not faded yet counts in full. */
    synchronized int count(ClientNetwork network) {
        long left = goneAt(network) - now();
        return left <= 0 ? 0 : Math.toIntExact((left + fadeNanos - 1) / fadeNanos);
    }

    private long goneAt(ClientNetwork network) {
        long gone = Long.MAX_VALUE;
        for (int row = 0; row < ROWS; row++) {
            gone = Math.min(gone, goneAt[row][cell(row, network)]);
        }
        return gone;
    }

    private long now() {
        return nanoTime.getAsLong() - originNanos;
    }

    /** Splitmix64's finish, which lets every bit of a network and of a seed that nobody knows reach every bit of the result. */
    private int cell(int row, ClientNetwork network) {
        long mixed = (network.bits() ^ seeds[row]) + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return (int) ((mixed ^ (mixed >>> 31)) & (CELLS - 1));
    }
}
