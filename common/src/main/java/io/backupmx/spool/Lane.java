package io.backupmx.spool;

/**
 * The two queues that a route has, so that an outage's mail does not stand before what comes after it: whoever reads a route reads
 * both, and each has its share.
 */
public enum Lane {
    /** What came while nothing was known to be wrong with its route. */
    FRESH,
    /** What has waited, or has to: it came while its route was not up, or comes from another queue. */
    BACKLOG
}
