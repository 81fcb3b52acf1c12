package io.backupmx.spool.artemis;

import java.io.IOException;

/** A large content could not be written to our own disk on its way; the mail is still on the broker. */
final class SpillException extends IOException {

    private static final long serialVersionUID = 1L;

    SpillException(IOException cause) {
        super("a large content cannot be kept on this disk: " + cause.getMessage(), cause);
    }
}
