package io.backupmx.ingress.recipient;

import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.Optional;

/** Whether a client is told to come again although its recipient may get mail. */
public interface DeferralPolicy {

    /** Nobody is. */
    DeferralPolicy NONE = _ -> Future.succeededFuture(false);

    /**
     * One RCPT.
     *
     * @param client empty where its address says nothing about it
     * @param route where the mail would go
     */
    record Attempt(Optional<InetAddress> client, ReversePath from, ForwardPath to, Route route) {}

    /** Never blocks; a failed future means no. To be asked once for each RCPT, for it may remember that. */
    Future<Boolean> defers(Attempt attempt);
}
