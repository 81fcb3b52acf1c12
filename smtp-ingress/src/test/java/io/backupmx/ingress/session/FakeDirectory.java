package io.backupmx.ingress.session;

import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Knows everybody at example.test and other.test but who is called {@code nobody}; cannot tell about {@code unsure}; fails
 * for {@code broken}, throws for {@code defect}; answers for {@code slow}, the only one it has to ask about, when the test says so.
 */
final class FakeDirectory implements RecipientDirectory {

    static final Route EXAMPLE = Route.of("smtp:[mx1.example.test]:25");
    static final Route OTHER = Route.of("smtp:[mx1.other.test]:25");

    private final Queue<Promise<RecipientVerdict>> slow = new ConcurrentLinkedQueue<>();

    @Override
    public Future<RecipientVerdict> check(ForwardPath path) {
        return switch (path.address().split("@", 2)[0]) {
            case "nobody" -> Future.succeededFuture(new RecipientVerdict.UnknownUser());
            case "unsure" -> Future.succeededFuture(new RecipientVerdict.Unavailable());
            case "broken" -> Future.failedFuture("as the test says");
            case "defect" -> throw new IllegalStateException("as the test says");
            case "slow" -> {
                Promise<RecipientVerdict> promise = Promise.promise();
                slow.add(promise);
                yield promise.future();
            }
            default -> Future.succeededFuture(verdict(path));
        };
    }

    @Override
    public Future<RecipientVerdict> check(ForwardPath path, Turn turn) {
        return path.address().startsWith("slow@") ? turn.take(Optional::empty, () -> check(path)) : check(path);
    }

    int waiting() {
        return slow.size();
    }

    /** Accepts the oldest slow recipient, from the thread of the test. */
    void answer() {
        slow.remove().complete(new RecipientVerdict.Accepted(EXAMPLE));
    }

    private static RecipientVerdict verdict(ForwardPath path) {
        return switch (path) {
            case ForwardPath.Postmaster _ -> new RecipientVerdict.Accepted(EXAMPLE);
            case ForwardPath.To to
            when to.mailbox().domain().name().equals("example.test") -> new RecipientVerdict.Accepted(EXAMPLE);
            case ForwardPath.To to
            when to.mailbox().domain().name().equals("other.test") -> new RecipientVerdict.Accepted(OTHER);
            case ForwardPath.To _ -> new RecipientVerdict.RelayDenied();
        };
    }
}
