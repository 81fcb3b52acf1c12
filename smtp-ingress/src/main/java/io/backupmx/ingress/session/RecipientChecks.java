package io.backupmx.ingress.session;

import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.smtp.ForwardPath;
import io.vertx.core.Future;
import java.util.function.Consumer;

/** Asks who the recipients of one session are. */
final class RecipientChecks {

    private final RecipientDirectory directory;
    private final EventLoop loop;
    private final SessionLog log;

    RecipientChecks(RecipientDirectory directory, EventLoop loop, SessionLog log) {
        this.directory = directory;
        this.loop = loop;
        this.log = log;
    }

    /** @param then runs once, on the loop, maybe at once; a directory that fails cannot tell */
    void check(ForwardPath to, Consumer<RecipientVerdict> then) {
        Future<RecipientVerdict> verdict = directory.check(to);
        if (verdict.isComplete()) {
            then.accept(read(verdict));
        } else {
            verdict.onComplete((_, _) -> loop.run(() -> then.accept(read(verdict))));
        }
    }

    private RecipientVerdict read(Future<RecipientVerdict> answer) {
        if (answer.failed()) {
            log.lookUpFailed(answer.cause());
            return new RecipientVerdict.Unavailable();
        }
        return answer.result();
    }
}
