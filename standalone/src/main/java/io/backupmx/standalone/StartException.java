package io.backupmx.standalone;

import java.io.Serial;

/** Something an operator has to put right before we can start; the message says what, in one line. */
public final class StartException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
