package io.backupmx.spool.artemis;

import io.backupmx.mail.QueueId;
import io.backupmx.mail.UnknownFormatException;
import io.backupmx.route.Route;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lists, counts and releases, over a connection of its own. Each call has a session of its own. */
final class ArtemisAdmin implements SpoolAdmin {

    private static final Logger LOG = LoggerFactory.getLogger(ArtemisAdmin.class);
    private static final long RECEIVE_MILLIS = 500;

    private final SharedLink links;
    private final ArtemisReader reader;
    private final Path spillDirectory;

    ArtemisAdmin(Links links, ArtemisReader reader, Path spillDirectory) {
        this.links = new SharedLink(links);
        this.reader = reader;
        this.spillDirectory = spillDirectory;
    }

    @Override
    public List<QueueDepth> depths() {
        return call(link -> {
            try (Management management = new Management(link)) {
                List<QueueDepth> depths = new ArrayList<>();
                for (String name : queueNames(management)) {
                    Optional<SpoolQueue> queue = queueCalled(link, name);
                    if (queue.isPresent()) {
                        depths.add(depth(management, name, queue.get()));
                    }
                }
                return depths;
            }
        });
    }

    @Override
    public void browse(SpoolQueue queue, Predicate<ListedMail> viewer) {
        boolean wantsMore = reader.held(queue).stream().allMatch(viewer);
        if (wantsMore) {
            call(link -> {
                try (ClientSession session = link.plainSession()) {
                    return browseResting(session, queue, viewer);
                }
            });
        }
    }

    private static boolean browseResting(ClientSession session, SpoolQueue queue, Predicate<ListedMail> viewer)
            throws ActiveMQException, IOException {
        SimpleString name = SimpleString.of(QueueNames.nameOf(queue));
        if (!session.queueQuery(name).isExists()) {
            return true;
        }
        try (Browser browser = new Browser(session, name)) {
            for (ClientMessage message = browser.next(); message != null; message = browser.next()) {
                Optional<ListedMail> mail = listed(queue, message);
                if (mail.isPresent() && !viewer.test(mail.get())) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public int release(Optional<QueueId> id) {
        return call(link -> {
            try (ClientSession session = link.transactedSession()) {
                GroupCommit group = new GroupCommit(session);
                ClientConsumer consumer = session.createConsumer(
                        SimpleString.of(QueueNames.nameOf(new SpoolQueue.Failed())),
                        id.map(i -> SimpleString.of(MailMessages.QUEUE_ID + " = '" + i + "'"))
                                .orElse(null));
                session.start();
                int released = 0;
                ClientMessage message = consumer.receive(RECEIVE_MILLIS);
                while (message != null) {
                    if (moved(group, message)) {
                        released++;
                    }
                    if (group.isDue()) {
                        group.commit();
                    }
                    message = consumer.receiveImmediate();
                }
                group.commit();
                return released;
            }
        });
    }

    private boolean moved(GroupCommit group, ClientMessage message) throws ActiveMQException, IOException {
        try {
            MailMessages.Facts facts = MailMessages.factsOf(message);
            MailMessages.Body body = MailMessages.read(message, spillDirectory);
            try (var content = body.content()) {
                group.send(
                        new SpoolQueue.ForRoute(facts.route()),
                        facts.route(),
                        body.envelope(),
                        content,
                        Optional.empty());
            }
            group.acknowledge(message, GroupCommit.Member.NOBODY);
            return true;
        } catch (UnknownFormatException e) {
            LOG.atError().addKeyValue("cause", e.getMessage()).log("failed mail in an unknown format: not released");
            return false;
        }
    }

    @Override
    public void close() {
        links.close();
    }

    private static List<String> queueNames(Management management) throws ActiveMQException {
        Object names = management.operation("broker", "getQueueNames");
        return names instanceof Object[] array
                ? Arrays.stream(array)
                        .map(Object::toString)
                        .filter(name -> name.startsWith(QueueNames.PREFIX))
                        .sorted()
                        .toList()
                : List.of();
    }

    /** The name says it, or, where it had to be cut, the mail at the head does. */
    private static Optional<SpoolQueue> queueCalled(Links.Link link, String name) throws ActiveMQException {
        Optional<SpoolQueue> byName = QueueNames.parse(name);
        if (byName.isPresent() || !QueueNames.isRoute(name)) {
            return byName;
        }
        try (ClientSession session = link.plainSession();
                Browser browser = new Browser(session, SimpleString.of(name))) {
            ClientMessage head = browser.next();
            return head == null
                    ? Optional.empty()
                    : Route.parse(head.getStringProperty(MailMessages.ROUTE)).map(SpoolQueue.ForRoute::new);
        }
    }

    private static QueueDepth depth(Management management, String name, SpoolQueue queue) throws ActiveMQException {
        String resource = "queue." + name;
        Optional<Duration> oldest =
                number(management.attribute(resource, "firstMessageAge")).map(Duration::ofMillis);
        return new QueueDepth(
                queue,
                number(management.attribute(resource, "messageCount")).orElse(0L),
                number(management.attribute(resource, "persistentSize")).orElse(0L),
                oldest);
    }

    private static Optional<Long> number(@Nullable Object value) {
        return value instanceof Number number ? Optional.of(number.longValue()) : Optional.empty();
    }

    private static Optional<ListedMail> listed(SpoolQueue queue, ClientMessage message)
            throws ActiveMQException, IOException {
        try {
            MailMessages.Facts facts = MailMessages.factsOf(message);
            return Optional.of(new ListedMail(
                    queue, facts.route(), MailMessages.readEnvelope(message), facts.contentBytes(), facts.notBefore()));
        } catch (UnknownFormatException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("mail in an unknown format: not listed");
            return Optional.empty();
        }
    }

    private interface Call<T> {
        T on(Links.Link link) throws ActiveMQException, IOException;
    }

    private <T> T call(Call<T> call) {
        Links.Link link = null;
        try {
            link = links.get();
            return call.on(link);
        } catch (ActiveMQException | IOException e) {
            if (link != null && !isRefusal(e)) {
                links.broken(link);
            }
            throw Failures.toSpoolException(e);
        }
    }

    private static boolean isRefusal(Exception e) {
        return e instanceof ActiveMQException refused
                && (refused.getType() == ActiveMQExceptionType.QUEUE_DOES_NOT_EXIST
                        || refused.getType() == ActiveMQExceptionType.ADDRESS_FULL);
    }
}
