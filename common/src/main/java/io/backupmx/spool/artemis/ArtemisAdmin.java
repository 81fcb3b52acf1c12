package io.backupmx.spool.artemis;

import io.backupmx.mail.QueueId;
import io.backupmx.mail.UnknownFormatException;
import io.backupmx.route.Route;
import io.backupmx.spool.BrokerStatus;
import io.backupmx.spool.Lane;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolQueue;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lists, counts and releases, over a connection of its own. Each call has a session of its own. */
final class ArtemisAdmin implements SpoolAdmin {

    private static final Logger LOG = LoggerFactory.getLogger(ArtemisAdmin.class);

    private final SharedLink links;
    private final ArtemisReader reader;
    private final CutNames names = new CutNames();

    ArtemisAdmin(Links links, ArtemisReader reader) {
        this.links = new SharedLink(links);
        this.reader = reader;
    }

    @Override
    public void ping() {
        boolean _ = links.call(link -> {
            try (ClientSession session = link.plainSession()) {
                return session.queueQuery(SimpleString.of(QueueNames.nameOf(new SpoolQueue.Failed())))
                        .isExists();
            }
        });
    }

    @Override
    public BrokerStatus broker() {
        return links.call(link -> {
            try (BrokerWatch watch = new BrokerWatch(link)) {
                return watch.status();
            }
        });
    }

    @Override
    public List<QueueDepth> depths() {
        return depths(reader.counts()::ask);
    }

    @Override
    public List<QueueDepth> depthsOfLate() {
        return depths(reader.counts()::askUnlessKnown);
    }

    private interface Counting {
        Map<String, Long> by(Management management) throws ActiveMQException;
    }

    private List<QueueDepth> depths(Counting counting) {
        return links.call(link -> {
            try (Management management = new Management(link)) {
                Map<String, Long> counts = counting.by(management);
                Set<String> detailed = detailed(counts);
                List<QueueDepth> depths = new ArrayList<>();
                for (String name : queueNames(management)) {
                    long messages = counts.getOrDefault(name, 0L);
                    Optional<SpoolQueue> queue = names.queueCalled(link, name, messages);
                    if (queue.isPresent()) {
                        depths.add(
                                detailed.contains(name)
                                        ? depth(management, name, queue.get(), messages)
                                        : new QueueDepth(queue.get(), messages, 0, Optional.empty()));
                    }
                }
                return depths;
            }
        });
    }

    /** Those that are asked for more than their count: first of all the few that are no route's, then the longest. */
    private static Set<String> detailed(Map<String, Long> counts) {
        Comparator<Map.Entry<String, Long>> routesLast = Comparator.comparing(e -> QueueNames.isRoute(e.getKey()));
        return counts.entrySet().stream()
                .sorted(routesLast.thenComparing(
                        Map.Entry.<String, Long>comparingByValue().reversed()))
                .limit(QueueDepth.MAX_DETAILED)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    @Override
    public Map<SpoolQueue.ForRoute, Instant> heads(Collection<SpoolQueue.ForRoute> queues) {
        return links.call(link -> {
            try (Management management = new Management(link)) {
                Map<SpoolQueue.ForRoute, Instant> heads = new HashMap<>();
                for (SpoolQueue.ForRoute queue : queues) {
                    head(management, queue).ifPresent(arrived -> heads.put(queue, arrived));
                }
                return heads;
            }
        });
    }

    private static Optional<Instant> head(Management management, SpoolQueue queue) throws ActiveMQException {
        try {
            return Management.number(management.attribute("queue." + QueueNames.nameOf(queue), "firstMessageTimestamp"))
                    .map(Instant::ofEpochMilli);
        } catch (ActiveMQException e) {
            if (e.getType() == ActiveMQExceptionType.QUEUE_DOES_NOT_EXIST) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public List<SpoolQueue> occupied() {
        return links.call(link -> {
            try (Management management = new Management(link)) {
                List<SpoolQueue> queues = new ArrayList<>();
                for (Map.Entry<String, Long> count :
                        reader.counts().ask(management).entrySet()) {
                    names.queueCalled(link, count.getKey(), count.getValue()).ifPresent(queues::add);
                }
                return queues;
            }
        });
    }

    @Override
    public void browse(List<SpoolQueue> queues, Predicate<ListedMail> viewer) {
        boolean _ = links.call(link -> {
            try (ClientSession session = link.plainSession();
                    RestingCounts counts = new RestingCounts(link)) {
                for (SpoolQueue queue : queues) {
                    if (!reader.held(queue).stream().allMatch(viewer)
                            || !browseResting(session, counts, queue, viewer)) {
                        return false;
                    }
                }
                return true;
            }
        });
    }

    private static boolean browseResting(
            ClientSession session, RestingCounts counts, SpoolQueue queue, Predicate<ListedMail> viewer)
            throws ActiveMQException, IOException {
        String name = QueueNames.nameOf(queue);
        ClientSession.QueueQuery found = session.queueQuery(SimpleString.of(name));
        if (!found.isExists() || found.getMessageCount() == 0) {
            return true;
        }
        try (Browser browser = new Browser(session, SimpleString.of(name), () -> counts.of(name))) {
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
        return links.call(link -> {
            int released = 0;
            for (SpoolQueue resting : List.of(new SpoolQueue.Failed(), new SpoolQueue.DeadLetter())) {
                released += release(link, QueueNames.nameOf(resting), id, reader::arrived);
            }
            return released;
        });
    }

    @Override
    public int bounce(Optional<QueueId> id) {
        return links.call(link -> {
            try (ClientSession session = link.plainSession();
                    Management management = new Management(link, ArtemisMails.PASS_MILLIS)) {
                String target = QueueNames.nameOf(new SpoolQueue.Reports(ReportKind.DEMANDED));
                String failed = QueueNames.nameOf(new SpoolQueue.Failed());
                Links.ensureQueue(session, target);
                Links.ensureQueue(session, failed);
                String filter = MailMessages.NULL_SENDER + " IS NULL"
                        + id.map(i -> " AND " + MailMessages.QUEUE_ID + " = '" + i + "'")
                                .orElse("");
                return Management.number(management.operation("queue." + failed, "moveMessages", filter, target))
                        .orElse(0L)
                        .intValue();
            }
        });
    }

    /** The broker moves, route by route, in one pass: what fails again meanwhile is not asked for twice. */
    private static int release(
            Links.Link link, String name, Optional<QueueId> id, Consumer<SpoolQueue.ForRoute> arrivals)
            throws ActiveMQException {
        try (ClientSession session = link.plainSession();
                RestingCounts counts = new RestingCounts(link);
                Management management = new Management(link, ArtemisMails.PASS_MILLIS)) {
            int released = 0;
            for (Route route : routesOn(session, name, () -> counts.of(name), id)) {
                SpoolQueue.ForRoute queue = new SpoolQueue.ForRoute(route, Lane.BACKLOG);
                String target = QueueNames.nameOf(queue);
                Links.ensureQueue(session, target);
                String filter = MailMessages.ROUTE + " = '" + route + "'"
                        + id.map(i -> " AND " + MailMessages.QUEUE_ID + " = '" + i + "'")
                                .orElse("");
                released += Management.number(management.operation("queue." + name, "moveMessages", filter, target))
                        .orElse(0L)
                        .intValue();
                arrivals.accept(queue);
            }
            return released;
        }
    }

    private static Set<Route> routesOn(
            ClientSession session, String name, Browser.Resting resting, Optional<QueueId> id)
            throws ActiveMQException {
        Set<Route> routes = new LinkedHashSet<>();
        try (Browser browser = new Browser(session, SimpleString.of(name), resting)) {
            for (ClientMessage message = browser.next(); message != null; message = browser.next()) {
                String found = String.valueOf(message.getStringProperty(MailMessages.QUEUE_ID));
                if (id.isEmpty() || id.get().value().equals(found)) {
                    Optional.ofNullable(message.getStringProperty(MailMessages.ROUTE))
                            .flatMap(Route::parse)
                            .ifPresent(routes::add);
                }
            }
        }
        return routes;
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

    private static QueueDepth depth(Management management, String name, SpoolQueue queue, long messages)
            throws ActiveMQException {
        String resource = "queue." + name;
        return new QueueDepth(
                queue,
                messages,
                Management.number(management.attribute(resource, "persistentSize"))
                        .orElse(0L),
                Management.number(management.attribute(resource, "firstMessageAge"))
                        .map(Duration::ofMillis));
    }

    static Optional<ListedMail> listed(SpoolQueue queue, ClientMessage message) throws ActiveMQException, IOException {
        try {
            MailMessages.Facts facts = MailMessages.factsOf(message);
            return Optional.of(new ListedMail(
                    queue, facts.route(), MailMessages.readEnvelope(message), facts.contentBytes(), facts.notBefore()));
        } catch (UnknownFormatException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("mail in an unknown format: not listed");
            return Optional.empty();
        }
    }
}
