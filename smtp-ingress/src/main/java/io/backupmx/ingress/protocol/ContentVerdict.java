package io.backupmx.ingress.protocol;

/** What a filter says of a content. */
public enum ContentVerdict {
    TAKE,
    /** Nobody wants it. */
    REFUSE,
    /** Its client is to come again. */
    LATER,
    /** It could not say, and without its word nothing is taken. */
    UNKNOWN
}
