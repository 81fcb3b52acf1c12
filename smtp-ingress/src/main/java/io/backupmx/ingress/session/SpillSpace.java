package io.backupmx.ingress.session;

import io.backupmx.ops.OnceInAWhile;
import io.backupmx.spool.SpoolWriter.Room;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk for contents that the heap does not hold, all sessions together. It is the spool's disk, and mail on the spool
 * goes first: there is no space when the spool has none, nor beyond a budget of what is not yet anybody's mail. Thread-safe.
 */
final class SpillSpace {

    private static final Logger LOG = LoggerFactory.getLogger(SpillSpace.class);

    /** A full disk fails every content; once in this time is enough to tell. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    private final Path directory;
    private final ContentBudget budget;
    private final Supplier<Room> room;
    private final OnceInAWhile complaint = new OnceInAWhile(QUIET, System::nanoTime);

    /** @param room of the spool, at any time; must not block */
    SpillSpace(Path directory, ContentBudget budget, Supplier<Room> room) {
        this.directory = directory;
        this.budget = budget;
        this.room = room;
    }

    Path directory() {
        return directory;
    }

    /** Whether there was space; what was reserved must be given back. To be asked before every write. */
    boolean reserve(long bytes) {
        return switch (room.get()) {
            case OPEN, UNAVAILABLE -> budget.reserve(bytes); // unreachable says nothing about the disk, and may pass
            case FULL -> false;
        };
    }

    void giveBack(long bytes) {
        budget.giveBack(bytes);
    }

    /** The disk did not take what there seemed to be space for. */
    void failed(Throwable cause) {
        if (complaint.isDue()) {
            LOG.atWarn()
                    .addKeyValue("directory", directory)
                    .addKeyValue("cause", cause)
                    .log("contents cannot be written to temporary files");
        }
    }
}
