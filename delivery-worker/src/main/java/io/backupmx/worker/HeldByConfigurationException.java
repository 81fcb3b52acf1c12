package io.backupmx.worker;

import io.backupmx.route.Route;

/** An operator's word on a route that the configuration holds. */
public final class HeldByConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public HeldByConfigurationException(Route route) {
        super(route + " is held by the configuration: take domains."
                + route.toString().substring(Route.Hold.PREFIX.length()) + ".hold out of it, and its mail goes on");
    }
}
