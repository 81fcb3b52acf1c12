package io.backupmx.worker.cli;

/** The service answers, and cannot do what it was asked; the message is what it said. */
final class ServiceSaidNo extends CliException {

    private static final long serialVersionUID = 1L;

    ServiceSaidNo(String said) {
        super(said);
    }
}
