package io.backupmx.ingress.session;

import io.backupmx.ingress.dnsbl.Blocklists;
import io.backupmx.ingress.protocol.ClientRefusal;
import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Asks who the recipients of one session are, and of those that may get mail, whether now and from this client. However many are
 * asked one after the other for a recipient, there is one end for all of it. The answer about one who does not exist may have to
 * wait.
 */
final class RecipientChecks {

    /** A client waits for its answer: minutes by RFC 5321 §4.5.3.2.3, half a minute where people were less patient. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /**
     * What there is to tell.
     *
     * @param refusal why the recipient, though it may get mail, gets none of this client
     */
    record Answer(RecipientVerdict verdict, Optional<ClientRefusal> refusal) {
        Answer(RecipientVerdict verdict) {
            this(verdict, Optional.empty());
        }
    }

    private static final Set<String> OPERATORS = Set.of("postmaster", "abuse");

    private final RecipientDirectory directory;
    private final DeferralPolicy policy;
    private final Blocklists blocklists;
    private final ClientShare share;
    private final TarPit tarPit;
    private final Optional<InetAddress> client;
    private final EventLoop loop;
    private final SessionLog log;
    private final Duration patience;
    private volatile boolean closed;

    /**
     * @param client empty where its address says nothing about it, or nobody is to be asked about it
     * @param patience for all that is asked about one recipient
     */
    RecipientChecks(
            RecipientDirectory directory,
            DeferralPolicy policy,
            Blocklists blocklists,
            ClientShare share,
            TarPit tarPit,
            Optional<InetAddress> client,
            EventLoop loop,
            SessionLog log,
            Duration patience) {
        this.directory = directory;
        this.policy = policy;
        this.blocklists = blocklists;
        this.share = share;
        this.tarPit = tarPit;
        this.client = client;
        this.loop = loop;
        this.log = log;
        this.patience = patience;
    }

    /**
     * @param then runs once, on the loop, maybe at once, and when patience ends at the latest, unless the session ends before; a
     *     directory that fails, or is not done by then, cannot tell
     */
    void check(ReversePath from, ForwardPath to, Consumer<Answer> then) {
        long end = System.nanoTime() + patience.toNanos();
        BooleanSupplier wanted = () -> !closed && end - System.nanoTime() > 0;
        Future<RecipientVerdict> who =
                directory.check(to, (known, question) -> share.ask(loop, wanted, known, question));
        Future<Answer> answer = who.compose(found -> found instanceof RecipientVerdict.Accepted accepted
                ? now(from, to, accepted)
                : Future.succeededFuture(new Answer(found)));
        if (answer.isComplete()) {
            tell(read(answer), then);
            return;
        }
        CompletableFuture<Future<Answer>> inTime = new CompletableFuture<>();
        answer.onComplete((_, _) -> inTime.complete(answer));
        var _ = inTime.completeOnTimeout(who.map(Answer::new), patience.toMillis(), TimeUnit.MILLISECONDS)
                .thenAccept(known -> loop.run(() -> tell(known.isComplete() ? read(known) : tooLate(to), then)));
    }

    /** What is asked about next is of another mail. */
    void mailBegins() {
        share.mailBegins();
    }

    /** Takes the recipient, to whom nobody else objects, from what the client may have; or says why not. */
    Optional<ClientRefusal> take() {
        return share.take();
    }

    private Answer tooLate(ForwardPath to) {
        log.lookUpFailed(new TimeoutException("nothing known of " + to + " within " + patience.toSeconds() + " s"));
        return new Answer(new RecipientVerdict.Unavailable());
    }

    /** Whether the client waits for an answer that is there. */
    boolean isDelaying() {
        return tarPit.isTaken();
    }

    /** The session is over: nobody waits any more. */
    void close() {
        closed = true;
        tarPit.close();
    }

    private void tell(Answer answer, Consumer<Answer> then) {
        if (answer.verdict() instanceof RecipientVerdict.UnknownUser) {
            tarPit.leave(share.unknownRecipient(), () -> then.accept(answer));
        } else {
            then.accept(answer);
        }
    }

    private Future<Answer> now(ReversePath from, ForwardPath to, RecipientVerdict.Accepted accepted) {
        return listing(to)
                .compose(listed -> listed.isPresent()
                        ? Future.succeededFuture(new Answer(accepted, listed))
                        : later(from, to, accepted).map(Answer::new));
    }

    private Future<Optional<ClientRefusal>> listing(ForwardPath to) {
        return isForOperators(to)
                ? Future.succeededFuture(Optional.empty())
                : client.map(blocklists::listing)
                        .orElseGet(() -> Future.succeededFuture(Optional.empty()))
                        .map(zone -> zone.map(ClientRefusal.Listed::new));
    }

    /** Who is listed wrongly has to be able to say so (RFC 5321 §4.5.1, RFC 2142 §4). */
    private static boolean isForOperators(ForwardPath path) {
        return switch (path) {
            case ForwardPath.Postmaster _ -> true;
            case ForwardPath.To to ->
                OPERATORS.contains(to.mailbox().localPart().toLowerCase(Locale.ROOT));
        };
    }

    private Future<RecipientVerdict> later(ReversePath from, ForwardPath to, RecipientVerdict.Accepted accepted) {
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

    private Answer read(Future<Answer> answer) {
        if (answer.failed()) {
            log.lookUpFailed(answer.cause());
            return new Answer(new RecipientVerdict.Unavailable());
        }
        return answer.result();
    }
}
