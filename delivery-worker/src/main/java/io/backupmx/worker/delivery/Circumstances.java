package io.backupmx.worker.delivery;

/**
 * What a judgement needs to know beside the replies.
 *
 * @param secondTry whether a connection was lost under this mail already, so that it gets no further one
 * @param suspect whether the mail has been taken suspiciously often: it must not be given back for ever
 * @param routeAtFault whether the gate holds a content that was lost on its way against the route
 */
record Circumstances(boolean secondTry, boolean suspect, boolean routeAtFault) {}
