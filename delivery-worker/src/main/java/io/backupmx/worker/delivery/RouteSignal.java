package io.backupmx.worker.delivery;

/** What one transaction says about its route. */
sealed interface RouteSignal {

    /** A mail was taken. */
    record Well() implements RouteSignal {}

    /** Nothing for or against it. */
    record Nothing() implements RouteSignal {}

    /** Somebody is there, but not well. */
    record Trouble(String why) implements RouteSignal {}

    /** The connection was lost under a content. */
    record ContentLost(String why) implements RouteSignal {}
}
