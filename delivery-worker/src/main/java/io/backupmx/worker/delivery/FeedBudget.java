package io.backupmx.worker.delivery;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * So many queues are read at once, and no more; whoever comes later stands in line. With thousands of routes that all have
 * mail, each gets its turn, for those in front leave as soon as their queue is empty. Safe from any thread.
 */
final class FeedBudget {

    private final int max;
    private final SequencedSet<Supply> line = new LinkedHashSet<>();
    private int open;

    FeedBudget(int max) {
        this.max = max;
    }

    /** Whether {@code supply} may read now; otherwise it is told when it may ask again. */
    synchronized boolean take(Supply supply) {
        if (open >= max) {
            line.add(supply);
            return false;
        }
        line.remove(supply);
        open++;
        return true;
    }

    void giveBack() {
        synchronized (this) {
            open--;
        }
        // Whoever is called may have no use for it by now: then the next in line has.
        for (Optional<Supply> next = next(); next.isPresent(); next = next()) {
            next.get().mayAskAgain();
        }
    }

    private synchronized Optional<Supply> next() {
        return open >= max || line.isEmpty() ? Optional.empty() : Optional.of(line.removeFirst());
    }

    /** Whether somebody stands in line, so that who has nothing to read should leave. */
    synchronized boolean isCrowded() {
        return !line.isEmpty();
    }

    synchronized void leave(Supply supply) {
        line.remove(supply);
    }
}
