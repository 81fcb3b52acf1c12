package io.backupmx.spool.artemis;

import io.backupmx.mail.Content;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.ListedMail;
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
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a retry queue's feed: one transacted session, and one thread that does all there is to do with it but wait
 * for mail ({@link HeadFetcher}). Holds the head until it is due, then hands it to a place of its route, or moves it behind
 * its route's backlog where there is none, and has the next at once. What it handed out is settled in groups, whatever head
 * is held meanwhile.
 */
final class DelaySession {

    private static final Logger LOG = LoggerFactory.getLogger(DelaySession.class);

    /** Mail handed out and unsettled; beyond it due mail goes behind its route's backlog, as it does without a place. */
    static final int MAX_IN_HAND = 200;

    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private record Held(HeadFetcher.Head head, DelayClock.Due due) {}

    private final Links.Link link;
    private final ClientSession session;
    private final SpoolQueue.Retry queue;
    private final SpoolReader.Places places;
    private final DelayClock clock;
    private final Consumer<SpoolQueue.ForRoute> arrivals;
    private final GroupCommit group;
    private final SettlementInbox inbox = new SettlementInbox();
    private final HeadFetcher fetcher;
    private final Set<Taken> inHand = new HashSet<>();
    private final List<Taken> givenBack = new ArrayList<>();
    private final Set<SpoolQueue.ForRoute> moved = new HashSet<>();
    private @Nullable Held head;
    private @Nullable NoRoomPause noRoom;
    private volatile @Nullable Throwable linkLost;
    private volatile @Nullable ListedMail shown;
    private volatile long closeByNanos;
    private volatile boolean closing;

    /** @param arrivals told of routes' queues that got mail; must not block */
    DelaySession(
            Links.Link link,
            SpoolQueue.Retry queue,
            SpoolReader.Places places,
            DelayClock clock,
            Path spillDirectory,
            Consumer<SpoolQueue.ForRoute> arrivals)
            throws ActiveMQException {
        String name = QueueNames.nameOf(queue);
        this.link = link;
        this.session = link.transactedSession();
        this.queue = queue;
        this.places = places;
        this.clock = clock;
        this.arrivals = arrivals;
        try {
            session.addFailureListener(new ConnectionLost(this::lose));
            Links.ensureQueue(session, name);
            this.group = new GroupCommit(session);
            this.fetcher = new HeadFetcher(session.createConsumer(name), name, spillDirectory, inbox::wake);
            session.start();
        } catch (ActiveMQException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** The flush has been noted on the clock. */
    void wake() {
        inbox.wake();
    }

    void close(Duration grace) {
        closeByNanos = System.nanoTime() + grace.toNanos();
        closing = true;
        inbox.wake();
    }

    /** The head, which no browser of the queue sees while it is held. */
    Optional<ListedMail> held() {
        return Optional.ofNullable(shown);
    }

    private void lose(Throwable why) {
        linkLost = why;
        inbox.wake();
    }

    /** Returns after {@link #close}; throws when the session can no longer be used, or should not be for a while. */
    void run() throws ActiveMQException, IOException, NoRoomPause {
        Throwable why = Failures.unavailable("the feed was closed");
        try {
            fetcher.start();
            fetcher.next();
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

    private boolean isServing() {
        return !closing && noRoom == null;
    }

    private void step() throws ActiveMQException, IOException, InterruptedException {
        if (isServing()) {
            hold();
            Held held = head;
            if (held != null && clock.isDue(held.due())) {
                release(held.head());
            }
        }
        if (group.isDue()) {
            commit();
        }
        if (inbox.next(waitNanos(), this::settled)) {
            settleWhatCame();
        }
        throwWhatWasLost();
    }

    private void hold() {
        if (head == null) {
            fetcher.poll().ifPresent(fetched -> {
                Held held = new Held(fetched, clock.dueOf(fetched.facts().notBefore()));
                head = held;
                shown = new ListedMail(
                        queue,
                        fetched.facts().route(),
                        fetched.body().envelope(),
                        fetched.facts().contentBytes(),
                        Optional.of(held.due().at()));
            });
        }
    }

    private long waitNanos() {
        long nanos = group.isEmpty() ? IDLE_NANOS : group.waitNanos();
        if (closing) {
            nanos = Math.min(nanos, closeByNanos - System.nanoTime());
        }
        Held held = head;
        if (held != null && isServing()) {
            nanos = Math.min(nanos, clock.waitNanos(held.due()));
        }
        return nanos;
    }

    /** The head is due. */
    private void release(HeadFetcher.Head due) throws ActiveMQException, IOException {
        Route route = due.facts().route();
        Taken mail = new Taken(due.message(), route, due.body(), this::isSure, inbox::settle);
        Optional<SpoolReader.Taker> place = inHand.size() < MAX_IN_HAND ? places.placeFor(route) : Optional.empty();
        head = null;
        shown = null;
        if (place.isPresent()) {
            inHand.add(mail);
            place.get().accept(mail);
        } else {
            move(mail);
        }
        fetcher.next();
    }

    private boolean isSure() {
        return link.isSure() && !inbox.isDead();
    }

    /** It was due, so it goes behind its route's backlog; the copy is what the queue has of it from the commit on. */
    private void move(Taken mail) throws ActiveMQException, IOException {
        replace(mail, List.of(new Settlement.Copy.Requeued(mail.envelope())));
    }

    private void settleWhatCame() throws ActiveMQException, IOException {
        boolean came = true;
        while (came) {
            if (group.isDue()) {
                commit();
            }
            came = inbox.nextNow(this::settled);
        }
    }

    private void settled(Taken mail, Settlement settlement) throws ActiveMQException, IOException {
        inHand.remove(mail);
        switch (settlement) {
            case Settlement.GiveBack _ when noRoom != null -> givenBack.add(mail); // goes back with the session
            case Settlement.GiveBack _ -> move(mail);
            case Settlement.Replace(List<Settlement.Copy> copies) -> replace(mail, copies);
        }
    }

    private void replace(Taken mail, List<Settlement.Copy> copies) throws ActiveMQException, IOException {
        boolean withCopies = !copies.isEmpty();
        try (Content content = mail.content()) {
            if (!group.takes(withCopies)) {
                commit();
            }
            Copies.send(group, mail, Lane.BACKLOG, content, copies);
            group.acknowledge(mail.message(), withCopies, mail);
        } catch (ActiveMQException | IOException | RuntimeException e) {
            mail.lost(e);
            throw e;
        }
        for (Settlement.Copy copy : copies) {
            if (copy instanceof Settlement.Copy.Requeued) {
                moved.add(new SpoolQueue.ForRoute(mail.route(), Lane.BACKLOG));
            } else if (copy instanceof Settlement.Copy.Moved(Route other, var _)) {
                moved.add(new SpoolQueue.ForRoute(other, Lane.BACKLOG));
            }
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

    private void throwWhatWasLost() throws ActiveMQException, IOException {
        switch (linkLost) {
            case null -> {}
            case ActiveMQException e -> throw e;
            case Throwable e -> throw Failures.unavailable(e.toString());
        }
        switch (fetcher.failure().orElse(null)) {
            case null -> {}
            case SpillException e -> noRoom = new NoRoomPause(e);
            case ActiveMQException e -> throw e;
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    private void die(Throwable why) {
        shown = null;
        fetcher.close();
        Held held = head;
        if (held != null) {
            held.head().body().content().close();
        }
        inbox.die(why);
        group.lost(why);
        for (Taken mail : givenBack) {
            mail.content().close();
            mail.committed();
        }
        try {
            session.close();
        } catch (ActiveMQException e) {
            LOG.atDebug().addKeyValue("queue", QueueNames.nameOf(queue)).log("session was gone before it was closed");
        }
    }
}
