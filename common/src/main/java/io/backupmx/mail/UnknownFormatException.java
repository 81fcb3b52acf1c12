package io.backupmx.mail;

import java.io.Serial;

/** A stored mail that this version cannot read; it stays where it is, untouched, for one that can. */
public final class UnknownFormatException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    public UnknownFormatException(String message) {
        super(message);
    }

    public UnknownFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
