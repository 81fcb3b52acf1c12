package io.backupmx.worker.notice;

import org.jspecify.annotations.Nullable;

/** A notice did not go; the message is for operators. */
public final class NotSentException extends Exception {

    private static final long serialVersionUID = 1L;

    NotSentException(String why, @Nullable Throwable cause) {
        super(why, cause);
    }
}
