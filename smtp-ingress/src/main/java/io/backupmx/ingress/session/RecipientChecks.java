package io.backupmx.ingress.session;

import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Consumer;

/** Asks who the recipients of one session are, and of those that may get mail, whether now. */
final class RecipientChecks {

    private final RecipientDirectory directory;
    private final DeferralPolicy policy;
    private final Optional<InetAddress> client;
    private final EventLoop loop;
    private final SessionLog log;

    /** @param client empty where its address says nothing about it */
    RecipientChecks(
            RecipientDirectory directory,
            DeferralPolicy policy,
            Optional<InetAddress> client,
            EventLoop loop,
            SessionLog log) {
        this.directory = directory;
        this.policy = policy;
        this.client = client;
        this.loop = loop;
        this.log = log;
    }

    /** @param then runs once, on the loop, maybe at once; a directory that fails cannot tell */
    void check(ReversePath from, ForwardPath to, Consumer<RecipientVerdict> then) {
        Future<RecipientVerdict> verdict = directory
                .check(to)
                .compose(found -> found instanceof RecipientVerdict.Accepted accepted
                        ? now(from, to, accepted)
                        : Future.succeededFuture(found));
        if (verdict.isComplete()) {
            then.accept(read(verdict));
        } else {
            verdict.onComplete((_, _) -> loop.run(() -> then.accept(read(verdict))));
        }
    }

    private Future<RecipientVerdict> now(ReversePath from, ForwardPath to, RecipientVerdict.Accepted accepted) {
        return defers(new DeferralPolicy.Attempt(client, from, to, accepted.route()))
                .otherwise(false)
                .map(defers -> defers ? new RecipientVerdict.LeftToPrimary() : accepted);
    }

    private Future<Boolean> defers(DeferralPolicy.Attempt attempt) {
        try {
            return policy.defers(attempt);
        } catch (RuntimeException e) { // a stop has begun, for one
            return Future.failedFuture(e);
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
