package io.backupmx.ingress.recipient;

import io.backupmx.route.RecipientVerdict;
import io.backupmx.smtp.ForwardPath;
import io.vertx.core.Future;

/** Who may get mail, for sessions to ask at RCPT. Never blocks; a failed future means {@link RecipientVerdict.Unavailable}. */
public interface RecipientDirectory {

    Future<RecipientVerdict> check(ForwardPath path);
}
