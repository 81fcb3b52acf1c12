package io.backupmx.spool.artemis;

import io.backupmx.mail.UnknownFormatException;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a route's feed: one transacted session, one thread that does all there is to do with it. Asks for the next
 * mail only when the taker has a place for it, so a pause costs nothing and hoards nothing; settles in groups; what is
 * given back returns to its place when the consumer is closed, which waits until nothing else is in hand.
 */
final class FeedSession {

    private static final Logger LOG = LoggerFactory.getLogger(FeedSession.class);

    /** Waiting for mail while some is in hand: short, for what is settled meanwhile wants its commit. */
    private static final long RECEIVE_BUSY_MILLIS = 8;

    /** Looks at the gate this often even when nobody calls {@link #wake}. */
    private static final long IDLE_MILLIS = 100;

    /** Mails of a format we do not know are left unacknowledged on the session, but not without end. */
    private static final int MAX_UNREADABLE = 1000;

    private final Links.Link link;
    private final ClientSession session;
    private final String queueName;
    private final Optional<Route> route;
    private final Lane lane;
    private final String routeText;
    private final SpoolReader.Taker taker;
    private final Path spillDirectory;
    private final Consumer<SpoolQueue.ForRoute> arrivals;
    private final Set<SpoolQueue.ForRoute> moved = new HashSet<>();
    private final GroupCommit group;
    private final SettlementInbox inbox = new SettlementInbox();
    private final Set<Taken> inHand = new HashSet<>();
    private final List<Taken> givenBack = new ArrayList<>();
    private int unreadable;
    private ClientConsumer consumer;
    private @Nullable NoRoomPause noRoom;
    private volatile long closeByNanos;
    private volatile boolean closing;

    /** @param arrivals told of routes' queues that mail was put behind */
    FeedSession(
            Links.Link link,
            SpoolQueue queue,
            SpoolReader.Taker taker,
            Path spillDirectory,
            Consumer<SpoolQueue.ForRoute> arrivals)
            throws ActiveMQException {
        this.link = link;
        this.session = link.transactedSession();
        this.queueName = QueueNames.nameOf(queue);
        this.route = queue instanceof SpoolQueue.ForRoute(Route only, Lane _) ? Optional.of(only) : Optional.empty();
        this.lane = queue instanceof SpoolQueue.ForRoute(Route _, Lane own) ? own : Lane.BACKLOG;
        this.routeText = route.map(Route::toString).orElse("");
        this.taker = taker;
        this.spillDirectory = spillDirectory;
        this.arrivals = arrivals;
        try {
            Links.ensureQueue(session, queueName);
            this.group = new GroupCommit(session);
            this.consumer = session.createConsumer(queueName);
            session.start();
        } catch (ActiveMQException | RuntimeException e) {
            session.close(); // else it would stay for as long as the connection, and another be made soon
            throw e;
        }
    }

    void wake() {
        inbox.wake();
    }

    void close(Duration grace) {
        closeByNanos = System.nanoTime() + grace.toNanos();
        closing = true;
        wake();
    }

    /**
     * Returns after {@link #close}; throws when the session can no longer be used, or should not be for a while. Whatever
     * is in hand then goes back.
     */
    void run() throws ActiveMQException, IOException, NoRoomPause {
        Throwable why = Failures.unavailable("the feed was closed");
        try {
            while (goesOn()) {
                step();
            }
            settleWhatCame();
            commit();
            if (noRoom != null && !closing) {
                throw noRoom;
            }
        } catch (ActiveMQException | IOException | RuntimeException | NoRoomPause e) {
            why = e;
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            die(why);
        }
    }

    private boolean goesOn() {
        if (closing) {
            return !inHand.isEmpty() && closeByNanos - System.nanoTime() > 0;
        }
        return noRoom == null || !inHand.isEmpty();
    }

    private void step() throws ActiveMQException, IOException, InterruptedException {
        settleWhatCame();
        if (closing || noRoom != null) {
            commit();
            await(TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS));
        } else if (unreadable < MAX_UNREADABLE && taker.wantsMail()) {
            takeOne();
        } else {
            rest();
        }
    }

    private void takeOne() throws ActiveMQException, IOException {
        boolean accepted = false;
        try {
            requeueGivenBack();
            ClientMessage message = receive();
            if (message == null) {
                commit();
                return;
            }
            MailMessages.Facts facts = MailMessages.factsOf(message, this::routeOf);
            Taken mail = new Taken(
                    message, facts.route(), MailMessages.read(message, spillDirectory), this::isSure, inbox::settle);
            inHand.add(mail);
            accepted = true;
            taker.accept(mail);
        } catch (SpillException e) {
            noRoom = new NoRoomPause(e);
        } catch (UnknownFormatException e) {
            unreadable++;
            LOG.atError()
                    .addKeyValue("queue", queueName)
                    .addKeyValue("cause", e.getMessage())
                    .log("mail in a format this version does not read: left where it is");
        } finally {
            if (!accepted) {
                taker.none();
            }
        }
    }

    /** Null when there is none within the taker's patience. */
    private @Nullable ClientMessage receive() throws ActiveMQException {
        long millis = taker.patience().toMillis();
        if (!inHand.isEmpty() || !group.isEmpty()) {
            millis = Math.min(millis, RECEIVE_BUSY_MILLIS);
        }
        return millis > 0 ? consumer.receive(millis) : consumer.receiveImmediate();
    }

    private boolean isSure() {
        return link.isSure() && !inbox.isDead();
    }

    /** Where the queue is a route's, all but mail that was moved here is of that. */
    private Route routeOf(String text) {
        return route.isPresent() && text.equals(routeText) ? route.get() : Route.of(text);
    }

    private void commitUnlessTaking(boolean withCopies) throws ActiveMQException {
        if (!group.takes(withCopies)) {
            commit();
        }
    }

    /** A refused copy ends the taking; what is in hand still settles as it can. */
    private void commit() throws ActiveMQException {
        try {
            group.commit();
            moved.forEach(arrivals);
        } catch (NoRoomException e) {
            noRoom = new NoRoomPause(e);
        } finally {
            moved.clear();
        }
    }

    /** Nothing is wanted: the time to commit, and to put back what was given back. */
    private void rest() throws ActiveMQException, IOException, InterruptedException {
        if (inHand.isEmpty()) {
            commit();
            if (!givenBack.isEmpty()) {
                recycleConsumer();
            }
        }
        await(group.isEmpty() ? TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS) : group.waitNanos());
        if (group.isDue()) {
            commit();
        }
    }

    private void await(long nanos) throws InterruptedException, ActiveMQException, IOException {
        inbox.next(nanos, this::settled);
    }

    private void settleWhatCame() throws ActiveMQException, IOException {
        boolean came = true;
        while (came) {
            came = inbox.nextNow(this::settled);
        }
        if (group.isDue()) {
            commit();
        }
    }

    private void settled(Taken mail, Settlement settlement) throws ActiveMQException, IOException {
        inHand.remove(mail);
        switch (settlement) {
            case Settlement.GiveBack _ -> givenBack.add(mail);
            case Settlement.Replace replace -> {
                boolean withCopies = !replace.copies().isEmpty();
                try (var content = mail.content()) {
                    commitUnlessTaking(withCopies);
                    Copies.send(group, mail, lane, content, replace.copies());
                    group.acknowledge(mail.message(), withCopies, mail);
                } catch (ActiveMQException | IOException | RuntimeException e) {
                    mail.lost(e);
                    throw e;
                }
                for (Settlement.Copy copy : replace.copies()) {
                    if (copy instanceof Settlement.Copy.Fresh fresh) {
                        moved.add(new SpoolQueue.ForRoute(fresh.route()));
                    } else if (copy instanceof Settlement.Copy.Moved(Route other, var _)) {
                        moved.add(new SpoolQueue.ForRoute(other, Lane.BACKLOG));
                    }
                }
            }
        }
        if (group.isDue()) {
            commit();
        }
    }

    /**
     * The taker wants mail again while other mail is still in hand: what was given back need not wait for that, where there is
     * a queue behind which it can go.
     */
    private void requeueGivenBack() throws ActiveMQException, IOException {
        if (givenBack.isEmpty() || (route.isEmpty() && !inHand.isEmpty())) {
            return;
        }
        if (inHand.isEmpty()) {
            commit();
            recycleConsumer();
            return;
        }
        commitUnlessTaking(true);
        for (Taken mail : givenBack) {
            try (var content = mail.content()) {
                Copies.send(group, mail, lane, content, List.of(new Settlement.Copy.Requeued(mail.envelope())));
                group.acknowledge(mail.message(), true, mail);
            }
        }
        givenBack.clear();
    }

    /** Closing a consumer puts all it gave out back in place, so only when nothing else is in hand. */
    private void recycleConsumer() throws ActiveMQException {
        consumer.close();
        for (Taken mail : givenBack) {
            mail.content().close();
            mail.committed();
        }
        givenBack.clear();
        unreadable = 0;
        consumer = session.createConsumer(queueName);
    }

    private void die(Throwable why) {
        inbox.die(why);
        group.lost(why);
        for (Taken mail : givenBack) {
            mail.content().close();
            mail.committed();
        }
        try {
            session.close();
        } catch (ActiveMQException e) {
            LOG.atDebug().addKeyValue("queue", queueName).log("session was gone before it was closed");
        }
    }
}
