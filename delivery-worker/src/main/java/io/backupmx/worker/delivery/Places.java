package io.backupmx.worker.delivery;

import java.util.concurrent.Semaphore;
import java.util.function.IntSupplier;

/**
 * The places of one route's deliveries: as many as the gate allows. The first is the route's own, further ones come from a
 * common budget, so that slow routes can neither use up the worker nor keep a route out. Safe from any thread.
 */
final class Places {

    private final IntSupplier allowed;
    private final Semaphore budget;
    private int taken;

    /** @param budget of all routes together, beyond each one's first */
    Places(IntSupplier allowed, Semaphore budget) {
        this.allowed = allowed;
        this.budget = budget;
    }

    boolean take() {
        int limit = allowed.getAsInt();
        synchronized (this) {
            if (taken >= limit || (taken > 0 && !budget.tryAcquire())) {
                return false;
            }
            taken++;
            return true;
        }
    }

    /** Whether the gate allows one more, whatever the common budget says. */
    boolean mayHaveFree() {
        return taken() < allowed.getAsInt();
    }

    synchronized void giveBack() {
        taken--;
        if (taken > 0) {
            budget.release();
        }
    }

    synchronized int taken() {
        return taken;
    }
}
