package io.backupmx.smtp.client;

/** The dialogue cannot go on. Turned into a {@link Loss} or a {@link ConnectResult} where the phase is known. */
final class LostException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Loss.Cause lossCause;

    LostException(Loss.Cause cause, String why) {
        super(why, null, false, false); // an ordinary ending, not worth a stack trace
        this.lossCause = cause;
    }

    Loss.Cause lossCause() {
        return lossCause;
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
