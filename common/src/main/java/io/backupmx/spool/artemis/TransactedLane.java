package io.backupmx.spool.artemis;

import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolEntry;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/**
 * Large mail, which is streamed, and mail of several routes, which is stored for all or for none: one thread, one
 * transaction a mail, {@code commit} returns when it is on disk. Several lanes take from one queue of jobs.
 */
final class TransactedLane implements Runnable {

    private final Links.Link link;
    private final BlockingQueue<StoreJob> jobs;
    private final Consumer<StoreJob> onAnswered;
    private final Consumer<Throwable> onBroken;
    private final Set<String> knownQueues = new HashSet<>();

    TransactedLane(
            Links.Link link,
            BlockingQueue<StoreJob> jobs,
            Consumer<StoreJob> onAnswered,
            Consumer<Throwable> onBroken) {
        this.link = link;
        this.jobs = jobs;
        this.onAnswered = onAnswered;
        this.onBroken = onBroken;
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                serveUntilOneFails();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ActiveMQException | RuntimeException e) {
            onBroken.accept(e);
        }
    }

    /** A session that failed a mail may hold half of it: it ends, and what it held goes with it. */
    private void serveUntilOneFails() throws ActiveMQException, InterruptedException {
        ClientSession session = link.transactedSession();
        try {
            ClientProducer producer = session.createProducer();
            StoreJob job = jobs.take();
            while (!job.begin() || store(session, producer, job)) {
                job = jobs.take();
            }
        } finally {
            session.close();
        }
    }

    private boolean store(ClientSession session, ClientProducer producer, StoreJob job) {
        try {
            for (int i = 0; i < job.entries().size(); i++) {
                send(session, producer, job, i);
            }
            session.commit();
        } catch (ActiveMQException | IOException | RuntimeException e) {
            knownQueues.clear();
            onAnswered.accept(job);
            job.fail(Failures.toSpoolException(e));
            return false;
        }
        onAnswered.accept(job);
        job.succeed();
        return true;
    }

    private void send(ClientSession session, ClientProducer producer, StoreJob job, int i)
            throws ActiveMQException, IOException {
        SpoolEntry entry = job.entries().get(i);
        String queue = QueueNames.nameOf(entry.queue());
        if (knownQueues.add(queue)) {
            Links.ensureQueue(session, queue);
        }
        producer.send(
                SimpleString.of(queue),
                MailMessages.toMessage(
                        session, entry.route(), entry.envelope(), job.block(i), job.content(), Optional.empty()));
    }
}
