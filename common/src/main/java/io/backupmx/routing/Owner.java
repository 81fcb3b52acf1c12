package io.backupmx.routing;

/** Whose a host that a domain's MX records name is. */
enum Owner {
    WE,
    ANOTHER,
    /** Nobody can say now: it has no name of ours, and the DNS does not say which addresses it has. */
    UNKNOWN
}
