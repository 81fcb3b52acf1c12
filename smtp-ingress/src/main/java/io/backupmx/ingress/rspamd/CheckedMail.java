package io.backupmx.ingress.rspamd;

import io.backupmx.mail.QueueId;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a mail beside its content.
 *
 * @param client empty where its address says nothing about it
 */
public record CheckedMail(
        QueueId id, Optional<InetAddress> client, String helo, ReversePath from, List<ForwardPath> to) {

    public CheckedMail {
        to = List.copyOf(to);
    }
}
