package io.backupmx.spool.artemis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this worker says on one connection. One thread sends, in groups that end with an answer of the broker, so that what
 * a frozen broker does not read waits here, bounded, and beyond the bound is dropped.
 */
final class ClusterTalk {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterTalk.class);
    private static final int MAX_WAITING = 4096;
    private static final long MAX_WAITING_CHARS = 16 << 20;
    private static final int GROUP = 64;

    private static final RareWarning TOO_LARGE = new RareWarning(LOG, "message too large for the cluster: dropped");
    private static final RareWarning TOO_MANY = new RareWarning(LOG, "the broker does not keep up: messages dropped");

    /** Of one message. */
    private static final int MAX_CHARS = 4 << 20;

    private final ClientSession session;
    private final String self;
    private final Consumer<Throwable> failed;
    private final LinkedBlockingQueue<Said> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
    private final AtomicLong waitingChars = new AtomicLong();
    private final Thread thread;

    private record Said(String to, String text) {}

    ClusterTalk(ClientSession session, String self, Consumer<Throwable> failed) {
        this.session = session;
        this.self = self;
        this.failed = failed;
        this.thread = Thread.ofVirtual().name("cluster-talk").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void end() {
        thread.interrupt();
    }

    /** Never waits. */
    void say(String to, String message) {
        if (message.length() > MAX_CHARS) {
            TOO_LARGE.count();
            return;
        }
        if (waitingChars.addAndGet(message.length()) > MAX_WAITING_CHARS || !waiting.offer(new Said(to, message))) {
            waitingChars.addAndGet(-message.length());
            TOO_MANY.count();
        }
    }

    private void run() {
        List<Said> group = new ArrayList<>(GROUP);
        try (ClientProducer producer = session.createProducer(ClusterQueues.TALK)) {
            while (true) {
                group.add(waiting.take());
                waiting.drainTo(group, GROUP - 1);
                for (Said said : group) {
                    producer.send(message(said));
                }
                session.commit();
                for (Said said : group) {
                    waitingChars.addAndGet(-said.text().length());
                }
                group.clear();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the connection is over
        } catch (ActiveMQException | RuntimeException | Error e) {
            failed.accept(e);
        }
    }

    private ClientMessage message(Said said) {
        ClientMessage message = session.createMessage(false);
        message.putStringProperty(ClusterQueues.FROM.toString(), self);
        message.putStringProperty(ClusterQueues.TO.toString(), said.to());
        message.getBodyBuffer().writeBytes(said.text().getBytes(StandardCharsets.UTF_8));
        return message;
    }
}
