package io.backupmx.ingress.rspamd;

import io.backupmx.ingress.protocol.ContentVerdict;
import io.backupmx.mail.Content;
import io.vertx.core.Future;

/** Says of contents whether they are to be taken. */
public interface ContentCheck {

    /** Takes all. */
    ContentCheck NONE = (_, _) -> Future.succeededFuture(ContentVerdict.TAKE);

    /**
     * Never blocks, never fails, has an end. To be called on an event loop, where the future completes.
     *
     * @param content not to be closed before that, and of no interest afterwards
     */
    Future<ContentVerdict> judge(CheckedMail mail, Content content);
}
