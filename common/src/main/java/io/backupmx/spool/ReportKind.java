package io.backupmx.spool;

/** What there is to tell a sender of a mail (RFC 3464 §2.3.3). */
public enum ReportKind {
    /** Its recipients ended without delivery; the rules say whether the sender may be told, and if not, an operator has it. */
    FAILED,
    /** Its recipients ended without delivery, and an operator wants the sender told. */
    DEMANDED,
    /** An operator has given them up while they waited; then as {@link #FAILED}. */
    GIVEN_UP,
    /** The same, and the operator wants the sender told. */
    RETURNED,
    /** Handed on to a next hop that will not report, as the sender asked; the mail itself is gone. */
    RELAYED,
    /** Not delivered yet; the mail itself waits elsewhere. */
    DELAYED
}
