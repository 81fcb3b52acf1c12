package io.backupmx.worker.notice;

import java.util.Locale;

/** What a notice is about. */
public enum NoticeKind {
    /** A route has taken no mail for a while. */
    ROUTE_DOWN,
    /** One that somebody was told of takes mail again. */
    ROUTE_UP,
    /** A primary came back refusing what it should take. */
    QUARANTINE,
    /** Mail waits on a route that is in no configuration any more. */
    ROUTE_GONE,
    /** Too much mail has had its time at once. */
    EXPIRY_STOPPED,
    /** Failed mail was deleted for want of room. */
    NO_ROOM,
    /** What a day came to. */
    DIGEST,
    /** An operator wants to see one. */
    TEST;

    /** As metrics, log and memory have it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
