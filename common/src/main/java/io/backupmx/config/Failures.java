package io.backupmx.config;

/** Whose sender is told what became of a mail. */
public enum Failures {
    /** Senders that SPF or DKIM says were not forged. */
    AUTO,
    /** All senders, forged ones with them. */
    BOUNCE,
    /** Nobody: failed mail is for an operator. */
    QUARANTINE
}
