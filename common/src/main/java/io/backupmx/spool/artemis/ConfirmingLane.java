package io.backupmx.spool.artemis;

import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolQueue;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.SendAcknowledgementHandler;

/**
 * Small mail of one route: one thread sends one after the other without waiting, the broker confirms each once it is on
 * disk. One session is as fast as many (docs/adr/0003).
 */
final class ConfirmingLane implements Runnable {

    private final ClientSession session;
    private final ClientProducer producer;
    private final LinkedBlockingQueue<StoreJob> jobs = new LinkedBlockingQueue<>();
    private final Map<SpoolQueue.ForRoute, SimpleString> addresses = new HashMap<>();
    private final Consumer<StoreJob> onAnswered;
    private final Consumer<Throwable> onBroken;

    /**
     * @param onAnswered the broker has answered this job
     * @param onBroken the session can no longer be trusted
     */
    ConfirmingLane(Links.Link link, Consumer<StoreJob> onAnswered, Consumer<Throwable> onBroken)
            throws ActiveMQException {
        this.session = link.plainSession();
        this.producer = session.createProducer();
        this.onAnswered = onAnswered;
        this.onBroken = onBroken;
        session.addFailureListener(new ConnectionLost(onBroken));
    }

    void submit(StoreJob job) {
        jobs.add(job);
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                send(jobs.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ActiveMQException | RuntimeException e) {
            onBroken.accept(e);
        }
    }

    private void send(StoreJob job) throws ActiveMQException {
        if (!job.begin()) {
            return;
        }
        SpoolEntry entry = job.entries().getFirst();
        Message message;
        try {
            message = MailMessages.toMessage(
                    session, entry.route(), entry.envelope(), job.block(0), job.content(), Optional.empty());
        } catch (IOException e) {
            answered(job, e);
            return;
        }
        try {
            producer.send(addressOf(entry.queue()), message, new Answer(job));
        } catch (ActiveMQException e) {
            answered(job, e);
            if (!Failures.isFull(e)) {
                throw e;
            }
        }
    }

    private SimpleString addressOf(SpoolQueue.ForRoute queue) throws ActiveMQException {
        SimpleString known = addresses.get(queue);
        if (known != null) {
            return known;
        }
        String name = QueueNames.nameOf(queue);
        Links.ensureQueue(session, name);
        SimpleString address = SimpleString.of(name);
        addresses.put(queue, address);
        return address;
    }

    private void answered(StoreJob job, Throwable failure) {
        onAnswered.accept(job);
        job.fail(Failures.toSpoolException(failure));
    }

    /** The broker's word on one message, on a thread of the client. */
    private final class Answer implements SendAcknowledgementHandler {
        private final StoreJob job;

        Answer(StoreJob job) {
            this.job = job;
        }

        @Override
        public void sendAcknowledged(Message message) {
            onAnswered.accept(job);
            job.succeed();
        }

        @Override
        public void sendFailed(Message message, Exception failure) {
            answered(job, failure);
        }
    }
}
