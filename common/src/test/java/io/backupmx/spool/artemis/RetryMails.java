package io.backupmx.spool.artemis;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.MailCodec;
import io.backupmx.route.Route;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolQueue;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/** Puts mail onto retry queues, due when a test wants it. */
final class RetryMails {

    private interface Put {
        void on(ClientSession session) throws Exception;
    }

    void put(String url, SpoolQueue.Retry queue, Route route, Envelope envelope, byte[] octets, Instant notBefore)
            throws Exception {
        inSession(
                url,
                queue,
                session -> new GroupCommit(session)
                        .send(queue, route, envelope, Content.of(octets), Optional.of(notBefore)));
    }

    /** Many, in their order, at once: none has to wait for the next one's connection. */
    void putAll(String url, SpoolQueue.Retry queue, Route route, Map<Envelope, Instant> due, byte[] octets)
            throws Exception {
        inSession(url, queue, session -> {
            GroupCommit group = new GroupCommit(session);
            for (Map.Entry<Envelope, Instant> mail : due.entrySet()) {
                group.send(queue, route, mail.getKey(), Content.of(octets), Optional.of(mail.getValue()));
            }
        });
    }

    /** Mail on its route's queue that no writer has told of. */
    void putReady(String url, SpoolQueue.ForRoute queue, Envelope envelope, byte[] octets) throws Exception {
        inSession(
                url,
                queue,
                session -> new GroupCommit(session)
                        .send(queue, queue.route(), envelope, Content.of(octets), Optional.empty()));
    }

    /** A message of a format that is none of ours. */
    void putForeign(String url, SpoolQueue.Retry queue) throws Exception {
        inSession(url, queue, session -> {
            var message = session.createMessage(true);
            message.putIntProperty(MailMessages.FORMAT, MailCodec.NEWEST_VERSION + 1);
            session.createProducer(QueueNames.nameOf(queue)).send(message);
        });
    }

    private static void inSession(String url, SpoolQueue queue, Put put) throws Exception {
        try (Links.Link link = new Links(url, Optional.empty()).consuming();
                ClientSession session = link.transactedSession()) {
            Links.ensureQueue(session, QueueNames.nameOf(queue));
            put.on(session);
            session.commit();
        }
    }
}
