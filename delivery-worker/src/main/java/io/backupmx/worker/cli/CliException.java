package io.backupmx.worker.cli;

/** A command cannot do what it was asked; the message is one line for the operator, and the exit code is 1. */
public class CliException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CliException(String message) {
        super(message);
    }

    public CliException(String message, Throwable cause) {
        super(message, cause);
    }
}
