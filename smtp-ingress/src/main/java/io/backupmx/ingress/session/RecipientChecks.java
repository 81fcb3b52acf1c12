package io.backupmx.ingress.session;

import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Asks who the recipients of one session are, and of those that may get mail, whether now. However many are asked one after the
 * other for a recipient, there is one end for all of it.
 */
final class RecipientChecks {

    /** A client waits for its answer: minutes by RFC 5321 §4.5.3.2.3, half a minute where people were less patient. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final RecipientDirectory directory;
    private final DeferralPolicy policy;
    private final Optional<InetAddress> client;
    private final EventLoop loop;
    private final SessionLog log;
    private final Duration patience;

    /**
     * @param client empty where its address says nothing about it
     * @param patience for all that is asked about one recipient
     */
    RecipientChecks(
            RecipientDirectory directory,
            DeferralPolicy policy,
            Optional<InetAddress> client,
            EventLoop loop,
            SessionLog log,
            Duration patience) {
        this.directory = directory;
        this.policy = policy;
        this.client = client;
        this.loop = loop;
        this.log = log;
        this.patience = patience;
    }

    /**
     * @param then runs once, on the loop, maybe at once, and when patience ends at the latest; a directory that fails, or is
     *     not done by then, cannot tell
     */
    void check(ReversePath from, ForwardPath to, Consumer<RecipientVerdict> then) {
        Future<RecipientVerdict> who = directory.check(to);
        Future<RecipientVerdict> verdict = who.compose(found -> found instanceof RecipientVerdict.Accepted accepted
                ? now(from, to, accepted)
                : Future.succeededFuture(found));
        if (verdict.isComplete()) {
            then.accept(read(verdict));
            return;
        }
        CompletableFuture<Future<RecipientVerdict>> inTime = new CompletableFuture<>();
        verdict.onComplete((_, _) -> inTime.complete(verdict));
        var _ = inTime.completeOnTimeout(who, patience.toMillis(), TimeUnit.MILLISECONDS)
                .thenAccept(answer -> loop.run(() -> then.accept(answer.isComplete() ? read(answer) : tooLate(to))));
    }

    private RecipientVerdict tooLate(ForwardPath to) {
        log.lookUpFailed(new TimeoutException("nothing known of " + to + " within " + patience.toSeconds() + " s"));
        return new RecipientVerdict.Unavailable();
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
