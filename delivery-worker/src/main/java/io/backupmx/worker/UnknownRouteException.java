package io.backupmx.worker;

import io.backupmx.route.Route;

/** A route that is neither configured nor has any mail. */
public final class UnknownRouteException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnknownRouteException(Route route) {
        super("no route " + route);
    }
}
