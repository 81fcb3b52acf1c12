package io.backupmx.ingress.spf;

import io.backupmx.smtp.ReversePath;
import io.backupmx.spf.SpfResult;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.Optional;

/** What the domain of a sender says of the client that sends for it. */
public interface SenderPolicy {

    /** Nobody is asked. */
    SenderPolicy NONE = (_, _, _) -> Future.succeededFuture(Optional.empty());

    /**
     * Never blocks, never fails, has an end.
     *
     * @param helo asked about where there is no sender (RFC 7208 §2.4)
     * @return empty when nobody is asked
     */
    Future<Optional<SpfResult>> check(InetAddress client, String helo, ReversePath from);
}
