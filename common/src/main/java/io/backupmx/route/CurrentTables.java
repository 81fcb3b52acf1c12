package io.backupmx.route;

import io.backupmx.config.DomainRetry;
import io.backupmx.config.Failures;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tables that are in use now. They may be replaced while they are asked; each answer is of one of them. */
public final class CurrentTables implements RelayTables {

    private volatile RelayTables tables;

    public CurrentTables(RelayTables tables) {
        this.tables = tables;
    }

    /** From now on {@code newer} answers. */
    public void replace(RelayTables newer) {
        tables = newer;
    }

    @Override
    public RecipientVerdict verdict(ForwardPath path) {
        return tables.verdict(path);
    }

    @Override
    public boolean isKnown(ForwardPath path) {
        return tables.isKnown(path);
    }

    @Override
    public boolean defersWhileUp(ForwardPath path) {
        return tables.defersWhileUp(path);
    }

    @Override
    public Optional<Failures> failures(ForwardPath path) {
        return tables.failures(path);
    }

    @Override
    public Optional<DomainRetry> retry(ForwardPath path) {
        return tables.retry(path);
    }

    @Override
    public Set<DomainRetry> retries() {
        return tables.retries();
    }

    @Override
    public Optional<Route> way(ForwardPath path) {
        return tables.way(path);
    }

    @Override
    public Optional<Route> way(Domain domain) {
        return tables.way(domain);
    }

    @Override
    public Optional<Route.Hold> hold(ForwardPath path) {
        return tables.hold(path);
    }

    @Override
    public Map<Route.Hold, String> holds() {
        return tables.holds();
    }

    @Override
    public String ways() {
        return tables.ways();
    }

    @Override
    public Set<Domain> domains() {
        return tables.domains();
    }

    @Override
    public Set<Route> routes() {
        return tables.routes();
    }

    @Override
    public TlsLevels tls() {
        return tables.tls();
    }
}
