package io.backupmx.spool.artemis;

import io.backupmx.mail.UnknownFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a queue's next mail on a thread of its own, so that the session's thread need not: a receive of the broker's
 * client cannot be interrupted by what has to be settled. An idle queue costs one question a minute. It only receives; all
 * else on the session is its owner's.
 */
final class HeadFetcher {

    private static final Logger LOG = LoggerFactory.getLogger(HeadFetcher.class);

    /** How long to wait before the broker is asked whether there is really nothing. */
    private static final long RECEIVE_MILLIS = 60_000;

    /** Mails of a format we do not know are left unacknowledged on the session, but not without end. */
    private static final int MAX_UNREADABLE = 1000;

    /** The mail at the head; its content is the receiver's. */
    record Head(ClientMessage message, MailMessages.Facts facts, MailMessages.Body body) {}

    private final ClientConsumer consumer;
    private final String queueName;
    private final Path spillDirectory;
    private final Runnable arrived;
    private final Semaphore wanted = new Semaphore(0);
    private final AtomicReference<@Nullable Head> fetched = new AtomicReference<>();
    private final Thread thread;
    private int unreadable;
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    /** @param arrived told when {@link #poll} or {@link #failure} has something to say; must not block */
    HeadFetcher(ClientConsumer consumer, String queueName, Path spillDirectory, Runnable arrived) {
        this.consumer = consumer;
        this.queueName = queueName;
        this.spillDirectory = spillDirectory;
        this.arrived = arrived;
        this.thread = Thread.ofVirtual().name("head-of-" + queueName).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Asks for one more mail. */
    void next() {
        wanted.release();
    }

    /** The mail asked for, once it is there. */
    Optional<Head> poll() {
        return Optional.ofNullable(fetched.getAndSet(null));
    }

    /** Why no more mail will come. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Asks no more. The consumer has to be closed, too, for this to end at once. */
    void close() {
        closed = true;
        thread.interrupt();
        discard();
    }

    private void discard() {
        poll().ifPresent(head -> head.body().content().close());
    }

    private void run() {
        try {
            while (!closed) {
                wanted.acquire();
                fetched.set(fetch());
                if (closed) {
                    discard();
                }
                arrived.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ActiveMQException | IOException | RuntimeException | Error e) {
            failure = e;
            arrived.run();
        }
    }

    private Head fetch() throws ActiveMQException, IOException, InterruptedException {
        while (true) {
            ClientMessage message = consumer.receive(RECEIVE_MILLIS);
            if (message == null) {
                continue; // a closed consumer throws
            }
            try {
                MailMessages.Facts facts = MailMessages.factsOf(message);
                return new Head(message, facts, MailMessages.read(message, spillDirectory));
            } catch (UnknownFormatException e) {
                LOG.atError()
                        .addKeyValue("queue", queueName)
                        .addKeyValue("cause", e.getMessage())
                        .log("mail in a format this version does not read: left where it is");
                if (++unreadable == MAX_UNREADABLE) {
                    LOG.atError()
                            .addKeyValue("queue", queueName)
                            .log("too much unreadable mail: queue no longer served");
                    new Semaphore(0).acquire(); // until closed
                }
            }
        }
    }
}
