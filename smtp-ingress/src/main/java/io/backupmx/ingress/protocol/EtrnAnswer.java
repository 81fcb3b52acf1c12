package io.backupmx.ingress.protocol;

/** What becomes of an ETRN. */
public enum EtrnAnswer {
    /** Its mail is tried now. */
    STARTED,
    /** Nobody could be told to try it. */
    NOT_NOW,
    /** We have no mail for it that waits for anybody. */
    NOT_OURS
}
