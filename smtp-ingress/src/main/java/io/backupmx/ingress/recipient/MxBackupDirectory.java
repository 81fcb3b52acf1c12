package io.backupmx.ingress.recipient;

import io.backupmx.route.RecipientVerdict;
import io.backupmx.routing.BackupStanding;
import io.backupmx.smtp.ForwardPath;
import io.vertx.core.Future;

/** The tables, and where a domain is in none of them and its MX records decide, the DNS. In doubt 451: never 250, never 554. */
public final class MxBackupDirectory implements RecipientDirectory {

    private final RecipientDirectory tables;
    private final BackupStandings standings;

    public MxBackupDirectory(RecipientDirectory tables, BackupStandings standings) {
        this.tables = tables;
        this.standings = standings;
    }

    @Override
    public Future<RecipientVerdict> check(ForwardPath path) {
        Future<RecipientVerdict> verdict = tables.check(path);
        if (verdict.succeeded()) {
            return verdict.result() instanceof RecipientVerdict.IfMxBackup open ? decide(open) : verdict;
        }
        return verdict.compose(found ->
                found instanceof RecipientVerdict.IfMxBackup open ? decide(open) : Future.succeededFuture(found));
    }

    private Future<RecipientVerdict> decide(RecipientVerdict.IfMxBackup open) {
        return standings.of(open.domain(), open.networks()).map(standing -> switch (standing) {
            case BackupStanding.Permitted _ -> open.then();
            case BackupStanding.Refused _ -> new RecipientVerdict.RelayDenied();
            case BackupStanding.NotNow _ -> new RecipientVerdict.Unavailable();
        });
    }
}
