package io.backupmx.worker.delivery;

import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tables that hold domains, and fail whenever they are asked whether anybody is of those. */
record ConfusedTables(RelayTables others) implements RelayTables {

    @Override
    public Optional<Route.Hold> hold(ForwardPath path) {
        throw new IllegalStateException("of " + path + " nothing can be said");
    }

    @Override
    public Map<Route.Hold, String> holds() {
        return others.holds();
    }

    @Override
    public RecipientVerdict verdict(ForwardPath path) {
        return others.verdict(path);
    }

    @Override
    public boolean isKnown(ForwardPath path) {
        return others.isKnown(path);
    }

    @Override
    public boolean defersWhileUp(ForwardPath path) {
        return others.defersWhileUp(path);
    }

    @Override
    public Set<Domain> domains() {
        return others.domains();
    }

    @Override
    public Set<Route> routes() {
        return others.routes();
    }

    @Override
    public TlsLevels tls() {
        return others.tls();
    }
}
