package io.backupmx.route;

/** What says that a recipient exists, or that it does not. */
public enum RecipientSource {
    /** {@code domains.DOMAIN.recipients} has it. */
    INLINE_LIST,
    /** A line of {@code relay_recipients} is this address. */
    RECIPIENTS_FILE,
    /** postmaster and abuse (RFC 5321 §4.5.1, RFC 2142 §4). */
    EVERY_DOMAIN_HAS_IT,
    /** {@code relay_recipients} has {@code @domain}: every address is assumed to exist. */
    OPEN_IN_FILE,
    /** No list has it, and {@code domains.DOMAIN.recipient_sources} are asked. */
    ASKED_SOURCES,
    /** Nobody lists any recipients: every address is assumed to exist. */
    NO_LIST,
    NOT_IN_INLINE_LIST,
    NOT_IN_FILE
}
