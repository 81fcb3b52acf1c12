package io.backupmx.ingress.session;

import io.backupmx.ops.OnceInAWhile;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether there is too little left for new clients, so that those who are here can be served to their end. Thread-safe.
 */
final class Overload {

    private static final Logger LOG = LoggerFactory.getLogger(Overload.class);
    private static final Duration QUIET = Duration.ofMinutes(1);

    /** What has run out. */
    enum Cause {
        /** The heap, whatever holds it. */
        HEAP,
        /** The place for contents in flight, in the heap and on the disk. */
        CONTENTS
    }

    private final BooleanSupplier heapIsFull;
    private final ContentBudget heap;
    private final ContentBudget disk;
    private final OnceInAWhile told = new OnceInAWhile(QUIET, System::nanoTime);

    Overload(BooleanSupplier heapIsFull, ContentBudget heap, ContentBudget disk) {
        this.heapIsFull = heapIsFull;
        this.heap = heap;
        this.disk = disk;
    }

    /** What keeps new clients out now. */
    Optional<Cause> cause() {
        if (heapIsFull.getAsBoolean()) {
            return Optional.of(Cause.HEAP);
        }
        return heap.isUsedUp() && disk.isUsedUp() ? Optional.of(Cause.CONTENTS) : Optional.empty();
    }

    /** One was kept out. */
    void turnedAway(Cause cause) {
        if (told.isDue()) {
            LOG.atWarn()
                    .addKeyValue("cause", cause.name().toLowerCase(Locale.ROOT))
                    .log("overloaded: new clients are told to come again");
        }
    }
}
