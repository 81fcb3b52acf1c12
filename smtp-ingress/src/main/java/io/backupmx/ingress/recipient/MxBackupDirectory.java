package io.backupmx.ingress.recipient;

import io.backupmx.route.RecipientVerdict;
import io.backupmx.routing.BackupStanding;
import io.backupmx.smtp.ForwardPath;
import io.vertx.core.Future;
import java.util.Optional;

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
        return check(path, Turn.NOW);
    }

    @Override
    public Future<RecipientVerdict> check(ForwardPath path, Turn turn) {
        Future<RecipientVerdict> verdict = tables.check(path, turn);
        if (verdict.succeeded()) {
            return verdict.result() instanceof RecipientVerdict.IfMxBackup open ? decide(open, turn) : verdict;
        }
        return verdict.compose(found ->
                found instanceof RecipientVerdict.IfMxBackup open ? decide(open, turn) : Future.succeededFuture(found));
    }

    private Future<RecipientVerdict> decide(RecipientVerdict.IfMxBackup open, Turn turn) {
        return turn.take(
                () -> known(open),
                () -> standings.of(open.domain(), open.networks()).map(standing -> judge(open, standing)));
    }

    private Optional<Future<RecipientVerdict>> known(RecipientVerdict.IfMxBackup open) {
        return standings
                .known(open.domain(), open.networks())
                .map(standing -> Future.succeededFuture(judge(open, standing)));
    }

    private static RecipientVerdict judge(RecipientVerdict.IfMxBackup open, BackupStanding standing) {
        return switch (standing) {
            case BackupStanding.Permitted _ -> open.then();
            case BackupStanding.Refused _ -> new RecipientVerdict.RelayDenied();
            case BackupStanding.NotNow _ -> new RecipientVerdict.Unavailable();
        };
    }
}
