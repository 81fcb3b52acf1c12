package io.backupmx.ingress.recipient;

import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.smtp.ForwardPath;
import io.vertx.core.Future;

/** The directory that the relay tables are. Tables may be replaced while sessions ask; each answer is of one of them. */
public final class TableRecipientDirectory implements RecipientDirectory {

    private volatile RelayTables tables;

    public TableRecipientDirectory(RelayTables tables) {
        this.tables = tables;
    }

    /** From now on {@code newer} answers; what was accepted before stays accepted. */
    public void replace(RelayTables newer) {
        tables = newer;
    }

    @Override
    public Future<RecipientVerdict> check(ForwardPath path) {
        return Future.succeededFuture(tables.verdict(path));
    }

    @Override
    public Future<RecipientVerdict> check(ForwardPath path, Turn turn) {
        return check(path);
    }
}
