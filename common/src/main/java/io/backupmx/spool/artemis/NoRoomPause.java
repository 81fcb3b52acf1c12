package io.backupmx.spool.artemis;

import java.io.Serial;
import java.time.Duration;

/** A feed ends itself for want of room, on the spool's disk or on ours, to begin again after a pause. */
final class NoRoomPause extends Exception {

    /** Time for somebody to make room. */
    static final Duration LENGTH = Duration.ofSeconds(30);

    @Serial
    private static final long serialVersionUID = 1L;

    NoRoomPause(Exception cause) {
        super(cause.getMessage(), cause);
    }
}
