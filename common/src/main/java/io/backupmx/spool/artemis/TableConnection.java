package io.backupmx.spool.artemis;

import io.backupmx.spool.SharedTable.Listener;
import io.backupmx.spool.SpoolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of a table: what is heard and what is put lives and dies with it. */
final class TableConnection {

    private static final Logger LOG = LoggerFactory.getLogger(TableConnection.class);

    private final Links.Link link;
    private final TableQueues queues;
    private final Listener listener;
    private final TablePuts puts;
    private final SignsOfLife life = new SignsOfLife("table", this::fail);
    private final Thread writer = Thread.ofVirtual().name("table-writer").unstarted(this::write);

    /** Why it is over, once it is. */
    private final CompletableFuture<Throwable> ended = new CompletableFuture<>();

    /** Held while the listener is told something: one call at a time, and nothing after the last. */
    private final ReentrantLock telling = new ReentrantLock();

    TableConnection(Links.Link link, TableQueues queues, Duration putTimeout, Listener listener) {
        this.link = link;
        this.queues = queues;
        this.puts = new TablePuts(putTimeout);
        this.listener = listener;
    }

    /** Returns when values can be put. Waits for the broker. */
    void open() throws ActiveMQException {
        life.start();
        ClientSession pulse = link.plainSession();
        pulse.addFailureListener(new ConnectionLost(this::fail));
        queues.ensure(pulse);
        life.ask(count -> {
            puts.failOverdue();
            int number = count % TableQueues.COUNT;
            if (!pulse.queueQuery(queues.name(number)).isExists()) { // what is sent there would be dropped
                throw new ActiveMQException("the queue " + queues.name(number) + " is gone");
            }
        });
        writer.start();
    }

    /** Tells the listener what there is to hear, until the connection is over. Returns why it is. */
    Throwable run() {
        tell(Listener::connected);
        try {
            hear();
        } catch (ActiveMQException | RuntimeException | Error e) {
            fail(e);
        }
        Throwable why = ended.join();
        tell(Listener::disconnected);
        return why;
    }

    /** One queue after the other, so that "no more" of one is not said because others fill the connection. */
    private void hear() throws ActiveMQException {
        List<TableEar> ears = new ArrayList<>(TableQueues.COUNT);
        for (int i = 0; i < TableQueues.COUNT; i++) {
            TableEar ear = new TableEar(
                    link.plainSession(), queues.name(i), (key, value) -> tellUnlessOver(l -> l.heard(key, value)));
            ears.add(ear);
            ear.hearAll();
        }
        tellUnlessOver(Listener::complete);
        for (TableEar ear : ears) {
            Thread.ofVirtual().name("table-ear").start(() -> {
                try {
                    ear.hearOn();
                } catch (ActiveMQException | RuntimeException | Error e) {
                    fail(e);
                }
            });
        }
    }

    private void tellUnlessOver(Consumer<Listener> what) {
        telling.lock();
        try {
            if (!ended.isDone()) {
                call(what);
            }
        } finally {
            telling.unlock();
        }
    }

    private void tell(Consumer<Listener> what) {
        telling.lock();
        try {
            call(what);
        } finally {
            telling.unlock();
        }
    }

    private void call(Consumer<Listener> what) {
        try {
            what.accept(listener);
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).log("what the table told was not taken in");
        }
    }

    /** Whether this thread is the listener's, being told something. */
    boolean isTelling() {
        return telling.isHeldByCurrentThread();
    }

    /** From any thread; never waits. */
    CompletionStage<Void> put(String key, byte[] value) {
        return puts.put(key, value);
    }

    private void write() {
        try {
            ClientSession session = link.transactedSession();
            ClientProducer producer = session.createProducer();
            while (true) {
                for (TablePut put : puts.take()) {
                    producer.send(queues.of(put.key()), message(session, put));
                }
                session.commit();
                puts.written();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the connection is over
        } catch (ActiveMQException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private static ClientMessage message(ClientSession session, TablePut put) {
        ClientMessage message = session.createMessage(true);
        message.putStringProperty(ValueQueues.KEY, SimpleString.of(put.key()));
        message.getBodyBuffer().writeBytes(put.value());
        return message;
    }

    /** Nothing comes or goes over it any more. From any thread; never waits; the first cause counts. */
    void fail(Throwable why) {
        if (end(why)) {
            Thread.ofVirtual().name("table-closing").start(link::cut);
        }
    }

    /** The same in good order: waits for the broker, but not for long. */
    void close(Duration patience) throws InterruptedException {
        if (!end(new ActiveMQException("closed"))) {
            return;
        }
        Thread closing = Thread.ofVirtual().name("table-closing").start(link::close);
        Thread cutting = Thread.ofVirtual().name("table-cutting").start(() -> {
            try {
                if (!closing.join(patience)) {
                    link.cut();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        if (!isTelling()) {
            cutting.join();
        }
    }

    private boolean end(Throwable why) {
        if (!ended.complete(why)) {
            return false;
        }
        LOG.atDebug().addKeyValue("cause", why.toString()).log("table's connection over");
        life.end();
        writer.interrupt();
        puts.end(new SpoolException(SpoolException.Kind.UNAVAILABLE, "the broker was lost", why));
        return true;
    }
}
