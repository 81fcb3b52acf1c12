package io.backupmx.ingress.dnsbl;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.Optional;

/** Whether clients are in lists that an operator has named. */
public interface Blocklists {

    /** There are none. */
    Blocklists NONE = _ -> Future.succeededFuture(Optional.empty());

    /** The list that refuses mail of {@code client}. Never blocks, never fails; in doubt there is none. */
    Future<Optional<String>> listing(InetAddress client);
}
