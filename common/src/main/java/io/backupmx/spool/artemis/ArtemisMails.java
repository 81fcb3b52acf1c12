package io.backupmx.spool.artemis;

import io.backupmx.mail.UnknownFormatException;
import io.backupmx.spool.FailedMail;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.MailParts;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.RestingMails;
import io.backupmx.spool.SpoolQueue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Single mails, over a connection of its own, made when first wanted. By id the broker itself counts, filters, removes and moves, for
 * its queues page: a consumer with a filter would never see what is beyond the pages in memory, where an iteration within the
 * broker does. From the head of a queue mail is consumed, so that exactly what was judged is what goes.
 */
final class ArtemisMails implements RestingMails {

    private static final Logger LOG = LoggerFactory.getLogger(ArtemisMails.class);

    /** For a pass over a queue with millions of mails. */
    static final long PASS_MILLIS = 120_000;

    private static final long HEAD_MILLIS = 500;
    private static final int GROUP = 50;

    /** Mails of a format we do not know are passed over, and those that say nothing, but not without end. */
    private static final int MAX_PASSED_OVER = 1000;

    private final SharedLink links;

    ArtemisMails(Links links) {
        this.links = new SharedLink(links);
    }

    @Override
    public void look(MailParts parts, List<SpoolQueue> queues, Viewer viewer) {
        boolean _ = links.call(link -> {
            try (ClientSession session = link.plainSession();
                    Management management = new Management(link, PASS_MILLIS)) {
                for (SpoolQueue queue : queues) {
                    look(session, management, parts, queue, viewer);
                }
                return true;
            }
        });
    }

    private static void look(
            ClientSession session, Management management, MailParts parts, SpoolQueue queue, Viewer viewer)
            throws ActiveMQException, IOException {
        String name = QueueNames.nameOf(queue);
        long there = number(management, name, "countMessages", filter(parts));
        if (there == 0) {
            return;
        }
        try (Browser browser =
                new Browser(session, SimpleString.of(name), SimpleString.of(filter(parts)), () -> there)) {
            for (ClientMessage message = browser.next(); message != null; message = browser.next()) {
                show(queue, message, viewer);
            }
        }
    }

    private static void show(SpoolQueue queue, ClientMessage message, Viewer viewer)
            throws ActiveMQException, IOException {
        try {
            MailMessages.Facts facts = MailMessages.factsOf(message);
            MailMessages.pass(
                    message,
                    envelope -> viewer.part(
                            new ListedMail(queue, facts.route(), envelope, facts.contentBytes(), facts.notBefore())));
        } catch (UnknownFormatException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("mail in an unknown format: not shown");
        }
    }

    @Override
    public int remove(MailParts parts, List<SpoolQueue> queues) {
        return links.call(link -> {
            try (Management management = new Management(link, PASS_MILLIS)) {
                long removed = 0;
                for (SpoolQueue queue : queues) {
                    removed += number(management, QueueNames.nameOf(queue), "removeMessages", filter(parts));
                }
                return Math.toIntExact(removed);
            }
        });
    }

    @Override
    public int move(MailParts parts, SpoolQueue queue, SpoolQueue.Reports to) {
        String target = QueueNames.nameOf(to);
        return links.call(link -> {
            try (ClientSession session = link.plainSession();
                    Management management = new Management(link, PASS_MILLIS)) {
                Links.ensureQueue(session, target);
                return Math.toIntExact(
                        number(management, QueueNames.nameOf(queue), "moveMessages", filter(parts), target));
            }
        });
    }

    private static long number(Management management, String queue, String operation, Object... arguments)
            throws ActiveMQException {
        try {
            return Management.number(management.operation("queue." + queue, operation, arguments))
                    .orElse(0L);
        } catch (ActiveMQException e) {
            if (e.getType() == ActiveMQExceptionType.QUEUE_DOES_NOT_EXIST) {
                return 0;
            }
            throw e;
        }
    }

    private static String filter(MailParts parts) {
        return parts.ids().stream()
                        .map(id -> "'" + id + "'")
                        .collect(Collectors.joining(",", MailMessages.QUEUE_ID + " IN (", ")"))
                + parts.route()
                        .map(route -> " AND " + MailMessages.ROUTE + " = '" + route + "'")
                        .orElse("");
    }

    @Override
    public int prune(SpoolQueue queue, Judge judge) {
        return links.call(link -> {
            SimpleString name = SimpleString.of(QueueNames.nameOf(queue));
            try (ClientSession session = link.transactedSession()) {
                if (session.queueQuery(name).getMessageCount() == 0) {
                    return 0;
                }
                try (ClientConsumer consumer = session.createConsumer(name)) {
                    session.start();
                    return prune(session, consumer, queue, judge);
                } // what is in hand returns to its place
            }
        });
    }

    private static int prune(ClientSession session, ClientConsumer consumer, SpoolQueue queue, Judge judge)
            throws ActiveMQException, IOException {
        List<FailedMail> group = new ArrayList<>(GROUP);
        int removed = 0;
        int passedOver = 0;
        boolean goesOn = true;
        while (goesOn && passedOver < MAX_PASSED_OVER) {
            ClientMessage message = consumer.receive(HEAD_MILLIS);
            if (message == null) {
                break;
            }
            Optional<ListedMail> mail = ArtemisAdmin.listed(queue, message);
            if (mail.isEmpty()) {
                passedOver++;
                continue;
            }
            FailedMail failed = new FailedMail(mail.get(), MailMessages.failedAt(message));
            switch (judge.judge(failed)) {
                case GOES -> {
                    message.individualAcknowledge();
                    group.add(failed);
                }
                case PASSED_OVER -> passedOver++;
                case STAYS -> goesOn = false;
            }
            if (group.size() >= GROUP) {
                removed += commit(session, group, judge);
            }
        }
        return removed + commit(session, group, judge);
    }

    private static int commit(ClientSession session, List<FailedMail> group, Judge judge) throws ActiveMQException {
        if (group.isEmpty()) {
            return 0;
        }
        group.forEach(judge::removing);
        try {
            session.commit();
        } catch (ActiveMQException | RuntimeException e) { // of those the one by which the client says: interrupted
            group.forEach(failed -> LOG.atWarn()
                    .addKeyValue("queue_id", failed.mail().envelope().queueId())
                    .addKeyValue("cause", e.getMessage())
                    .log("removal not confirmed: it may be there or not"));
            throw e;
        }
        int removed = group.size();
        group.forEach(judge::removed);
        group.clear();
        return removed;
    }

    @Override
    public void close() {
        links.close();
    }
}
