package io.backupmx.spool.artemis;

import io.backupmx.config.Durations;
import io.backupmx.mail.UnknownFormatException;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a retry queue: all its mail waits equally long, so the head is due first. Holds the head until it is due and moves
 * it to its route's queue, in one transaction.
 */
final class RetryFeed implements SpoolReader.DelayFeed {

    private static final Logger LOG = LoggerFactory.getLogger(RetryFeed.class);
    private static final long RECEIVE_MILLIS = 200;
    private static final long END_MILLIS = 5000;

    private final SpoolQueue.Retry queue;
    private final SharedLink links;
    private final Path spillDirectory;
    private final Thread thread;
    private final Object monitor = new Object();
    private Instant flushedAt = Instant.MIN;
    private boolean closing;
    private volatile @Nullable ListedMail held;

    RetryFeed(SpoolQueue.Retry queue, SharedLink links, Path spillDirectory) {
        this.queue = queue;
        this.links = links;
        this.spillDirectory = spillDirectory;
        this.thread =
                Thread.ofVirtual().name("retry-" + queue.delay().toSeconds()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    SpoolQueue.Retry queue() {
        return queue;
    }

    /** The head, which no browser of the queue sees while it is held. */
    Optional<ListedMail> held() {
        return Optional.ofNullable(held);
    }

    @Override
    public void flush() {
        synchronized (monitor) {
            flushedAt = Instant.now();
            monitor.notifyAll();
        }
    }

    @Override
    public void close() {
        synchronized (monitor) {
            closing = true;
            monitor.notifyAll();
        }
        try {
            if (!thread.join(Duration.ofMillis(END_MILLIS))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosing() {
        synchronized (monitor) {
            return closing;
        }
    }

    private void run() {
        Backoff backoff = new Backoff();
        while (!isClosing()) {
            Links.Link link = null;
            try {
                link = links.get();
                try (ClientSession session = link.transactedSession()) {
                    serve(session);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (NoRoomException | SpillException e) {
                held = null;
                LOG.atError()
                        .addKeyValue("queue", QueueNames.nameOf(queue))
                        .addKeyValue("pause", Durations.format(NoRoomPause.LENGTH))
                        .addKeyValue("cause", e.getMessage())
                        .log("no room: retries paused");
                if (!pauseUnlessClosing(NoRoomPause.LENGTH)) {
                    return;
                }
            } catch (ActiveMQException | IOException | RuntimeException e) {
                held = null;
                if (link != null && Failures.isConnectionLost(e)) {
                    links.broken(link);
                }
                if (isClosing() || !backoff.pause(e)) {
                    return;
                }
            } finally {
                held = null;
            }
        }
    }

    private boolean pauseUnlessClosing(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        synchronized (monitor) {
            try {
                for (long left = length.toMillis();
                        !closing && left > 0;
                        left = (end - System.nanoTime()) / 1_000_000) {
                    monitor.wait(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            return !closing;
        }
    }

    private void serve(ClientSession session) throws ActiveMQException, IOException, InterruptedException {
        String name = QueueNames.nameOf(queue);
        Links.ensureQueue(session, name);
        GroupCommit group = new GroupCommit(session);
        ClientConsumer consumer = session.createConsumer(name);
        session.start();
        while (!isClosing()) {
            ClientMessage head = consumer.receive(group.isEmpty() ? RECEIVE_MILLIS : 1);
            if (head == null) {
                group.commit();
                continue;
            }
            try {
                MailMessages.Facts facts = MailMessages.factsOf(head);
                MailMessages.Body body = MailMessages.read(head, spillDirectory);
                try (var content = body.content()) {
                    Instant due = dueAt(facts);
                    long dueNanos = System.nanoTime()
                            + Duration.between(Instant.now(), due).toNanos();
                    if (!isDue(due, dueNanos)) {
                        group.commit();
                        held = new ListedMail(
                                queue, facts.route(), body.envelope(), facts.contentBytes(), Optional.of(due));
                        if (!awaitDue(due, dueNanos)) {
                            return; // closing: the head goes back with the session
                        }
                        held = null;
                    }
                    group.send(
                            new SpoolQueue.ForRoute(facts.route()),
                            facts.route(),
                            body.envelope(),
                            content,
                            Optional.empty());
                }
                group.acknowledge(head, true, GroupCommit.Member.NOBODY);
                if (group.isDue()) {
                    group.commit();
                }
            } catch (UnknownFormatException e) {
                LOG.atError()
                        .addKeyValue("queue", name)
                        .addKeyValue("cause", e.getMessage())
                        .log("mail in a format this version does not read: left where it is");
            }
        }
        group.commit();
    }

    /** A clock that jumped back must not make anybody wait longer than the queue's delay. */
    private Instant dueAt(MailMessages.Facts facts) {
        Instant latest = Instant.now().plus(queue.delay());
        return facts.notBefore().filter(latest::isAfter).orElse(latest);
    }

    private boolean isDue(Instant due, long dueNanos) {
        synchronized (monitor) {
            return isDueNow(due, dueNanos);
        }
    }

    /** Neither a clock that is set back nor a flush "in the future" may change how long a mail waits. */
    private boolean isDueNow(Instant due, long dueNanos) {
        Instant deferred = due.minus(queue.delay());
        boolean flushed = !flushedAt.isAfter(Instant.now()) && !deferred.isAfter(flushedAt);
        return flushed || dueNanos - System.nanoTime() <= 0;
    }

    private boolean awaitDue(Instant due, long dueNanos) throws InterruptedException {
        synchronized (monitor) {
            while (!closing && !isDueNow(due, dueNanos)) {
                monitor.wait(Math.clamp((dueNanos - System.nanoTime()) / 1_000_000 + 1, 1, 60_000));
            }
            return !closing;
        }
    }
}
