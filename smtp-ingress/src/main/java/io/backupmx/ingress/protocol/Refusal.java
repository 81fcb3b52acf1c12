package io.backupmx.ingress.protocol;

import java.util.Locale;

/** Why a mail, or one recipient of it, was not taken: the {@code reason} of logs and metrics. */
public enum Refusal {
    RELAY_DENIED(true, false),
    UNKNOWN_USER(true, false),
    LOOKUP_FAILED(true, true),
    /** The transport table has {@code error:} for him. */
    TRANSPORT_ERROR(true, false),
    /** The transport table has {@code retry:} for him. */
    TRANSPORT_RETRY(true, true),
    /** The primary is up, and the client has not come back yet. */
    PRIMARY_IS_UP(true, true),
    /** The primary is known not to take mail of that size. */
    TOO_LARGE_FOR_PRIMARY(true, false),
    /** The primary is known not to take addresses beyond ASCII. */
    NO_SMTPUTF8_AT_PRIMARY(true, false),
    /** The primary is not one that keeps mail in TLS, as it demands. */
    NO_REQUIRETLS_AT_PRIMARY(true, false),
    /** Whether the primary keeps mail in TLS, as it demands, is not known any more. */
    REQUIRETLS_NOT_KNOWN_AT_PRIMARY(true, true),
    TOO_MANY_RECIPIENTS(true, true),
    /** The client is in a list in the DNS. */
    CLIENT_LISTED(true, false),
    /** The client has had its mails for now. */
    MESSAGE_RATE(true, true),
    /** The client has had its recipients for now. */
    RECIPIENT_RATE(true, true),
    TOO_LARGE(false, false),
    /** None of its recipients' primaries is known to take so much. */
    CONTENT_TOO_LARGE_FOR_PRIMARY(false, false),
    BARE_LINE_END(false, false),
    TOO_MANY_HOPS(false, false),
    /** The spool is filled up to its threshold. */
    SPOOL_FULL(false, true),
    /** The spool did not confirm. */
    SPOOL_UNAVAILABLE(false, true),
    /** The content could be held neither in memory nor in a temporary file. */
    NO_ROOM(false, true),
    /** A filter says that nobody wants it. */
    CONTENT_REFUSED(false, false),
    /** A filter wants the client to come again. */
    CONTENT_DEFERRED(false, true),
    /** A filter could not say. */
    CONTENT_UNCHECKED(false, true),
    /** The client fell silent within a content. */
    TIMED_OUT(false, true);

    private final boolean ofRecipient;
    private final boolean temporary;

    Refusal(boolean ofRecipient, boolean temporary) {
        this.ofRecipient = ofRecipient;
        this.temporary = temporary;
    }

    /** Whether it is one recipient that was refused; else it is the mail. */
    public boolean ofRecipient() {
        return ofRecipient;
    }

    /** Whether the client is to come again. */
    public boolean isTemporary() {
        return temporary;
    }

    /** As logs and metrics name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
